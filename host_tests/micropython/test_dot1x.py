"""Which identity the set shows, by what name, and what it makes of the network's answers."""

import eap_frames
from errors import Error
from phone import dot1x, eap, eapol, lifecycle, network
from phone.config import Config
from scep import altnames, oid
from scep.deadline import Deadline
from small_pki import Authority, basic_constraints, extension, purposes

MAC = eap_frames.MAC
CA = Authority("CN=Customer CA", 0)
OTHER = Authority("CN=Factory CA", 1)
KEY = CA.key


def named(subject, *values):
    exts = []
    if values:
        exts.append(extension(oid.SUBJECT_ALT_NAME, lambda e: altnames.put(e, list(values))))
    return CA.issue(subject, KEY, exts=exts)


ACTIVE = named("CN=set")
RENEWED = CA.issue("CN=set", KEY, serial=b"\x02")
FACTORY = OTHER.issue("CN=00809F59E1A0", KEY)


def test_the_identity_is_the_upn_else_the_host_name_else_the_common_name():
    both = named("CN=cn", ("dns", "phone.example"), ("upn", "p@example"))
    assert dot1x.identity_of(both) == "p@example"
    dns = named("CN=cn", ("ip", "10.0.0.1"), ("dns", "phone.example"), ("dns", "other"))
    assert dot1x.identity_of(dns) == "host/phone.example"
    assert dot1x.identity_of(named("CN=cn")) == "cn"
    assert dot1x.identity_of(named("O=nobody")) == ""
    assert dot1x.identity_of(both, "configured") == "configured"


def test_no_root_is_sent_and_no_more_than_the_engine_takes():
    sub = Authority("CN=Sub", 2, CA)
    chain = [sub.certificate.der, CA.certificate.der]
    assert dot1x.own_chain(b"mine", chain) == [b"mine", sub.certificate.der]
    assert len(dot1x.own_chain(b"mine", [sub.certificate.der] * 9)) == 4


# (has one, withdrawn, rejections, time to try again, slot)
SLOTS = (
    (False, False, 0, False, "factory"),
    (True, False, 0, False, "active"),
    (True, False, 2, False, "active"),
    (True, False, 3, False, "factory"),
    (True, False, 3, True, "active"),
    (True, True, 0, False, "factory"),
    (True, True, 3, True, "factory"),
)


def test_a_withdrawn_or_refused_identity_gives_way_to_the_factorys():
    for has, withdrawn, rejections, again, wanted in SLOTS:
        found = dot1x.slot(has, withdrawn, rejections, again)
        assert found == wanted, (has, withdrawn, rejections, again)


class Clock:
    def __init__(self):
        self.time, self.up = None, 0

    def now(self):
        return self.time

    def uptime(self):
        return self.up


class Records:
    def __init__(self, active=None):
        self.active, self.reason, self.trusted = active, None, []
        self.same_ca = True
        self.config = Config()

    def active_certificate(self):
        return None if self.active is None else bytes(self.active.der)

    def factory_certificate(self):
        return bytes(FACTORY.der)

    def active_issuers(self):
        return []

    def suspended(self):
        return self.reason

    def anchors(self):
        return list(self.trusted)

    def is_of_configured_ca(self):
        return self.same_ca

    def active_key(self):
        return "active key"

    def factory_key(self):
        return "factory key"


