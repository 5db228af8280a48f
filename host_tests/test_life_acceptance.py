"""Rogue files, wrong clocks, killed renewals, a fall-back server: the identity comes through.

ACCEPTANCE.md section 2, checks 7 (in small), 8 and 9, on the UNIX board.
"""

import datetime
import random
import time

import pytest

from lab_driver import Lab
from set_driver import CHALLENGE, Set
from test_setctl_operations import _sealed_challenge
from tools.lab.faults import Fault

pytestmark = [pytest.mark.micropython, pytest.mark.check]


def _text(lab, challenge=CHALLENGE, **keys):
    values = {
        "scep_run": "yes",
        "scep_url": lab.url(),
        "scep_ca_fingerprint": lab.ca_sha256,
        "scep_spread": "0",
        **({"scep_psk": challenge} if challenge else {}),
        **keys,
    }
    return "".join(f'{key}="{value}"\n' for key, value in values.items())


def _file(tmp_path, text):
    path = tmp_path / "lanpbx.cfg"
    path.write_text(text)
    return path


def _at(year, month=1, day=1, minute=0):
    return datetime.datetime(year, month, day, 0, minute).strftime("%Y-%m-%dT%H:%M:%SZ")


# -- check 8 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["scep_psk", "scep_psk_cms"])
@pytest.mark.parametrize("way", ["enroll", "renew", "revoke", "revoke, clock"])
def test_a_rogue_file_with_its_own_ca_draws_no_challenge_and_takes_no_identity(tmp_path, form, way):
    with Lab(tmp_path) as lab, Lab(tmp_path / "rogue", challenge=None) as rogue:
        # it would issue to anybody
        rogue.running.responder._classify_signer = lambda request, csr: "own"
        device = Set("UNIX", tmp_path).factory()
        if form == "scep_psk":
            own = _text(lab)
        else:
            device.configure(lab, challenge="")
            own = _text(lab, None, scep_psk_cms=_sealed_challenge(device, lab, tmp_path))
        device.ok("boot", "--lanpbx", _file(tmp_path, own), "--until", "enrolled")
        before, pem = device.identity(), device.pem()
        # alone, and with a time server that lets everything have expired
        way, _, clock = way.partition(", ")
        text = _text(rogue, None, scep_action=way, scep_action_id="9")
        when = ["--time", _at(2045)] if clock else []
        answer = device.ok(*when, "boot", "--lanpbx", _file(tmp_path, text))
        changed = {event["key"]: (event["old"], event["new"]) for event in answer.named("config")}
        assert changed["scep_url"] == (lab.url(), rogue.url())
        assert changed["scep_ca_fingerprint"] == (lab.ca_sha256, rogue.ca_sha256)
        assert changed["scep_action"] == (None, way)
        # what the rogue's CA could open it never got
        assert _challenges(rogue) == []
        assert before["state"] == "active"
        assert device.identity() == before and device.pem() == pem
        # the right file again: an identity of the right CA, at the latest after another boot
        answer = device.ok("boot", "--lanpbx", _file(tmp_path, own), "--until", "enrolled")
        assert device.identity()["state"] == "active"


def _challenges(lab):
    """Return the challenges in the requests that a lab has stored."""
    from tools.lab.responder import _challenge_of

    requests = [row["request"] for row in lab.running.state.transactions()]
    return [value for value in (_challenge_of(der)[0] for der in requests) if value]


# -- check 9 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["active", "suspended"])
def test_a_clock_of_2076_for_a_minute_leaves_the_same_certificate_active(tmp_path, state):
    with Lab(tmp_path, clock=_at(2030)) as lab:
        path = _file(tmp_path, _text(lab, scep_revocation="both"))
        device = Set("UNIX", tmp_path).factory()
        device.ok("--time", _at(2030), "boot", "--lanpbx", path, "--until", "enrolled")
        pem = device.ok("--time", _at(2030, minute=1), "cert").last["pem"]
        device.ok("--time", _at(2076), "boot", "--lanpbx", path)
        assert b'"code": "clock"' in device.serial.read_bytes()  # said before the set is ready
        assert device.ok("--time", _at(2076), "status").last["clock"] is None
        # a wrong time that could be true: expired then, but the lab does not issue for it
        if state == "suspended":
            lab.bend(_Busy())
            device.ok("--time", _at(2040), "boot", "--lanpbx", path)
            assert device.ok("--time", _at(2040), "status").last["state"] == "suspended"
            lab.bend(None)
        device.ok("--time", _at(2030, minute=3), "boot", "--lanpbx", path)
        now = device.ok("--time", _at(2030, minute=4), "status").last
        assert now["state"] == "active"
        assert device.ok("--time", _at(2030, minute=4), "cert").last["pem"] == pem


