"""The names of CRLReason's numbers (RFC 5280 section 5.3.1): other libraries tell them by name.

For the tests, under both Pythons.
"""

REASONS = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    8: "removeFromCRL",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}


def name_of(found):
    """Return the name of the reason of an Entry or an OCSP Status."""
    return REASONS[found.reason]
