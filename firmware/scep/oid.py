"""OBJECT IDENTIFIERs as the contents of their DER encoding (bytes), and nothing else.

For all modules of this package; compare them with what Reader.oid() returns.
Registries: RFC 5280, 5652, 8017, 8894, 6960, 4519; the dotted form stands beside each.
"""

# RSA (RFC 8017 appendix C, RFC 4055)
RSA_ENCRYPTION = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"  # 1.2.840.113549.1.1.1
MD5_RSA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"  # 1.2.840.113549.1.1.4
SHA1_RSA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"  # 1.2.840.113549.1.1.5
SHA224_RSA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0e"  # 1.2.840.113549.1.1.14
SHA256_RSA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"  # 1.2.840.113549.1.1.11
SHA384_RSA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"  # 1.2.840.113549.1.1.12
SHA512_RSA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"  # 1.2.840.113549.1.1.13
SHA1_RSA_OIW = b"\x2b\x0e\x03\x02\x1d"  # 1.3.14.3.2.29

# digests (RFC 3370, RFC 5754)
MD5 = b"\x2a\x86\x48\x86\xf7\x0d\x02\x05"  # 1.2.840.113549.2.5
SHA1 = b"\x2b\x0e\x03\x02\x1a"  # 1.3.14.3.2.26
SHA224 = b"\x60\x86\x48\x01\x65\x03\x04\x02\x04"  # 2.16.840.1.101.3.4.2.4
SHA256 = b"\x60\x86\x48\x01\x65\x03\x04\x02\x01"  # 2.16.840.1.101.3.4.2.1
SHA384 = b"\x60\x86\x48\x01\x65\x03\x04\x02\x02"  # 2.16.840.1.101.3.4.2.2
SHA512 = b"\x60\x86\x48\x01\x65\x03\x04\x02\x03"  # 2.16.840.1.101.3.4.2.3

# content ciphers (RFC 3370, RFC 3565, OIW)
DES_CBC = b"\x2b\x0e\x03\x02\x07"  # 1.3.14.3.2.7
DES_EDE3_CBC = b"\x2a\x86\x48\x86\xf7\x0d\x03\x07"  # 1.2.840.113549.3.7
AES128_CBC = b"\x60\x86\x48\x01\x65\x03\x04\x01\x02"  # 2.16.840.1.101.3.4.1.2
AES192_CBC = b"\x60\x86\x48\x01\x65\x03\x04\x01\x16"  # 2.16.840.1.101.3.4.1.22
AES256_CBC = b"\x60\x86\x48\x01\x65\x03\x04\x01\x2a"  # 2.16.840.1.101.3.4.1.42

# CMS content types and attributes (RFC 5652)
DATA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"  # 1.2.840.113549.1.7.1
SIGNED_DATA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"  # 1.2.840.113549.1.7.2
ENVELOPED_DATA = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03"  # 1.2.840.113549.1.7.3
CONTENT_TYPE = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03"  # 1.2.840.113549.1.9.3
MESSAGE_DIGEST = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04"  # 1.2.840.113549.1.9.4
SIGNING_TIME = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05"  # 1.2.840.113549.1.9.5

# PKCS #10 attributes (RFC 2985, RFC 2986)
CHALLENGE_PASSWORD = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07"  # 1.2.840.113549.1.9.7
EXTENSION_REQUEST = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e"  # 1.2.840.113549.1.9.14

# SCEP attributes (RFC 8894 section 3.2.1)
MESSAGE_TYPE = b"\x60\x86\x48\x01\x86\xf8\x45\x01\x09\x02"  # 2.16.840.1.113733.1.9.2
PKI_STATUS = b"\x60\x86\x48\x01\x86\xf8\x45\x01\x09\x03"  # 2.16.840.1.113733.1.9.3
FAIL_INFO = b"\x60\x86\x48\x01\x86\xf8\x45\x01\x09\x04"  # 2.16.840.1.113733.1.9.4
SENDER_NONCE = b"\x60\x86\x48\x01\x86\xf8\x45\x01\x09\x05"  # 2.16.840.1.113733.1.9.5
RECIPIENT_NONCE = b"\x60\x86\x48\x01\x86\xf8\x45\x01\x09\x06"  # 2.16.840.1.113733.1.9.6
TRANSACTION_ID = b"\x60\x86\x48\x01\x86\xf8\x45\x01\x09\x07"  # 2.16.840.1.113733.1.9.7
FAIL_INFO_TEXT = b"\x2b\x06\x01\x05\x05\x07\x18\x01"  # 1.3.6.1.5.5.7.24.1

