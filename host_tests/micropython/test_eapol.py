"""The supplicant's state machine: who may let the set in, what is repeated, what time does."""

from eap_frames import MAC, SWITCH, framed
from phone import eap, eapol


class Method:
    """Stands for EAP-TLS: ends after `rounds` requests; keeps what it was given."""

    def __init__(self, rounds=2):
        self.rounds, self.seen, self.wiped = rounds, [], False
        self.done = self.started = False
        self.error = None

    def process(self, data):
        self.started = True
        self.seen.append(bytes(data))
        if data == b"bad":
            raise eap.EapError("eap", "bad")
        if data == b"full":
            raise MemoryError
        if data == b"ignore":
            return None
        self.done = len(self.seen) >= self.rounds
        return b"answer %d" % len(self.seen)

    def wipe(self):
        self.wiped = True


class Set:
    """A supplicant, the methods it was given, its clock."""

    def __init__(self, rounds=2):
        self.methods, self.now, self.identity = [], 0, b"me"
        self.rounds = rounds
        self.supplicant = eapol.Supplicant(MAC, self.credentials)
        self.supplicant.start(0)

    def credentials(self):
        self.methods.append(Method(self.rounds))
        return self.identity, self.methods[-1]

    def ask(self, identifier, kind, data=b""):
        return self.receive(bytes((1, identifier, 0, 5 + len(data), kind)) + data)

    def end(self, code, identifier):
        return self.receive(bytes((code, identifier, 0, 4)))

    def receive(self, packet, **over):
        return self.supplicant.receive(framed(packet, **over), self.now)

    def wait(self, milliseconds):
        """Pass time in steps of 100 ms; return what was sent, as (time, frame)."""
        sent = []
        end = self.now + milliseconds
        while self.now < end:
            self.now += 100
            frame = self.supplicant.poll(self.now)
            if frame is not None:
                sent.append((self.now, frame))
        return sent

    def login(self, identifier=7):
        self.ask(identifier, 1)
        self.ask(identifier + 1, 13, b"x")
        self.ask(identifier + 2, 13, b"y")
        self.end(3, identifier + 2)
        return self.supplicant

    def outcomes(self):
        found = []
        while True:
            outcome = self.supplicant.take()
            if outcome is None:
                return found
            found.append(outcome)


def response(frame):
    """Take an answer apart: (identifier, type, data)."""
    assert frame[:18] == eap.GROUP + MAC + b"\x88\x8e\x01\x00" + bytes((0, len(frame) - 18))
    assert frame[18] == 2 and frame[20] == 0 and frame[21] == len(frame) - 18
    return frame[19], frame[22], frame[23:]


START = eap.GROUP + MAC + b"\x88\x8e\x01\x01\x00\x00"
LOGOFF = eap.GROUP + MAC + b"\x88\x8e\x01\x02\x00\x00"


def test_a_login_from_start_to_success():
    s = Set()
    assert s.supplicant.poll(0) == START and len(START) == 18
    assert response(s.ask(200, 1)) == (200, 1, b"me")
    assert response(s.ask(201, 13, b"\x20")) == (201, 13, b"answer 1")
    assert s.supplicant.state == eapol.AUTHENTICATING
    assert response(s.ask(202, 13, b"more")) == (202, 13, b"answer 2")
    assert s.end(3, 202) is None
    assert s.supplicant.state == eapol.AUTHENTICATED
    assert s.outcomes() == ["accepted"]
    assert s.methods[0].wiped
    assert s.wait(600000) == []  # nothing follows


def test_a_repeated_request_gets_the_same_response_and_the_method_does_not_see_it():
    s = Set()
    s.ask(255, 1)
    first = s.ask(0, 13, b"x")
    for _ in range(5):
        assert s.ask(0, 13, b"x") == first
    assert s.methods[0].seen == [b"x"]
    assert s.ask(255, 1) is None  # the one before, on its way twice
    assert response(s.ask(1, 13, b"y"))[2] == b"answer 2"


def test_success_is_believed_only_after_the_handshake_and_with_our_last_identifier():
    s = Set()
    s.end(3, 0)
    s.ask(5, 1)
    s.end(3, 5)
    assert s.supplicant.state == eapol.AUTHENTICATING
    s.ask(6, 13, b"x")
    s.end(3, 6)
    assert s.supplicant.state == eapol.AUTHENTICATING
    s.ask(7, 13, b"y")
    s.end(3, 8)
    s.end(3, 6)
    assert s.supplicant.state == eapol.AUTHENTICATING and s.outcomes() == []
    s.end(3, 7)
    assert s.supplicant.state == eapol.AUTHENTICATED


