"""The lab CA: a SCEP CA and RA to prove clients on, with the quirks of real servers.

For tests, demos and desk trials; RFC 8894 and draft-nourse-scep-23.
It stands on `cryptography` and `asn1crypto` and shares no code with the firmware.
"""
