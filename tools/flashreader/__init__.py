"""Reads a key store's image: written from firmware/keystore/FORMAT.md, never from its code.

For tools/flashdump and for the tests, where it is the second opinion on the firmware's own reading.
"""