def test_failure_needs_our_last_identifier():
    s = Set()
    s.ask(5, 1)
    s.end(4, 4)
    assert s.supplicant.state == eapol.AUTHENTICATING
    s.end(4, 5)
    assert s.supplicant.state == eapol.HELD_STATE and s.outcomes() == ["rejected"]


def test_refusals_are_followed_by_longer_and_longer_silence():
    s = Set()
    s.wait(100)
    for silence in (6000, 15000, 60000, 60000):
        s.ask(9, 1)
        s.end(4, 9)
        began = s.now
        sent = s.wait(silence)
        assert [when - began for when, frame in sent] == [silence], silence
    s.ask(9, 1)
    s.end(4, 9)
    assert s.ask(10, 1) is not None  # held, but asked: the authenticator may begin
    s.login(30)
    s.outcomes()
    s.end(4, 99)  # thrown out
    assert s.supplicant.state == eapol.CONNECTING


def test_starts_cover_the_time_in_which_an_authenticator_is_deaf_and_then_go_on():
    s = Set()
    sent = [when for when, frame in s.wait(100000) if frame == START]
    assert sent == [100, 2100, 4100, 7100, 37100, 67100, 97100]
    assert s.outcomes() == ["alone"]
    assert response(s.ask(1, 1))[2] == b"me"  # late, not lost


def test_no_start_while_an_exchange_runs_and_a_silent_server_is_left():
    s = Set()
    s.ask(1, 1)
    assert s.wait(29900) == []
    assert s.outcomes() == []
    assert s.wait(100) == [(30000, START)]
    assert s.outcomes() == ["broken"] and s.methods[0].wiped
    s.login()
    assert s.outcomes() == ["accepted"]


def test_reauthentication_takes_the_identity_of_the_day_and_may_reuse_an_identifier():
    s = Set()
    s.login(7)
    s.identity = b"renewed"
    assert response(s.ask(9, 1)) == (9, 1, b"renewed")
    assert len(s.methods) == 2
    # the identifier that came before the restart is a new request's now
    assert response(s.ask(8, 13, b"x")) == (8, 13, b"answer 1")
    s.ask(10, 13, b"y")
    s.end(3, 10)
    assert s.outcomes() == ["accepted", "accepted"]


def test_reauthentication_may_begin_without_identity():
    s = Set()
    s.login(7)
    assert response(s.ask(77, 13, b"x")) == (77, 13, b"answer 1")
    s.ask(78, 13, b"y")
    s.end(3, 78)
    assert s.outcomes() == ["accepted", "accepted"]


def test_logoff_is_silence_until_start():
    s = Set()
    s.login()
    assert s.supplicant.logoff(s.now) == LOGOFF
    assert s.ask(1, 1) is None and s.wait(100000) == []
    s.supplicant.start(s.now)
    assert s.wait(100)[0][1] == START
    s.login()
    assert s.outcomes() == ["accepted", "accepted"]


def test_logoff_in_the_middle_wipes_what_the_exchange_held():
    s = Set()
    s.ask(1, 1)
    s.ask(2, 13, b"x")
    s.supplicant.logoff(s.now)
    assert s.methods[0].wiped


def test_failure_in_the_middle_ends_the_exchange():
    s = Set()
    s.ask(1, 1)
    s.ask(2, 13, b"x")
    s.end(4, 2)
    assert s.methods[0].wiped and s.supplicant.state == eapol.HELD_STATE
    s.wait(6000)
    s.login(60)
    assert s.outcomes() == ["rejected", "accepted"]


def test_what_the_method_cannot_go_on_with_is_given_up_and_tried_again():
    for wrong in (b"bad", b"full"):
        s = Set()
        s.ask(1, 1)
        assert s.ask(2, 13, wrong) is None
        assert s.outcomes() == ["broken"] and s.methods[0].wiped
        assert s.supplicant.error.code == {b"bad": "eap", b"full": "memory"}[wrong]
        assert [frame for _, frame in s.wait(6000)] == [START]
        s.login(60)
        assert s.outcomes() == ["accepted"]


def test_the_supplicant_is_busy_until_the_exchange_ends_or_nobody_answers():
    s = Set()
    assert s.supplicant.is_busy()
    s.wait(7500)
    assert not s.supplicant.is_busy()  # alone
    s.ask(7, 1)
    assert s.supplicant.is_busy()
    s.login(20)
    assert not s.supplicant.is_busy()
    s.supplicant.start(s.now)
    assert s.supplicant.is_busy()
    s.supplicant.logoff(s.now)
    assert not s.supplicant.is_busy()


