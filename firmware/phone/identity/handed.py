"""An identity that comes sealed in the configuration: for customers without SCEP.

For boot.py (after step 3) and actions.py (`enroll` without a scep_url). DESIGN.md section 7
(`identity_cms`); the opening is handover.py's.
"""

import binascii

import scepcore
from phone import handover
from phone.identity.records import summary
from scep.x509 import Certificate


def is_due(set_):
    """Tell whether identity_cms holds an identity that was not taken over yet."""
    text = set_.records.config.get("identity_cms")
    return text is not None and set_.records.handed() != _mark(text)


def take_over(set_):
    """Generator: make the identity of identity_cms the active one, in one commit.

    Returns the result's fields. Raises HandoverError (`config`, `decrypt`); the identity that
    the set has then stays.
    """
    records = set_.records
    text = records.config.get("identity_cms")
    factory_key = records.factory_key()
    try:
        factory = Certificate(records.factory_certificate())
        key, chain = yield from handover.open_identity(text, factory_key, factory, set_.mac())
    finally:
        factory_key.wipe()
    try:
        records.take_over(key, chain, _mark(text))
    finally:
        key.wipe()
    yield {"event": "slot", "slot": "active"}
    return summary(chain[0])


def _mark(text):
    """Return what the key store remembers of a sealed identity: the head of its digest in hex."""
    digest = scepcore.hash("sha256")
    digest.update(text.encode())
    return str(binascii.hexlify(digest.digest()[:8]), "ascii")
