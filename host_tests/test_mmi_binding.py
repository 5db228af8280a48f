"""The menus on the real set: its main loop, its key store, its SCEP client; the CA in memory."""

import gc

import pytest
from cryptography.hazmat.primitives import hashes

from errors import Error
from phone import network
from phone.mmi import introduce
from phone.mmi.binding import Binding
from phone.mmi.control import Control
from small_phone import factory, switched_on, turn
from small_pki import Authority
from small_scep import Ca
from small_set import keys
from tools.lab import commands

PASSWORD = '"correct horse'
URL = b"http://ca/scep"


@pytest.fixture(name="device")
def _device():
    return factory()


def configured(set_, **values):
    """Configure scep_url and what else is given."""
    binding = Binding(set_)
    binding.put("scep_url", bytearray(URL))
    for name, value in values.items():
        binding.put(name, bytearray(value.encode()))
    return binding


def pin(ca):
    """Return the CA's SHA-256 in hex."""
    return bytes(ca.authority.certificate.fingerprint()).hex()


def test_a_value_is_checked_stored_and_survives_a_power_cycle(device):
    with switched_on(device) as set_:
        binding = configured(set_)
        with pytest.raises(Error) as caught:
            binding.put("scep_url", bytearray(b"nonsense"))
        assert caught.value.code == "config"
        assert binding.get("scep_url") == "http://ca/scep" and binding.get("scep_run") == "no"
    with switched_on(device) as set_:
        assert Binding(set_).get("scep_url") == "http://ca/scep"


def test_the_challenge_goes_in_as_octets_and_only_its_presence_comes_back(device):
    with switched_on(device) as set_:
        binding = configured(set_)
        assert binding.get("scep_psk") is False and binding.get("scep_challenge_password") == "no"
        raw = bytearray(b"Correct-Horse-41")
        binding.put("scep_psk", raw)
        assert binding.get("scep_psk") is True and binding.get("scep_challenge_password") == "yes"
        assert bytes(raw) == b"Correct-Horse-41"  # wiped by the view, once nothing needs it
        assert bytes(set_.records.challenge()) == b"Correct-Horse-41"
        assert b"Correct-Horse" not in bytes(device.data)
        assert b"Correct-Horse" not in bytes(set_.board.line.said)


def test_the_admin_password_is_kept_as_a_sealed_salted_hash(device):
    with switched_on(device) as set_:
        binding = Binding(set_)
        assert not binding.has_password() and not binding.password_is(bytearray(b""))
        binding.set_password(bytearray(b"correct horse"))
        first = bytes(set_.records.password())
        binding.set_password(bytearray(b"correct horse"))
        assert bytes(set_.records.password()) != first  # another salt
    with switched_on(device) as set_:
        binding = Binding(set_)
        assert binding.has_password()
        assert binding.password_is(bytearray(b"correct horse"))
        for wrong in (b"", b"correct hors", b"correct horse ", b"Correct horse"):
            assert not binding.password_is(bytearray(wrong))
        # each is an event, which also goes to the syslog server; what was typed is not in it
        said = bytes(set_.board.line.said)
        assert said.count(b'"access"') == 4 and b"correct" not in said
    assert b"correct horse" not in bytes(device.data)
    assert first[16:] not in bytes(device.data)


def test_the_language_outlives_a_power_cycle(device):
    with switched_on(device) as set_:
        Binding(set_).language = "fr"
    with switched_on(device) as set_:
        assert Binding(set_).language == "fr"


def enrol(set_, binding, watch=lambda: None):
    """Launch SCEP and turn the loop to its end; return the outcome."""
    ended = []

    def over():
        watch()
        ended[:] = [binding.outcome()]
        return ended[0] is not None

    binding.start("enroll")
    turn(set_, over)
    return ended[0]


def test_an_enrolment_shows_its_progress_forward_only_and_its_outcome_once(device):
    ca = Ca()
    with switched_on(device, ca) as set_:
        binding = configured(set_, scep_ca_fingerprint=pin(ca), scep_key_bits="2048")
        seen = []

        def watch():
            if binding.running:
                seen.append((binding.running, *binding.progress()))

        assert enrol(set_, binding, watch) == (True, None)
        assert binding.outcome() is None and binding.running is None
        shares = [share for _, _, share in seen if share is not None]
        assert shares == sorted(shares) and shares[-1] >= 950
        assert {what for _, what, _ in seen} == {"work.enroll", "work.http", "work.keygen"}
        assert {name for name, _, _ in seen} == {"enroll"}
        assert binding.status()["state"] == "active"


def test_an_action_can_be_cancelled_and_the_status_keeps_why(device):
    ca = Ca()
    with switched_on(device, ca) as set_:
        binding = configured(set_, scep_ca_fingerprint=pin(ca))
        binding.start("enroll")
        turn(set_, lambda: binding.progress()[0] == "work.keygen")
        with pytest.raises(Error):  # one at a time
            binding.start("renew")
        binding.cancel()
        turn(set_, lambda: set_.job is None)
        good, error = binding.outcome()
        assert not good and error.code == "cancelled"
        assert binding.status()["last_error"]["code"] == "cancelled"
        assert ca.requests == []


# (what the person says, state afterwards, requests that the CA got, error)
ANSWERS = (
    ("soft3", "active", 1, None),
    ("soft1", "factory", 0, "ca-untrusted"),
)