def test_a_discarded_request_may_come_again():
    s = Set()
    s.ask(1, 1)
    assert s.ask(2, 13, b"ignore") is None
    assert response(s.ask(2, 13, b"x")) == (2, 13, b"answer 2")


def test_an_endless_exchange_ends():
    s = Set(rounds=1000)
    s.ask(0, 1)
    answers = [s.ask(i, 13, b"x") for i in range(1, 200)]
    assert 90 < len([a for a in answers if a is not None]) <= 2 * eapol.MAX_ROUNDS
    assert "broken" in s.outcomes()


def test_a_flood_of_identity_requests_is_answered_and_leaves_nothing_behind():
    s = Set()
    for i in range(300):
        assert response(s.ask(i % 256, 1)) == (i % 256, 1, b"me")
    # a repetition costs nothing, a new one a method that has not begun
    assert all(method.wiped for method in s.methods[:-1])
    assert len(s.outcomes()) <= 4
    s.login(100)
    assert s.supplicant.state == eapol.AUTHENTICATED


def test_a_flood_of_failures_keeps_few_outcomes():
    s = Set()
    for i in range(100):
        s.ask(i, 1)
        s.end(4, i)
    assert len(s.outcomes()) <= 4


def test_other_methods_get_a_nak_until_ours_runs():
    s = Set()
    for kind in (4, 25, 254):
        assert response(s.ask(kind, kind, b"data")) == (kind, 3, b"\x0d")
    s.ask(1, 13, b"x")
    assert s.ask(2, 4) is None
    assert s.ask(3, 3) is None  # a Nak is no request


def test_a_notification_is_answered_and_changes_nothing():
    s = Set()
    s.login()
    assert response(s.ask(50, 2, b"hello")) == (50, 2, b"")
    assert s.supplicant.state == eapol.AUTHENTICATED and len(s.methods) == 1


REQUEST = b"\x01\x07\x00\x05\x01"
# (name, packet, words of framed()): each is to be discarded
FOREIGN = (
    ("EAPOL-Start", b"", {"kind": 1}),
    ("EAPOL-Logoff", b"", {"kind": 2}),
    ("EAPOL-Key", bytes(95), {"kind": 3}),
    ("EAPOL-MKA", bytes(40), {"kind": 5}),
    ("unknown EAPOL type", REQUEST, {"kind": 255}),
    ("EAPOL longer than the frame", REQUEST, {"length": 1200}),
    ("EAPOL shorter than EAP", REQUEST, {"length": 4}),
    ("EAPOL empty", b"", {}),
    ("EAP cut", REQUEST[:3], {}),
    ("EAP longer than EAPOL", b"\x01\x07\x00\x06\x01", {}),
    ("EAP length 65535", b"\x01\x07\xff\xff\x01", {}),
    ("EAP shorter than its header", b"\x01\x07\x00\x03\x01", {}),
    ("Request without type", b"\x01\x07\x00\x04", {}),
    ("Response", b"\x02\x07\x00\x05\x01", {}),
    ("Initiate", b"\x05\x07\x00\x05\x01", {}),
    ("code 0", b"\x00\x07\x00\x05\x01", {}),
    ("Success with data", b"\x03\x07\x00\x05\x01", {}),
    ("another EtherType", REQUEST, {"ethertype": b"\x88\x8f"}),
    ("another station's", REQUEST, {"destination": SWITCH}),
    ("our own", REQUEST, {"source": MAC}),
)


def test_what_is_malformed_or_foreign_is_discarded():
    for name, packet, words in FOREIGN:
        s = Set()
        assert s.receive(packet, **words) is None, name
        assert s.supplicant.state == eapol.CONNECTING, name
        assert s.methods == [], name


def test_frames_to_the_set_itself_and_padded_ones_are_taken():
    for words in ({"destination": MAC}, {}):
        s = Set()
        assert response(s.receive(REQUEST, **words)) == (7, 1, b"me")
    assert response(s.receive(b"\x01\x08\x00\x05\x01padding in EAPOL")) == (8, 1, b"me")


def test_a_cut_frame_of_any_length_does_no_harm():
    whole = framed(b"\x01\x07\x00\x09\x0d\x20abc")
    for n in range(len(whole)):
        s = Set()
        s.supplicant.receive(whole[:n], 0)
        assert (len(s.methods) == 1) == (n >= 27), n
