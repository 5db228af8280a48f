"""What the OCSP seeds and their target agree on."""

LEAF_SERIAL = b"\x05"
NONCE = b"0123456789abcdef"
