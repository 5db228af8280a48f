"""The library packages that mip installs: what tools/mip is made of.

For boards whose firmware is not ours but has the user module scepcore. MicroPython docs, "Package
management".
"""
