"""EAP that goes wrong on the way (FAULTS.md): the supplicant is in again within its timers.

An authenticator with hostapd's retransmissions against the real supplicant and EAP-TLS, in virtual
time; each row does its harm once, in the first exchange.
"""

import struct

import pytest

from eap_server import FAILURE, LENGTH, MORE, START, SUCCESS, SWITCH, Server, eapol, request
from test_eaptls import Phone, World

# Milliseconds after which a request is sent again (RFC 3748 4.3; hostapd).
AGAIN = (3000, 6000, 12000, 20000)
STEP = 100
# The request of the exchange that the rows disturb: the server's flight comes in 600 octets.
N = 4


@pytest.fixture(name="world", scope="module")
def _world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("eap"), 2048)


class Switch:
    """The authenticator, its EAP server, and the wire to `phone`, which `harm` disturbs.

    harm: function (frame, n) -> list of frames in place of request n (from 1).
    """

    def __init__(self, world, phone, harm, lose_answer=None):
        self._context, self._phone, self._harm = world.context(), phone, harm
        self._lose_answer = lose_answer
        self._server = self._frame = None
        self._n = self._tries = 0
        self._due = None
        self.outcomes = []

    def run(self, limit, until="accepted"):
        """Pass time until the outcome `until`; return the milliseconds it took, None: too long."""
        began = self._phone.now
        while self._phone.now - began <= limit:
            now = self._phone.now
            sent = self._phone.supplicant.poll(now)
            if sent is not None and sent[15] == 1:
                self._server = Server(self._context, 600)
                self._send(self._server.begin())
            elif self._due is not None and now >= self._due:
                self._send(self._frame, again=True)
            while (outcome := self._phone.supplicant.take()) is not None:
                self.outcomes.append(outcome)
                if outcome == until:
                    return now - began
            self._phone.now += STEP
        return None

    def _send(self, frame, again=False):
        """Send a request or the end; go on with what comes back."""
        while frame is not None:
            self._frame, now = frame, self._phone.now
            self._tries = self._tries + 1 if again else 0
            self._due = now + AGAIN[self._tries] if self._tries < len(AGAIN) else None
            again = False
            self._n += 1
            answers = [self._phone.receive(each) for each in self._harm(frame, self._n)]
            if self._server.verdict is not None:
                self._due = None
                return
            frame = None
            for answer in answers:
                # a response to another request, or one to a request that we did not send
                if answer is None or answer[19] != self._server.identifier:
                    continue
                if self._n == self._lose_answer:
                    continue
                try:
                    frame = self._server.take(answer)
                except AssertionError:  # what the exchange does not allow: a server refuses it
                    frame = self._server.end(FAILURE)
                break


def once(make):
    """Return the harm that puts make(frame) in place of request N."""
    return lambda frame, n: make(frame) if n == N else [frame]


def tampered(change):
    """Alter the TLS data of request N: change(flags, data) -> type-data."""

    def make(frame):
        length = frame[20] << 8 | frame[21]
        return [eapol(request(frame[19], 13, change(frame[23], frame[24 : 18 + length])))]

    return once(make)


def ended(code, identifier=None):
    """Return Success or Failure; identifier: function of the request's, None: the same."""
    return once(
        lambda frame: [
            eapol(struct.pack(">BBH", code, identifier(frame[19]) if identifier else frame[19], 4)),
            frame,
        ]
    )


def longer(frame):
    """The frame whose EAPOL length says more than there is."""
    return frame[:16] + b"\xff\xff" + frame[18:]


def flood(frame):
    """A hundred Request/Identity of a stranger on the wire, then the switch's own request."""
    return [eapol(request(i, 1), source=SWITCH) for i in range(100)] + [frame]


def other(n):
    """Identifiers that are not the exchange's."""
    return lambda identifier: (identifier + n) % 256


