"""A set among forged files, wrong clocks and refusals: nothing of it disturbs a working identity.

FAULTS.md, 'Configuration, boot services, upgrade', on the whole set in memory (small_phone.py).
test_faults_list.py goes through that list item by item.
"""

import copy

import pytest

import small_phone
from keystore import slots
from phone import dm, filed, lanpbx, network
from small_phone import (
    PSK,
    authority,
    configure,
    factory,
    named,
    run,
    said,
    switched_on,
    turn,
    working,
)
from small_scep import Ca

YEAR = 31557600
ISSUED, TRUE = 1767225600, 1800000000  # the CA's certificates begin; the board's time


@pytest.fixture(name="ca")
def _ca():
    return authority()


@pytest.fixture(name="device")
def _device():
    return factory()


@pytest.fixture(name="enrolled_once", scope="module")
def _enrolled_once():
    device, ca = factory(), authority()
    with switched_on(device, ca) as set_:
        working(set_, ca)
        run(set_, b"boot")
    return device


@pytest.fixture(name="enrolled")
def _enrolled(enrolled_once):
    """Return the flash of a set that the CA of `ca` has given an identity."""
    return copy.deepcopy(enrolled_once)


def identity(set_):
    """Return what must not change: the certificate, and whether it is withdrawn."""
    return set_.records.active_certificate(), set_.records.suspended()


def challenges(ca):
    """Return the challenges that reached the CA, in order."""
    return [request.csr()[2] for request in ca.requests if request.kind == 19]


# -- a refused challenge ---------------------------------------------------------------------------


def test_a_refused_challenge_is_not_sent_again_until_the_configuration_changes(device, ca):
    ca.habit = Ca.refuse
    with switched_on(device, ca) as set_:
        working(set_, ca)
        events = run(set_, b"boot")
        assert "fail-badRequest" in named(events, "warning", "code")
        set_.scheduler.state.retry_at = 0  # whatever the back-off says
        assert set_.scheduler.due() == "none" and len(challenges(ca)) == 1
    for _ in range(2):
        with switched_on(device, ca) as set_:  # a power cycle is no change
            run(set_, b"boot")
            configure(set_, trusted=False, scep_psk=PSK)  # nor is the same file again
            assert set_.scheduler.due() == "none" and len(challenges(ca)) == 1
    with switched_on(device, ca) as set_:
        configure(set_, trusted=False, scep_psk=b"Another-42")
        run(set_, b"boot")
    assert challenges(ca) == [PSK, b"Another-42"]
    with switched_on(device, ca) as set_:
        ca.habit = Ca.grant
        assert run(set_, b"boot")[-1]["event"] == "result" and len(challenges(ca)) == 2
        # a person may ask once more: the CA may know the challenge by now
        assert run(set_, b"enroll")[-1]["event"] == "result"
        assert not set_.records.config.challenge_refused
        assert set_.records.active_certificate() is not None


def test_a_refusal_without_a_challenge_is_none_of_the_challenges(device, ca):
    ca.habit = Ca.refuse
    with switched_on(device, ca) as set_:
        working(set_, ca, scep_challenge_password="no")
        run(set_, b"boot")
        assert set(challenges(ca)) == {None}  # at least one: the wait for the next may be none
        set_.scheduler.state.retry_at = 0
        assert set_.scheduler.due() == "enroll"


# -- orders in a file ------------------------------------------------------------------------------


def test_an_order_is_carried_out_once_and_never_backward_over_power_cycles(enrolled, ca):
    serials = []
    for number in ("7", "7", "3", "0", "8", "7"):
        with switched_on(enrolled, ca) as set_:
            configure(set_, False, scep_action="renew", scep_action_id=number)
            run(set_, b"boot")
            serials.append(set_.records.active_certificate())
    first, second = serials[0], serials[4]
    assert first != second and serials == [first] * 4 + [second] * 2


@pytest.mark.parametrize("reachable", [True, False])
def test_revoke_in_a_file_withdraws_nothing_that_the_ca_does_not(enrolled, ca, reachable):
    with switched_on(enrolled, ca) as set_:
        before = identity(set_)
    with switched_on(enrolled, ca if reachable else None) as set_:
        configure(set_, False, scep_action="revoke", scep_action_id="1")
        run(set_, b"boot")
        after = identity(set_)
        assert set_.records.action_done() == 1
    assert before[1] is None and after[1] is None
    # replaced where the PKI answers; else it serves on
    assert (after[0] != before[0]) == reachable


def test_revoke_in_a_rogue_file_takes_no_identity_and_draws_no_challenge(enrolled, ca):
    rogue = authority("CN=Rogue", 3)
    with switched_on(enrolled, ca) as set_:
        before = identity(set_)
    with switched_on(enrolled, rogue) as set_:
        pin = bytes(rogue.authority.certificate.fingerprint()).hex()
        told = {"scep_url": "http://rogue/scep", "scep_ca_fingerprint": pin}
        configure(set_, False, scep_action="revoke", scep_action_id="1", **told)
        events = said(set_)
        run(set_, b"boot")
        assert identity(set_) == before and challenges(rogue) == []
    old = {event["key"]: event["old"] for event in events if event["event"] == "config"}
    assert old["scep_url"] == "http://ca/scep" and old["scep_ca_fingerprint"]


