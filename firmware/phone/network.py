"""The network as the set's actions need it: up, with a transport for the protocol library.

For identity/ and actions.py. DESIGN.md section 7 (steps 1 and 2 of the boot procedure).
"""

import binascii

from phone.config import fingerprint_bytes
from scep import tls
from scep.transport import Transport
from scep.x509 import Certificate


def up(set_):
    """Generator: bring the network up once; yields None and `boot` events."""
    if set_.network is not None:
        return
    yield {"event": "boot", "step": 1, "name": "link"}
    set_.network = yield from set_.board.net(set_.mac())
    yield {"event": "boot", "step": 2, "name": "ip", "ip": set_.network["ip"]}


def transport(set_):
    """Return a transport over the network that is up; a shown one while the set traces."""
    plain = Transport(dns_servers=set_.network["dns"], tls=tls.hook(trust(set_)))
    if not set_.trace:
        return plain
    from phone.trace import Tracer

    return Tracer(plain, set_.console)


def trust(set_):
    """Return the tls.Trust of the configuration: whom an HTTPS server may hang on.

    That is the CA of scep_ca_cert, the one with scep_ca_fingerprint, and the CA's announced
    successor.
    """
    config, records = set_.records.config, set_.records
    fingerprint, anchor = config.get("scep_ca_fingerprint"), config.get("scep_ca_cert")
    anchors = []
    if anchor:
        anchors.append(Certificate(binascii.a2b_base64(anchor)))
    if records.next_ca() is not None:
        anchors.append(Certificate(records.next_ca()))
    return tls.Trust(
        anchors,
        fingerprint_bytes(fingerprint) if fingerprint else None,
        set_.clock.now,
        config.yes("scep_allow_legacy"),
    )