class _Busy(Fault):
    """No request is answered."""

    def caps(self, caps):
        raise ValueError("busy")

    def ca_certificates(self, ders, authority):
        raise ValueError("busy")


def test_without_a_clock_ever_it_enrols_by_fingerprint_and_acts_on_a_crl_that_lists_it(tmp_path):
    with Lab(tmp_path) as lab:
        path = _file(tmp_path, _text(lab, scep_revocation="crl"))
        device = Set("UNIX", tmp_path).factory()
        clockless = ("--time", "none", "boot", "--lanpbx", path, "--until")
        device.ok(*clockless, "enrolled")
        status = device.ok("--time", "none", "status").last
        assert (status["state"], status["clock"]) == ("active", None)
        device.ok(*clockless, "idle")
        assert device.ok("--time", "none", "status").last["serial"] == status["serial"]
        lab.act("revoke", status["serial"])
        answer = device.ok(*clockless, "idle")
        assert "revoked" in [event["code"] for event in answer.named("warning")]
        after = device.ok("--time", "none", "status").last
        assert after["state"] == "active" and after["serial"] != status["serial"]


# -- check 7, in small -----------------------------------------------------------------------------


def test_ten_kills_of_a_renewal_leave_a_working_identity_and_use_one_challenge_at_most(tmp_path):
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    with Lab(tmp_path, challenge=None, one_time=True, revoke_on_renew=True) as lab:
        device = Set("UNIX", tmp_path).factory().configure(lab, challenge=lab.challenge)
        device.ok("enroll")
        # one more, for the case that the answer to a renewal is lost and cannot be had again
        device.ok("config", "scep_psk=" + lab.act("challenge").strip())
        for kill in range(10):
            if kill == 0:
                began = time.monotonic()
                device.ok("renew")
                lasts = time.monotonic() - began
                continue
            device.kill(dice.uniform(0.1 * lasts, lasts), "renew")
            status = device.ok("status").last
            assert status["slot"] == "active", (seed, kill, status)
            answer = device.run("renew")
            assert answer.status == 0, (seed, kill, answer.last)
            serial = device.identity()["serial"]
            row = lab.running.state.issued(serial.lower().lstrip("0"))
            assert row is not None and row["revoked_at"] is None, (seed, kill)
        used = [row for row in lab.running.state.challenges() if row["used_by"] is not None]
        assert len(used) <= 2, (seed, used)  # the first enrolment's, and at most one


# -- the second URL --------------------------------------------------------------------------------


def test_the_second_scep_url_is_used_where_the_first_does_not_answer(tmp_path):
    with Lab(tmp_path) as lab:
        both = f"http://127.0.0.1:1/scep {lab.url()}"
        path = _file(tmp_path, _text(lab, scep_url=both))
        device = Set("UNIX", tmp_path).factory()
        answer = device.ok("boot", "--lanpbx", path, "--until", "enrolled")
        failed = answer.named("warning")
        assert [event["code"] for event in failed] == ["connect"]
        assert failed[0]["message"].startswith("http://127.0.0.1:1/scep")
        first = device.identity()
        answer = device.ok("renew")
        assert [event["code"] for event in answer.named("warning")] == ["connect"]
        second = device.identity()
        assert second["serial"] != first["serial"] and second["state"] == "active"
        device.ok("config", "scep_revocation=crl")
        lab.act("revoke", second["serial"])
        assert device.run("check").code == "revoked"


def test_a_clock_far_ahead_renews_once_and_then_rests(tmp_path):
    """By the set's clock every certificate of ten years is past half of its life as it comes."""
    with Lab(tmp_path, lifetime=10 * 365 * 86400) as lab:
        device = Set("UNIX", tmp_path).factory().configure(lab)
        device.ok("enroll")
        device.run("--time", _at(2033), "boot", "--timeout", "20", timeout=60)
        renewals = [row for row in lab.log() if row["message_type"] == "RenewalReq"]
        assert len(renewals) == 1