@pytest.mark.parametrize(("said", "state", "requests", "code"), ANSWERS)
def test_an_unknown_ca_is_asked_about_and_only_what_is_accepted_is_pinned(
    device, said, state, requests, code
):
    ca = Ca()
    with switched_on(device, ca) as set_:
        binding = configured(set_, scep_psk="Correct-Horse-41")
        control = Control(binding)
        control.admit()
        keys(control, "soft3", "ok", "down", "down", "down", "ok")
        turn(set_, lambda: binding.question is not None)
        scene = control.scene()
        digits = pin(ca).upper()
        assert scene.rows[0].value == "CN=CA"
        assert scene.rows[1].value.replace(" ", "") == digits
        assert ca.requests == [] and binding.get("scep_ca_fingerprint") is None
        control.key(said)
        turn(set_, lambda: set_.job is None)
        control.tick(10)
        assert binding.status()["state"] == state and len(ca.requests) == requests
        assert binding.get("scep_ca_fingerprint") == (digits if requests else None)
        assert control.scene().title == ("Failed" if code else "Done")
        if code:
            assert control.scene().rows[0].label == code


@pytest.mark.parametrize("profile", ["rfc8894", "opentrust"])
def test_a_ca_behind_https_is_asked_about_and_then_proves_the_server_too(device, profile):
    """The server sends no root (opentrust: two levels); another CA's server is refused then."""
    psk, now = "Correct-Horse-41", "2027-01-15T08:00:00Z"
    real = network.transport
    lab = commands.start(profile, tls=True, challenge=psk, clock=now)
    try:
        with switched_on(device) as set_:
            network.transport = real
            binding = configured(set_, scep_psk=psk, scep_spread="0")
            binding.put("scep_url", bytearray(commands.describe(lab)["url"].encode()))
            binding.start("enroll")
            turn(set_, lambda: binding.question is not None)
            digest = lab.authority.trust_anchor().certificate.fingerprint(hashes.SHA256())
            assert binding.question[1] == digest
            binding.answer(True)
            turn(set_, lambda: set_.job is None)
            assert binding.status()["state"] == "active", bytes(set_.board.line.said)
            # what was pinned is what the server has to hang on
            other = commands.start(profile, tls=True, challenge=psk, clock=now)
            try:
                binding.put("scep_url", bytearray(commands.describe(other)["url"].encode()))
                binding.start("renew")
                turn(set_, lambda: set_.job is None)
                assert binding.status()["last_error"]["code"] == "tls"
            finally:
                other.close()
    finally:
        lab.close()


def test_a_question_that_is_cancelled_is_gone(device):
    with switched_on(device, Ca()) as set_:
        binding = configured(set_)
        binding.start("enroll")
        turn(set_, lambda: binding.question is not None)
        binding.cancel()
        turn(set_, lambda: set_.job is None)
        assert binding.question is None and binding.get("scep_ca_fingerprint") is None


def test_the_topmost_ca_is_shown_whatever_the_order():
    root = Authority("CN=Root", 0)
    lower = Authority("CN=Issuing", 1, root)
    leaf = lower.issue("CN=RA", lower.key)
    for some in ([lower.certificate, root.certificate, leaf], [root.certificate, leaf]):
        assert introduce.topmost(some).subject_text == "CN=Root"
    assert introduce.topmost([leaf, lower.certificate]).subject_text == "CN=Issuing"
    with pytest.raises(Error):
        introduce.topmost([leaf])


def test_the_boot_shows_each_of_its_five_steps(device):
    with switched_on(device, Ca()) as set_:
        binding = configured(set_)
        steps = [binding.boot_step]
        set_.board.line.sent += b"boot\n"

        def over():
            steps.append(binding.boot_step)
            return len(steps) > 2 and set_.job is None

        turn(set_, over)
        changes = [n for i, n in enumerate(steps) if i == 0 or steps[i - 1] != n]
        # link and address are one wait: the first is over within a turn
        assert changes == [0, 2, 3, 4, 5, 0]


def test_the_status_is_parsed_once_a_change(device, monkeypatch):
    ca = Ca()
    with switched_on(device, ca) as set_:
        binding = configured(set_, scep_ca_fingerprint=pin(ca))
        parsed = []
        real = set_.records.factory_certificate
        monkeypatch.setattr(set_.records, "factory_certificate", lambda: parsed.append(1) or real())
        for _ in range(50):
            assert binding.status()["state"] == "factory"
        assert len(parsed) == 1
        assert enrol(set_, binding) == (True, None)
        assert binding.status()["state"] == "active"


def test_a_set_whose_flash_is_another_devices_shows_that_and_takes_nothing(device):
    import scepcore

    scepcore.set_device_secret(bytes(32))
    with switched_on(device) as set_:
        binding = Binding(set_)
        control = Control(binding)
        keys(control, "soft3", "down", "ok")
        shown = " ".join([row.value for row in control.scene().rows])
        assert "wrong-device" in shown
        for attempt in (
            lambda: binding.put("scep_run", bytearray(b"yes")),
            lambda: binding.start("enroll"),
            lambda: binding.set_password(bytearray(b"secret")),
        ):
            with pytest.raises(Error) as caught:
                attempt()
            assert caught.value.code == "wrong-device"
        assert not binding.password_is(bytearray(b"secret"))
    gc.collect()