class Set:
    """Stands for main.Set, and for the board's frames."""

    def __init__(self, active=None):
        self.clock, self.records = Clock(), Records(active)
        self.network = "up"
        self.said, self.warned, self.kept = [], [], []
        self.comes, self.sent = [], []
        self.one_room = self.crowded = False
        self.cuts = 0
        self.may_be_cut = False
        self.access = dot1x.Access(self, self)
        self.access.turn()

    def mac(self):
        return MAC

    def say(self, name, fields):
        self.said.append(fields["state"])

    def warn(self, error):
        self.warned.append(error.code)

    def keep_error(self, error):
        self.kept.append(error.code)

    def has_one_room(self):
        return self.one_room

    def is_crowded(self):
        return self.crowded

    def cut_off(self):
        self.cuts += 1

    def receive(self, buffer):
        if not self.comes:
            return 0
        frame = self.comes.pop(0)
        buffer[: len(frame)] = frame
        return len(frame)

    def send(self, frame):
        self.sent.append(frame)

    def ask(self):
        """Request/Identity; return the identity that answers."""
        self.comes.append(eap_frames.framed(b"\x01\x07\x00\x05\x01"))
        self.access.turn()
        return str(self.sent[-1][23:], "utf-8")

    def end(self, outcome):
        """Let the exchange end as the network has it (the handshake has tests of its own)."""
        supplicant = self.access._supplicant
        if outcome == eapol.ACCEPTED:
            supplicant.state = eapol.AUTHENTICATED
            supplicant._outcomes.append(outcome)
        else:
            self.comes.append(eap_frames.framed(b"\x04\x07\x00\x04"))
        self.access.turn()


FACTORY_NAME = "00809F59E1A0"


def test_before_enrolment_the_factory_identity_opens_the_quarantine():
    s = Set()
    assert s.ask() == FACTORY_NAME
    s.end(eapol.ACCEPTED)
    assert s.said == ["quarantine"] and not s.access.port.open
    assert s.access.state() == "quarantine" and s.access.settled()


def test_after_enrolment_the_set_logs_in_again_and_moves():
    s = Set()
    s.ask()
    s.end(eapol.ACCEPTED)
    s.access.consider()
    assert s.access._supplicant.state == eapol.AUTHENTICATED  # nothing has changed
    s.records.active = ACTIVE
    s.access.consider()
    assert s.access._supplicant.state == eapol.CONNECTING
    assert s.ask() == "set"
    s.access.moved = False
    s.end(eapol.ACCEPTED)
    assert s.said == ["quarantine", "open"] and s.access.port.open and s.access.moved


def test_a_renewed_certificate_is_shown_without_leaving_the_network():
    s = Set(ACTIVE)
    s.ask()
    s.end(eapol.ACCEPTED)
    s.access.moved = False
    s.records.active = RENEWED
    s.access.consider()
    s.ask()
    s.end(eapol.ACCEPTED)
    assert s.said == ["open"] and not s.access.moved


def test_three_refusals_lead_to_the_factory_identity_and_are_remembered():
    s = Set(ACTIVE)
    s.clock.up = 100
    for n in (1, 2, 3):
        assert s.ask() == "set"
        s.end(eapol.REJECTED)
        assert s.access.port.rejections == n and s.access.port.since == 100
        s.clock.up += 10
    assert s.warned == ["eap"] and s.kept == ["eap"] * 3
    assert s.ask() == FACTORY_NAME
    s.end(eapol.ACCEPTED)
    assert s.said == ["rejected"] * 3 + ["quarantine"]
    assert s.access.port.rejections == 3
    # an identity that was not refused starts from nought
    s.records.active = RENEWED
    s.access.consider()
    assert s.ask() == "set" and s.access.port.rejections == 0
    s.end(eapol.ACCEPTED)
    assert s.said[-1] == "open"


def test_the_refused_identity_is_tried_again_after_a_while():
    s = Set(ACTIVE)
    for _ in range(3):
        s.ask()
        s.end(eapol.REJECTED)
    s.ask()
    s.end(eapol.ACCEPTED)
    s.clock.up = dot1x.AGAIN - 1
    s.access.turn()
    assert s.access._supplicant.state == eapol.AUTHENTICATED
    s.clock.up = dot1x.AGAIN
    s.access.turn()
    assert s.ask() == "set"
    s.end(eapol.REJECTED)
    assert s.access.port.rejections == 4 and s.access.port.since == 0
    assert s.ask() == FACTORY_NAME
    s.end(eapol.ACCEPTED)
    s.clock.up = 2 * dot1x.AGAIN
    s.access.turn()
    assert s.ask() == "set"
    s.end(eapol.ACCEPTED)
    assert s.access.port.rejections == 0 and s.access.port.open


