"""The network as the set's actions need it: up, with a transport for the protocol library.

For identity/ and actions.py. DESIGN.md section 7 (steps 1 and 2 of the boot procedure).
"""

from phone.trace import Tracer
from scep.transport import Transport


def up(set_):
    """Generator: bring the network up once; yields None and `boot` events."""
    if set_.network is not None:
        return
    yield {"event": "boot", "step": 1, "name": "link"}
    set_.network = yield from set_.board.net(set_.mac())
    yield {"event": "boot", "step": 2, "name": "ip", "ip": set_.network["ip"]}


def transport(set_):
    """Return a transport over the network that is up; a shown one while the set traces."""
    plain = Transport(dns_servers=set_.network["dns"])
    return Tracer(plain, set_.console) if set_.trace else plain