# -- files that are none ---------------------------------------------------------------------------

LONG = b"#" * (lanpbx.MAX_FILE + 1)
# (name, file, values that change, codes of warnings or of the refusal of the whole file)
FILES = (
    ("CR only", b"scep_renew=40\rscep_spread=7\r", {"scep_renew": "40", "scep_spread": "7"}, []),
    ("BOM", b"\xef\xbb\xbfscep_renew=40\n", {"scep_renew": "40"}, []),
    ("NUL at the end", b"scep_renew=40\n" + bytes(500), {"scep_renew": "40"}, []),
    ("NUL in a word", b"scep_re\0new=40\n", {}, []),
    ("NUL in quotes", b'scep_url="http://a\0b/"\n', {}, ["config"]),
    ("UTF-16", "\ufeffscep_renew=40\n".encode("utf-16-le"), {}, ["config"]),
    ("UTF-16, big end first", "\ufeffscep_renew=40\n".encode("utf-16-be"), {}, ["config"]),
    ("UTF-16 without a mark", "scep_renew=40\n".encode("utf-16-le"), {}, []),
    ("twice", b"scep_renew=40\nscep_renew=41\n", {"scep_renew": "41"}, ["config"]),
    ("twice, the last one wrong", b"scep_renew=40 scep_renew=0", {"scep_renew": "40"}, ["config"]),
    ("cut in a quoted value", b'scep_renew=40\nscep_url="http://ro', {}, ["config"]),
    ("cut in a fingerprint", b"scep_ca_fingerprint=ab01", {}, ["config"]),
    ("cut in a key", b"scep_renew=40\nscep_ur", {"scep_renew": "40"}, []),
    ("cut in a PEM block", b"-----BEGIN PRIVATE KEY-----\nMIIE", {}, ["config"]),
    ("too long", LONG, {}, ["too-large"]),
    ("a page of a portal", b"<html><body>Please log in</body></html>", {}, []),
    ("noise", bytes(range(1, 256)) * 4, {}, []),
)


@pytest.mark.parametrize(("name", "data", "changed", "codes"), FILES, ids=[r[0] for r in FILES])
def test_a_file_changes_what_it_says_rightly_and_no_identity(
    enrolled, ca, name, data, changed, codes
):
    with switched_on(enrolled, ca) as set_:
        before, config = identity(set_), set_.records.config.encode()
        try:
            events = filed.apply(set_, filed.pairs(lanpbx.Reader(), bytearray(data)))
        except lanpbx.FormatError as error:
            events = [{"event": "warning", "code": error.code}]
        assert named(events, "warning", "code") == codes
        assert identity(set_) == before
        for key, value in changed.items():
            assert set_.records.config.get(key) == value
        if not changed:
            assert set_.records.config.encode() == config
    with switched_on(enrolled, ca) as set_:
        assert identity(set_) == before


# -- the clock -------------------------------------------------------------------------------------


def test_a_renewal_under_a_clock_far_ahead_does_not_bind_the_true_time(enrolled, ca, monkeypatch):
    monkeypatch.setattr(small_phone.Board, "start_time", lambda self: TRUE + 8 * YEAR)
    with switched_on(enrolled, ca) as set_:
        assert set_.clock.now() is not None
        assert run(set_, b"renew")[-1]["event"] == "result"
    monkeypatch.setattr(small_phone.Board, "start_time", lambda self: TRUE)
    with switched_on(enrolled, ca) as set_:
        assert TRUE <= set_.clock.now() <= TRUE + 5
        assert "clock" not in named(said(set_), "warning", "code")
    # and what the CA bore witness to still bounds it
    monkeypatch.setattr(small_phone.Board, "start_time", lambda self: ISSUED - 5 * 86400)
    with switched_on(enrolled, ca) as set_:
        assert set_.clock.now() is None
        assert "clock" in named(said(set_), "warning", "code")


# -- what is missing -------------------------------------------------------------------------------


def test_a_set_without_a_mac_boots_and_says_what_its_subject_lacks(monkeypatch, ca):
    real = small_phone.write_factory

    def nameless(flash, geometry, kek, values, *more):
        real(flash, geometry, kek, [row for row in values if row[0] != slots.MAC], *more)

    monkeypatch.setattr(small_phone, "write_factory", nameless)
    device = factory()
    with switched_on(device, ca) as set_:
        assert set_.mac() is None
        working(set_, ca, call_server="127.0.0.1:9", log_host="127.0.0.1:9")
        monkeypatch.setattr("phone.boot._TIME_MS", 30)
        events = run(set_, b"boot")
        assert named(events, "boot", "step") == [1, 2, 3, 4, 5]
        assert "config" in named(events, "warning", "code") and ca.requests == []
        # a name that needs no MAC will do
        configure(set_, scep_subject="CN=lobby")
        assert run(set_, b"enroll")[-1]["event"] == "result"