def test_a_suspended_or_expired_identity_is_offered_to_nobody():
    for withdraw in ("suspended", "expired"):
        s = Set(ACTIVE)
        s.ask()
        s.end(eapol.ACCEPTED)
        if withdraw == "suspended":
            s.records.reason = "revoked"
        else:
            s.clock.time = ACTIVE.not_after + 1
        s.access.consider()
        assert s.ask() == FACTORY_NAME


def test_a_refused_factory_identity_is_no_refusal_of_the_customers():
    s = Set()
    s.ask()
    s.end(eapol.REJECTED)
    assert s.access.port.rejections == 0 and s.access.state() == "rejected"
    assert not s.access.settled()


def judged(s, chain):
    """Ask the set about a server's chain; return the code it refuses it with, or None."""
    try:
        s.access._judge(chain)
    except Error as error:
        return error.code
    return None


SERVER = bytes(
    CA.issue("CN=radius", KEY, exts=[purposes(oid.SERVER_AUTH), basic_constraints(False)]).der
)
CLIENT = bytes(
    CA.issue("CN=phone", KEY, exts=[purposes(oid.CLIENT_AUTH), basic_constraints(False)]).der
)
STRANGER = bytes(OTHER.issue("CN=radius", KEY, exts=[basic_constraints(False)]).der)


def test_with_the_customers_identity_the_server_hangs_on_the_customers_ca():
    s = Set(ACTIVE)
    s.ask()
    assert judged(s, SERVER) == "tls"  # no anchor is known
    s.records.trusted = [bytes(CA.certificate.der)]
    assert judged(s, SERVER) is None
    assert judged(s, SERVER + bytes(CA.certificate.der)) is None
    assert judged(s, STRANGER) == "tls"
    assert judged(s, CLIENT) == "tls"  # another set is no server
    assert judged(s, b"") == "tls"
    s.clock.time = CA.certificate.not_after + 1
    assert judged(s, SERVER) == "tls"


def test_the_configured_anchors_count_too():
    import binascii

    s = Set(ACTIVE)
    s.ask()
    s.records.config.set(
        "scep_ca_cert", str(binascii.b2a_base64(OTHER.certificate.der), "ascii").strip()
    )
    assert judged(s, STRANGER) is None and judged(s, SERVER) == "tls"
    s = Set(ACTIVE)
    s.ask()
    pin = "".join(["%02x" % b for b in CA.certificate.fingerprint()])
    s.records.config.set("scep_ca_fingerprint", pin)
    assert judged(s, SERVER + bytes(CA.certificate.der)) is None
    assert judged(s, SERVER) == "tls"


def test_another_ca_in_the_configuration_neither_gets_the_identity_nor_shuts_out_its_own():
    s = Set(ACTIVE)
    s.ask()
    s.records.trusted = [bytes(CA.certificate.der)]
    s.records.same_ca = False
    pin = "".join(["%02x" % b for b in OTHER.certificate.fingerprint()])
    s.records.config.set("scep_ca_fingerprint", pin)
    assert judged(s, STRANGER + bytes(OTHER.certificate.der)) == "tls"
    assert judged(s, SERVER) is None
    s.records.same_ca = True  # enrolled there
    assert judged(s, STRANGER + bytes(OTHER.certificate.der)) is None


def test_the_factory_identity_is_shown_to_any_network_and_that_is_told():
    s = Set()
    s.ask()
    assert judged(s, STRANGER) is None and not s.access._verified
    s.records.trusted = [bytes(CA.certificate.der)]
    assert judged(s, SERVER) is None and s.access._verified


