"""The use cases of a desk phone's life on NOE, unattended: it boots, nobody touches it.

Enrolment with and without a challenge (A), renewal with and without the server's support (B),
revocation and expiry (C); the lab CA's clock and the set's are moved from boot to boot.
"""

import datetime

import pytest

from lab_driver import Lab, LongCrl
from set_driver import CHALLENGE, FACTORY_CA, Set

pytestmark = [pytest.mark.emulator, pytest.mark.check]
START = datetime.datetime(2030, 1, 1)
VALID = 365  # days of the lab's certificates


def day(n):
    """Return the ISO time of day `n` of a life."""
    return (START + datetime.timedelta(days=n)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Life:
    """A NOE set and its lab on the same moved time; every boot is checked to have five steps."""

    def __init__(self, factory, folder, lab, keys):
        self.lab, self.set = lab, factory.copy(folder)
        self.file = folder / "lanpbx.cfg"
        values = {
            "scep_run": "yes",
            "scep_url": lab.url("10.0.2.2"),
            "scep_ca_fingerprint": lab.ca_sha256,
            "scep_spread": "0",
            **keys,
        }
        self.file.write_text("".join(f"{key}={value}\n" for key, value in values.items()))

    def boot(self, n, *more):
        """Boot on day `n`; return (the Answer, what status says then)."""
        self.lab.act("clock", day(n))
        answer = self.set.ok("--time", day(n), "boot", "--lanpbx", self.file, *more)
        assert [event["step"] for event in answer.named("boot")] == [1, 2, 3, 4, 5]
        return answer, self.set.ok("--time", day(n), "status").last

    def enrolled(self):
        """Boot on day 0 until there is an identity; return its status."""
        status = self.boot(0, "--until", "enrolled", "--timeout", "120")[1]
        assert (status["state"], status["slot"]) == ("active", "active")
        return status

    def issued(self):
        """Return (messageType, signer's serial, issued serial) of each certificate, in order."""
        rows = [row for row in self.lab.log() if row["issued_serial"]]
        return [(row["message_type"], row["signer_serial"], row["issued_serial"]) for row in rows]


def _short(serial):
    return serial.lower().lstrip("0")


def _codes(answer):
    return [event["code"] for event in answer.named("warning")]


def enrols(life):
    """It has a certificate, and the next boot asks for no other."""
    status = life.enrolled()
    again, later = life.boot(1)
    assert later["serial"] == status["serial"] and _codes(again) == []
    ((kind, _, serial),) = life.issued()
    assert (kind, serial) == ("PKCSReq", _short(status["serial"]))


def renews(life):
    """Nothing before half of the validity; after it the CA's RenewalReq, signed by the old one."""
    first = life.enrolled()
    assert life.boot(VALID // 2 - 5)[1]["serial"] == first["serial"]
    second = life.boot(VALID // 2 + 5)[1]
    assert second["state"] == "active" and second["serial"] != first["serial"]
    _, renewal = life.issued()
    assert renewal == ("RenewalReq", _short(first["serial"]), _short(second["serial"]))


def renews_by_pkcsreq(life):
    """A server without messageType 17 gets a PKCSReq that the current certificate signs."""
    first = life.enrolled()
    second = life.boot(VALID // 2 + 5)[1]
    _, renewal = life.issued()
    assert renewal == ("PKCSReq", _short(first["serial"]), _short(second["serial"]))


def enrols_anew(life):
    """A server that does not renew at all gets a fresh enrolment; the old one stays until then."""
    first = life.enrolled()
    answer, second = life.boot(VALID // 2 + 5)
    assert "renewal-refused" in _codes(answer) and second["serial"] != first["serial"]
    kind, signer, serial = life.issued()[-1]
    assert kind == "PKCSReq" and signer != _short(first["serial"])
    assert serial == _short(second["serial"]) and second["state"] == "active"


def is_revoked(life):
    """The boot notices it, and the same boot brings another certificate."""
    first = life.enrolled()
    assert _codes(life.boot(3)[0]) == []
    life.lab.act("revoke", first["serial"])
    answer, second = life.boot(4)
    assert "revoked" in _codes(answer)
    assert second["state"] == "active" and second["serial"] != first["serial"]


def is_held(life):
    """A hold suspends while the CA issues no other; its release brings the same one back."""
    first = life.enrolled()
    life.lab.act("revoke", first["serial"], "--hold")
    life.lab.running.policy.challenge = "another one by now"
    status = life.boot(4)[1]
    assert (status["state"], status["serial"]) == ("suspended", first["serial"])
    life.lab.act("release", first["serial"])
    status = life.set.ok("--time", day(5), "check") and life.boot(5)[1]
    assert (status["state"], status["serial"]) == ("active", first["serial"])


def is_revoked_in_a_long_crl(life):
    """The same with a CRL of 300 KB, more than the heap of the set."""
    first = life.enrolled()
    life.lab.bend(LongCrl(300_000))
    assert _codes(life.boot(3)[0]) == []
    life.lab.act("revoke", first["serial"])
    answer, second = life.boot(4)
    assert "revoked" in _codes(answer) and second["serial"] != first["serial"]


def expires(life):
    """Switched off for too long: a fresh enrolment, no dead end."""
    first = life.enrolled()
    late = life.set.ok("--time", day(VALID + 1), "status").last
    assert late["state"] == "suspended"
    second = life.boot(VALID + 1)[1]
    assert second["state"] == "active" and second["serial"] != first["serial"]
    assert life.issued()[-1][0] == "PKCSReq"


PSK = {"scep_psk": CHALLENGE}
FACTORY = {"scep_challenge_password": "no", "scep_signer": "factory"}
# (use case, profile, the lab's flags, lanpbx.cfg, life)
CASES = (
    ("A1: enrols with a PSK", "rfc8894", {}, PSK, enrols),
    ("A1: at a server of 2003", "ndes2003", {}, PSK, enrols),
    ("A2: enrols without, as a genuine set", "rfc8894", {"challenge": None}, FACTORY, enrols),
    ("B1: renews", "rfc8894", {}, PSK, renews),
    ("B1: without RenewalReq", "opentrust", {}, PSK, renews_by_pkcsreq),
    ("B2: server does not renew", "ndes2003", {}, PSK, enrols_anew),
    ("C: revoked, by CRL", "rfc8894", {}, {**PSK, "scep_revocation": "crl"}, is_revoked),
    ("C: revoked, by OCSP", "rfc8894", {}, {**PSK, "scep_revocation": "ocsp"}, is_revoked),
    ("C: long CRL", "rfc8894", {}, {**PSK, "scep_revocation": "crl"}, is_revoked_in_a_long_crl),
    ("C: held and released", "rfc8894", {}, {**PSK, "scep_revocation": "both"}, is_held),
    ("C: expired", "rfc8894", {}, PSK, expires),
)


@pytest.fixture(name="factory", scope="module")
def _factory(tmp_path_factory):
    return Set("NOE", tmp_path_factory.mktemp("factory")).factory()


@pytest.mark.parametrize(
    ("name", "profile", "flags", "keys", "live"), CASES, ids=[row[0] for row in CASES]
)
def test_unattended(factory, tmp_path, name, profile, flags, keys, live):
    if "A2" in name:
        flags = {**flags, "require_factory": str(FACTORY_CA / "ca.pem")}
    with Lab(tmp_path, profile, clock=day(0), lifetime=VALID * 86400, **flags) as lab:
        live(Life(factory, tmp_path, lab, keys))