class _Absent:
    """A board whose DHCP server does not answer while `absent`."""

    absent = True

    def net(self, mac, static=None, renew=False):
        """Generator: as Board.net."""
        while self.absent:
            yield None
        return {"ip": "127.0.0.1", "dns": [], "option": {150: b"\x7f\0\0\1"}.get}


def test_a_network_that_comes_after_the_boot_is_found_and_the_boot_made_up_for(
    device, ca, monkeypatch
):
    board = _Absent()
    monkeypatch.setattr(small_phone.Board, "net", lambda self, *a, **k: bounded(board.net(*a, **k)))
    asked = []

    def bounded(work):
        from errors import Error

        for _ in range(50):
            try:
                yield next(work)
            except StopIteration as end:
                return end.value
        raise Error("timeout", "no DHCP server answers")

    def lanpbx_of_all(set_, server, folder):
        asked.append((server, folder))
        yield None
        return bytearray(b"scep_renew=44\n")

    monkeypatch.setattr("phone.boot._lanpbx", lanpbx_of_all)
    with switched_on(device, ca) as set_:
        working(set_, ca)
        events = run(set_, b"boot")
        assert named(events, "boot", "step") == [1, 4] and asked == []
        assert named(events, "warning", "code") == ["timeout"]
        board.absent = False
        set_.scheduler._network_at = 0
        turn(set_, lambda: set_.records.active_certificate() is not None, 2000000)
        assert asked == [("127.0.0.1", "")]
        assert set_.records.config.get("scep_renew") == "44"
        assert named(said(set_), "boot", "step") == [1, 4, 1, 2, 3, 5]


def test_a_port_that_stays_closed_does_not_hold_the_boot_for_dhcp(device, monkeypatch):
    class Closed:
        moved = False

        def __init__(self, *_):
            self.port = None

        def settled(self):
            return False

        def state(self):
            return "rejected"

        def goes_first(self):
            return False

        turn = consider = wants_address = lambda self: None

    monkeypatch.setattr("phone.dot1x.Access", Closed)
    monkeypatch.setattr(small_phone.Board, "FEATURES", ("dot1x",))
    monkeypatch.setattr(small_phone.Board, "frames", lambda self, mac: None, raising=False)
    monkeypatch.setattr(small_phone.Board, "net", lambda self, *a, **k: _Absent().net(*a, **k))
    monkeypatch.setattr(network, "_DOT1X_MS", 30)
    monkeypatch.setattr(network, "_CLOSED_MS", 30)
    with switched_on(device) as set_:
        configure(set_, dot1x="yes")
        events = run(set_, b"boot")
    assert named(events, "boot", "step") == [1, 4] and named(events, "warning", "code") == [
        "timeout"
    ]


# -- rogue services, each alone and together with a rogue CA ---------------------------------------


def _forged(rogue):
    pin = bytes(rogue.authority.certificate.fingerprint()).hex()
    return {
        "scep_url": "http://rogue/scep",
        "scep_ca_fingerprint": pin,
        "scep_action": "enroll",
        "scep_action_id": "9",
    }


@pytest.mark.parametrize("with_ca", [False, True], ids=["alone", "with a rogue CA"])
@pytest.mark.parametrize("service", ["TFTP", "DM", "SNTP", "call server"])
def test_a_rogue_service_takes_no_identity_and_draws_no_challenge(
    enrolled, ca, monkeypatch, service, with_ca
):
    rogue = authority("CN=Rogue", 3)
    forged = _forged(rogue) if with_ca or service in ("TFTP", "DM") else {}

    def late(*_):
        yield None
        return TRUE + 12 * YEAR  # by that the certificate has expired

    monkeypatch.setattr("phone.boot._by_sntp", late)
    monkeypatch.setattr("phone.boot._session", lambda *_: iter(()))
    monkeypatch.setattr("phone.boot._told", late)
    if service == "DM":
        text = "".join([f'<setting id="{k}" value="{v}"/>' for k, v in forged.items()])
        reader = dm.Reader()
    else:
        text = "".join([f"{k}={v}\n" for k, v in forged.items()])
        reader = lanpbx.Reader()
    with switched_on(enrolled, rogue if with_ca else None) as set_:
        before = identity(set_)
        if service == "SNTP":
            configure(set_, set_mode="sip", sntp_server="127.0.0.1")
        elif service == "call server":
            configure(set_, call_server="127.0.0.1")
        filed.apply(set_, filed.pairs(reader, bytearray(text.encode())))
        run(set_, b"boot")
        told = {event["key"]: (event["old"], event["new"]) for event in said(set_)
                if event["event"] == "config" and event["key"] in forged}  # fmt: skip
        assert set(told) == set(forged)
        if forged:
            assert told["scep_url"] == ("http://ca/scep", "http://rogue/scep")
        assert identity(set_) == before and challenges(rogue) == []
        expired = service in ("SNTP", "call server")
        assert run(set_, b"status")[-1]["state"] == ("suspended" if expired else "active")
    with switched_on(enrolled, ca) as set_:  # without the rogue: the same identity is active
        assert run(set_, b"status")[-1]["state"] == "active" and identity(set_) == before