def crowded():
    """Return a set whose own exchange leaves no room, asked for its identity at second 100."""
    s = Set(ACTIVE)
    s.one_room = s.crowded = True
    s.access._time = lambda: s.at
    s.at = 100000
    s.comes.append(eap_frames.framed(b"\x01\x07\x00\x05\x01"))
    s.access.turn()
    assert [frame[15] for frame in s.sent] == [1, 1]  # EAPOL-Starts, no answer
    s.sent = []
    return s


def test_a_frame_waits_for_the_end_of_what_takes_the_room():
    s = crowded()
    s.at += 7999
    s.access.turn()
    assert s.sent == [] and not s.cuts and not s.access.goes_first()
    s.crowded = False
    s.access.turn()
    assert len(s.sent) == 1 and s.access.goes_first()


def test_what_takes_the_room_for_too_long_is_cut_off():
    s = crowded()
    s.at += 8000
    s.access.turn()
    s.access.turn()
    assert s.cuts == 1 and s.sent == []
    s.crowded = False  # at its next step
    s.access.turn()
    assert len(s.sent) == 1 and s.cuts == 1


def test_what_cannot_be_cut_off_does_not_keep_the_port_shut():
    s = crowded()
    s.at += 9000
    s.access.turn()
    assert len(s.sent) == 1


def test_an_exchange_that_runs_does_not_wait_and_is_not_waited_for_without_end():
    s = crowded()
    s.crowded = False
    s.access.turn()
    s.crowded = True
    s.comes.append(eap_frames.framed(b"\x01\x07\x00\x05\x01"))
    s.access.turn()
    assert len(s.sent) == 2 and s.access.goes_first()
    s.at += 20000
    assert not s.access.goes_first()


def test_a_set_with_room_for_both_does_both():
    s = Set(ACTIVE)
    s.ask()
    assert s.access._supplicant.is_authenticating() and not s.access.goes_first()


def steps(s, cuts):
    """Run something that is cut off so many times; return how often it began."""
    began = []

    def start():
        began.append(s.may_be_cut)
        if len(began) <= cuts:
            raise network.CutOff
        return "done"
        yield

    work = network.again(s, start)
    try:
        while True:
            next(work)
    except StopIteration as end:
        assert end.value == "done" and not s.may_be_cut
        assert began == [True] * len(began)
        return len(began)


def test_what_was_cut_off_begins_again_a_few_times():
    s = Set(ACTIVE)
    assert steps(s, 0) == 1 and steps(s, 3) == 4
    try:
        steps(s, 4)
    except Error as error:
        assert error.code == "memory" and not s.may_be_cut
    else:
        raise AssertionError


def test_the_lifecycle_hears_of_three_refusals():
    s = Set(ACTIVE)
    for _ in range(3):
        s.ask()
        s.end(eapol.REJECTED)
    config = Config()
    config.set("scep_run", "yes")
    config.set("scep_url", "http://ca/scep")
    config.set("scep_revocation", "crl")
    state = lifecycle.State()
    state.uptime = state.checked_at = 5
    identity = lifecycle.Identity(ACTIVE.not_before, ACTIVE.not_after)
    s.access.port.since = 7
    assert lifecycle.due(config, identity, None, s.access.port, state)[0] == "check"
    state.checked_at = 8
    assert lifecycle.due(config, identity, None, s.access.port, state)[0] == "none"
    state.uptime = 7 + lifecycle.HOUR
    assert lifecycle.due(config, identity, None, s.access.port, state)[0] == "enroll"


def test_a_set_that_leaves_says_so_and_answers_nothing_more():
    s = Set()
    s.ask()
    s.access.leave()
    assert s.sent[-1] == eap.frame(MAC, eap.LOGOFF)
    sent = len(s.sent)
    s.comes.append(eap_frames.framed(b"\x01\x07\x00\x05\x01"))
    s.access.turn()
    assert len(s.sent) == sent