# attribute types of names that this package treats apart; names.py knows the others
COMMON_NAME = b"\x55\x04\x03"  # 2.5.4.3
SERIAL_NUMBER = b"\x55\x04\x05"  # 2.5.4.5
COUNTRY = b"\x55\x04\x06"  # 2.5.4.6
DN_QUALIFIER = b"\x55\x04\x2e"  # 2.5.4.46
DOMAIN_COMPONENT = b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"  # 0.9.2342.19200300.100.1.25
EMAIL_ADDRESS = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"  # 1.2.840.113549.1.9.1

# certificate extensions (RFC 5280 section 4.2)
SUBJECT_KEY_ID = b"\x55\x1d\x0e"  # 2.5.29.14
KEY_USAGE = b"\x55\x1d\x0f"  # 2.5.29.15
SUBJECT_ALT_NAME = b"\x55\x1d\x11"  # 2.5.29.17
BASIC_CONSTRAINTS = b"\x55\x1d\x13"  # 2.5.29.19
NAME_CONSTRAINTS = b"\x55\x1d\x1e"  # 2.5.29.30
CRL_DISTRIBUTION_POINTS = b"\x55\x1d\x1f"  # 2.5.29.31
CERTIFICATE_POLICIES = b"\x55\x1d\x20"  # 2.5.29.32
AUTHORITY_KEY_ID = b"\x55\x1d\x23"  # 2.5.29.35
EXTENDED_KEY_USAGE = b"\x55\x1d\x25"  # 2.5.29.37
AUTHORITY_INFO_ACCESS = b"\x2b\x06\x01\x05\x05\x07\x01\x01"  # 1.3.6.1.5.5.7.1.1
MS_UPN = b"\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03"  # 1.3.6.1.4.1.311.20.2.3

# CRL extensions (RFC 5280 sections 5.2 and 5.3)
CRL_NUMBER = b"\x55\x1d\x14"  # 2.5.29.20
CRL_REASON = b"\x55\x1d\x15"  # 2.5.29.21
DELTA_CRL_INDICATOR = b"\x55\x1d\x1b"  # 2.5.29.27
ISSUING_DISTRIBUTION_POINT = b"\x55\x1d\x1c"  # 2.5.29.28
CERTIFICATE_ISSUER = b"\x55\x1d\x1d"  # 2.5.29.29

# extended key purposes and access methods (RFC 5280 sections 4.2.1.12 and 4.2.2.1)
ANY_EXTENDED_KEY_USAGE = b"\x55\x1d\x25\x00"  # 2.5.29.37.0
SERVER_AUTH = b"\x2b\x06\x01\x05\x05\x07\x03\x01"  # 1.3.6.1.5.5.7.3.1
CLIENT_AUTH = b"\x2b\x06\x01\x05\x05\x07\x03\x02"  # 1.3.6.1.5.5.7.3.2
OCSP_SIGNING = b"\x2b\x06\x01\x05\x05\x07\x03\x09"  # 1.3.6.1.5.5.7.3.9
AD_OCSP = b"\x2b\x06\x01\x05\x05\x07\x30\x01"  # 1.3.6.1.5.5.7.48.1

# OCSP (RFC 6960)
OCSP_BASIC = b"\x2b\x06\x01\x05\x05\x07\x30\x01\x01"  # 1.3.6.1.5.5.7.48.1.1
OCSP_NONCE = b"\x2b\x06\x01\x05\x05\x07\x30\x01\x02"  # 1.3.6.1.5.5.7.48.1.2
OCSP_NO_CHECK = b"\x2b\x06\x01\x05\x05\x07\x30\x01\x05"  # 1.3.6.1.5.5.7.48.1.5
