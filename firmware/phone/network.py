"""The network as the set's actions need it: up, with a transport for the protocol library.

For identity/ and actions.py. DESIGN.md section 7 (steps 1 and 2 of the boot procedure).
"""

import binascii
import gc

from errors import Error
from phone.config import fingerprint_bytes
from scep import tls
from scep.deadline import Deadline
from scep.transport import Transport
from scep.x509 import Certificate

# How long the boot waits for the port: three refusals and the factory identity's turn fit in.
_DOT1X_MS = 60000
# How long it waits for an address where the port did not open in that time: a network may put who
# was refused into a VLAN of their own. One that opens later is noticed (main.py, scheduler.py).
_CLOSED_MS = 10000
# How often an action begins again that was cut off for 802.1X.
_CUTS = 4


def up(set_):
    """Generator: bring the network up once; yields None and `boot` events.

    Again where the port has moved: 802.1X then put the set into another VLAN.
    """
    access = set_.access
    moved = access is not None and access.moved
    if set_.network is not None and not moved:
        return
    if moved:
        access.moved = False
        set_.network = None  # should DHCP fail, it is asked again
    else:
        yield from _link(set_)
        access = set_.access
    work = set_.board.net(set_.mac(), renew=moved)
    if access is not None and not access.settled():
        work = _bounded(work, Deadline(_CLOSED_MS, "an address by DHCP"))
    set_.network = yield from work
    yield {"event": "boot", "step": 2, "name": "ip", "ip": set_.network["ip"]}


def _bounded(work, deadline):
    """Generator: as the generator `work`, but ends with DeadlineError when time is up."""
    try:
        while True:
            try:
                event = next(work)
            except StopIteration as e:
                return e.value
            deadline.check()
            yield event
    finally:
        work.close()


def _link(set_):
    """Generator: step 1. A network that refuses, or asks nothing, does not end the boot."""
    if not set_.records.config.yes("dot1x"):
        yield {"event": "boot", "step": 1, "name": "link"}
        return
    if "dot1x" not in set_.board.FEATURES:
        yield Error("unsupported", "this board has no frames for 802.1X").warning()
        yield {"event": "boot", "step": 1, "name": "link"}
        return
    if set_.access is None:
        from phone.dot1x import Access  # only a set that needs it has it in its heap

        set_.access = Access(set_, set_.board.frames(set_.mac()))
    deadline = Deadline(_DOT1X_MS, "802.1X")
    while not set_.access.settled() and deadline.left():
        yield None
    set_.access.moved = False
    yield {"event": "boot", "step": 1, "name": "link", "port": set_.access.state()}


def transport(set_, trusted=None):
    """Return a transport over the network that is up; a shown one while the set traces.

    trusted: tls.Trust of HTTPS servers in place of the configured one, or None.
    """
    trusted = trusted or trust(set_)
    if set_.has_one_room() and set_.access is not None:
        secure = _in_turn(set_.access, tls.hook(trusted, made=set_.keep_connection))
    else:
        secure = tls.hook(trusted)
    ipv6 = "ipv6" in set_.board.FEATURES and set_.network.get("ipv6", True)
    plain = Transport(dns_servers=set_.network["dns"], tls=secure, ipv6=ipv6)
    if not set_.trace:
        return plain
    from phone.trace import Tracer

    return Tracer(plain, set_.console)


class CutOff(Exception):
    """802.1X needs the room that an exchange takes: the exchange has to begin again.

    No Error: nothing went wrong, and nobody on the way but again() has to do with it.
    """


def again(set_, start):
    """Generator: what start() returns (a generator), from its beginning each time that it was cut
    off for 802.1X; returns its result. Raises Error(`memory`) where that has no end.
    """
    before = set_.may_be_cut
    for _ in range(_CUTS):
        set_.may_be_cut = True
        try:
            return (yield from start())
        except CutOff:
            gc.collect()
        finally:
            set_.may_be_cut = before
        yield None  # the handshake begins
    raise Error("memory", "802.1X needed the room %d times" % _CUTS)


def _in_turn(access, secure):
    """Return the hook `secure` that waits while the port's own handshake needs the only room."""

    def put_on(connection, host, deadline):
        while access.busy():
            deadline.check()
            yield None
        gc.collect()
        return (yield from secure(connection, host, deadline))

    return put_on


def trust(set_):
    """Return the tls.Trust of the configuration: whom an HTTPS server may hang on.

    That is the CA of scep_ca_cert, the one with scep_ca_fingerprint, and the CA's successors.
    """
    config, records = set_.records.config, set_.records
    fingerprint, anchor = config.get("scep_ca_fingerprint"), config.get("scep_ca_cert")
    anchors = []
    if anchor:
        anchors.append(Certificate(binascii.a2b_base64(anchor)))
    for der in (records.current_ca(), records.next_ca()):
        if der is not None:
            anchors.append(Certificate(der))
    return tls.Trust(
        anchors,
        fingerprint_bytes(fingerprint) if fingerprint else None,
        set_.clock.now,
        config.yes("scep_allow_legacy"),
    )