class Board:
    FEATURES = ("dot1x",)

    def __init__(self, wire):
        self.wire, self.renewed = wire, []

    def frames(self, mac):
        return self.wire

    def net(self, mac, renew=False):
        self.renewed.append(renew)
        yield None
        return {"ip": "10.0.0.7", "dns": []}


def up(s, answer):
    """Bring the network up; answer(turn) plays the network. Return the events."""
    events = []
    for turns, event in enumerate(network.up(s), 1):
        if event:
            events.append(event)
        elif s.access is not None:
            s.access.turn()
            answer(turns)
        assert turns < 100000
    return events


def started(active=None, dot1x_="yes"):
    s = Set(active)
    s.records.config.set("dot1x", dot1x_)
    s.board, s.access, s.network = Board(s), None, None
    return s


def test_the_boot_waits_for_the_port_and_shows_it():
    s = started()

    def answer(turns):
        if turns == 3:
            s.ask()
            s.end(eapol.ACCEPTED)

    events = up(s, answer)
    assert [(e["step"], e.get("port")) for e in events] == [(1, "quarantine"), (2, None)]
    assert s.network["ip"] == "10.0.0.7" and s.board.renewed == [False]
    # the port opens for the customer's identity: the address is asked for anew, step 1 is over
    s.records.active = ACTIVE
    s.access.consider()
    s.ask()
    s.end(eapol.ACCEPTED)
    assert s.access.wants_address()
    assert [e["step"] for e in up(s, answer)] == [2] and s.board.renewed == [False, True]
    assert not s.access.wants_address()
    assert up(s, answer) == []


def test_a_network_that_refuses_or_says_nothing_does_not_hold_the_boot_for_ever():
    before = network._DOT1X_MS
    network._DOT1X_MS = 30
    try:
        s = started(ACTIVE)

        def refuse(turns):
            if turns < 2:
                s.ask()
                s.end(eapol.REJECTED)

        assert up(s, refuse)[0]["port"] == "rejected"
        assert up(started(), lambda turns: None)[0]["port"] == "none"
    finally:
        network._DOT1X_MS = before


def test_a_port_that_opens_after_the_boot_still_gets_the_set_an_address():
    s = started(ACTIVE)
    s.access = dot1x.Access(s, s)
    assert not s.access.wants_address()
    s.ask()
    s.end(eapol.ACCEPTED)
    assert s.access.wants_address()
    assert [e["step"] for e in up(s, lambda turns: None)] == [1, 2]
    assert not s.access.wants_address()


class Secure:
    """Stands for a TLS hook: tells when it was asked."""

    asked = 0

    def __call__(self, connection, host, deadline):
        self.asked += 1
        return "secured"
        yield


def test_on_a_small_board_scep_waits_while_the_port_shakes_hands():
    s = Set(ACTIVE)
    secure = Secure()
    s.ask()
    steps = network._in_turn(s.access, secure)("plain", "ca", Deadline(1000, "test"))
    assert [next(steps) for _ in range(5)] == [None] * 5 and not secure.asked
    s.end(eapol.ACCEPTED)
    found = None
    try:
        next(steps)
    except StopIteration as end:
        found = end.value
    assert found == "secured" and secure.asked == 1


def test_without_802_1x_nothing_is_sent_and_a_board_that_cannot_says_so():
    s = started(dot1x_="no")
    sent = len(s.sent)
    assert [e["step"] for e in up(s, None)] == [1, 2] and len(s.sent) == sent
    s = started()
    s.board.FEATURES = ()
    assert up(s, None)[0]["code"] == "unsupported" and s.access is None


def test_a_frame_flood_takes_a_bounded_share_of_each_turn():
    s = Set()
    s.comes = [eap_frames.framed(bytes((1, i, 0, 5, 1))) for i in range(100)]
    s.access.turn()
    assert 90 <= len(s.comes) < 100
