"""The numbers of SCEP: message types, statuses, failure reasons; nothing else.

For message.py, client.py and the tools.  RFC 8894 section 3.2.1.
"""

# messageType, RFC 8894 section 3.2.1.2; 18 and 20 changed their names since draft-nourse-scep-23
CERT_REP = 3
RENEWAL_REQ = 17
PKCS_REQ = 19
CERT_POLL = 20
GET_CERT = 21
GET_CRL = 22

# pkiStatus, RFC 8894 section 3.2.1.3
SUCCESS = 0
FAILURE = 2
PENDING = 3

# failInfo, RFC 8894 section 3.2.1.4: the error code of each
FAIL_INFO = (
    "fail-badAlg",
    "fail-badMessageCheck",
    "fail-badRequest",
    "fail-badTime",
    "fail-badCertId",
)
