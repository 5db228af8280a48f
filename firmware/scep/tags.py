"""Identifier octets of ASN.1 types, and nothing else.

For modules `der` and `reader`, which hand them on (`from scep.der import SEQUENCE`).
X.690 section 8.1.2.
"""

# universal tags as they stand in the identifier octet (X.690 8.1.2); SEQUENCE and SET constructed
BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OID = 0x06
ENUMERATED = 0x0A
UTF8_STRING = 0x0C
NUMERIC_STRING = 0x12
PRINTABLE_STRING = 0x13
TELETEX_STRING = 0x14
IA5_STRING = 0x16
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
VISIBLE_STRING = 0x1A
UNIVERSAL_STRING = 0x1C
BMP_STRING = 0x1E
SEQUENCE = 0x30
SET = 0x31
CONSTRUCTED = 0x20
# context-specific tag [n]: CONTEXT | n primitive, CONTEXT_C | n constructed (and all EXPLICIT ones)
CONTEXT = 0x80
CONTEXT_C = 0xA0
