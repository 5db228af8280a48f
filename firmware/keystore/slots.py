"""Names and numbers of slots and tags; which of them an image keeps in clear is the caller's.

For store.py, the phone and the tools; the numbers are FORMAT.md's and never change.
"""

# Slots as records carry them. An identity stands in A or B; the role record says which is active.
FACTORY = 1
IDENTITY_A = 2
IDENTITY_B = 3
ANCHORS = 4
CONFIG = 5
STATE = 6
ROLE = 7

NAMES = {"factory": FACTORY, "anchors": ANCHORS, "config": CONFIG, "state": STATE}

# Tags of an identity: factory, active, next.
KEY = 1  # RSA private key, sealed
CERTIFICATE = 2  # X.509 certificate, DER
CHAIN = 3  # the issuers' certificates, DER, one after the other
TRANSACTION = 4  # the pending enrolment; belongs to `next`, ends with its activation

# Tags of the factory slot alone.
DEVICE = 16  # sealed constant: opens with this device's secret only
MAC = 17  # 6 bytes

# Tags of the anchors.
CA = 1
RA_SIGNING = 2
RA_ENCRYPTION = 3
NEXT_CA = 4
CA_CHAIN = 5

# Tags of the configuration.
SETTINGS = 1  # KEY=VALUE lines, UTF-8, nothing secret
CHALLENGE = 2  # scep_psk, sealed
PASSWORD = 3  # hash of the MMI password, sealed
CHALLENGE_CMS = 4  # scep_psk_cms, the ciphertext as it came

# Tags of the state.
LIFECYCLE = 1
LAST_ERROR = 2
CLOCK = 3
CAPABILITIES = 4
# From 64 on tags are free for the caller in every slot.
