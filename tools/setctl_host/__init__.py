"""The host's side of a set: what tools/setctl is made of.

For tools/setctl, tools/demo and host_tests; DESIGN.md section 10, ACCEPTANCE.md section 1.
Standard library only, but for factory.py, which makes certificates.
"""