NOTHING = once(lambda frame: [frame])
BIG = (1 << 31).to_bytes(4, "big")
FOREIGN = [eapol(bytes(40), kind=kind) for kind in (1, 2, 3, 4, 5, 8, 200)]
# (name, harm, milliseconds until the set is in, what the set says besides)
ROWS = (
    ("nothing", NOTHING, 500, []),
    ("a lost fragment of the server", once(lambda f: []), 4000, []),
    ("a repeated fragment", once(lambda f: [f, f, f]), 500, []),
    ("a fragment that comes late", lambda f, n: [] if n in (N, N + 1) else [f], 10000, []),
    ("two of its fragments in one", tampered(lambda f, d: bytes([f]) + d + d), 7000, ["broken"]),
    ("a fragment that is skipped", tampered(lambda f, d: bytes([f]) + d[100:]), 10000, None),
    ("a request with another identifier before it",
     once(lambda f: [eapol(request((f[19] + 9) % 256, 13, b"\0")), f]), 10000, None),
    ("a request of another method", once(lambda f: [eapol(request(f[19], 4, b"x")), f]), 500, []),
    ("a response instead of a request",
     once(lambda f: [eapol(b"\x02" + f[19:20] + b"\0\x06\x0d\0"), f]), 500, []),
    ("a total of 2 GiB", tampered(lambda f, d: bytes([f | LENGTH]) + BIG + d), 7000, ["broken"]),
    ("a total that is too small", tampered(lambda f, d: bytes([f | LENGTH]) + bytes(4) + d),
     7000, ["broken"]),
    ("an EAPOL length beyond the frame", once(lambda f: [longer(f), f]), 500, []),
    ("an EAP length beyond EAPOL", once(lambda f: [eapol(b"\1\7\xff\xff\x0d\0"), f]), 500, []),
    ("more fragments, but empty", tampered(lambda f, d: bytes([MORE])), 7000, ["broken"]),
    ("a start in the middle", tampered(lambda f, d: bytes([START])), 10000, ["rejected"]),
    ("Failure in the middle", ended(FAILURE, other(255)), 7000, ["rejected"]),
    ("Failure for a request that never came", ended(FAILURE), 500, []),
    ("Failure for nobody", ended(FAILURE, other(100)), 500, []),
    ("Success in the middle", ended(SUCCESS, other(255)), 500, []),
    ("Success for a request that never came", ended(SUCCESS), 500, []),
    ("foreign EAPOL types", once(lambda f: [*FOREIGN, f]), 500, []),
    ("a flood of identity requests", once(flood), 60000, None),
    ("silence of the server for ever", lambda f, n: [] if N <= n < N + 5 else [f], 62000, None),
)  # fmt: skip


@pytest.mark.parametrize("name, harm, limit, says", ROWS, ids=[row[0] for row in ROWS])
def test_the_set_is_in_again_within_its_timers(world, name, harm, limit, says):
    phone = Phone(world)
    switch = Switch(world, phone, harm)
    took = switch.run(limit)
    assert took is not None, switch.outcomes
    assert phone.supplicant.state == "authenticated"
    if says is not None:
        assert switch.outcomes == [*says, "accepted"]
    # nothing of the exchange is kept: the keys that were opened are gone
    assert phone.method._tls is None and phone.method._key is None


@pytest.mark.parametrize("n", range(1, 9))
def test_any_answer_of_the_set_may_be_lost(world, n):
    phone = Phone(world)
    switch = Switch(world, phone, NOTHING, lose_answer=n)
    assert switch.run(4000) is not None and switch.outcomes == ["accepted"]


def test_after_a_logoff_the_set_is_out_and_may_come_back(world):
    phone = Phone(world)
    switch = Switch(world, phone, NOTHING)
    assert switch.run(1000) is not None
    assert phone.supplicant.logoff(phone.now)[14:16] == b"\1\2"
    assert phone.supplicant.state == "off" and switch.run(70000) is None
    phone.supplicant.start(phone.now)
    assert switch.run(1000) is not None and switch.outcomes == ["accepted", "accepted"]


def test_a_reauthentication_that_breaks_off_leads_to_the_next(world):
    """The network asks again while the port is open, and falls silent in the middle."""
    phone = Phone(world)
    assert Switch(world, phone, NOTHING).run(1000) is not None
    again = Server(world.context(), 600)
    frame = again.begin()
    for _ in range(3):
        frame = again.take(phone.receive(frame))
    assert phone.supplicant.state == "authenticating"
    switch = Switch(world, phone, NOTHING)
    assert 20000 < switch.run(35000) < 35000 and switch.outcomes == ["broken", "accepted"]
