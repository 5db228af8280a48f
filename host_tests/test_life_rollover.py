"""CAs that replace one another, on the UNIX board against the lab CA, both by a moved clock."""

import datetime

import pytest
from cryptography import x509

from lab_driver import Lab
from set_driver import CHALLENGE, Set

pytestmark = [pytest.mark.micropython, pytest.mark.check]
START = datetime.datetime(2030, 1, 1)


def day(n):
    """Return the ISO time of day `n` of this life."""
    return (START + datetime.timedelta(days=n)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Life:
    """A set and its lab, which are told the same time."""

    def __init__(self, folder, lab):
        self.lab = lab
        self.set = Set("UNIX", folder).factory()
        self.file = folder / "lanpbx.cfg"
        self.configure()

    def configure(self, **keys):
        """Write the lanpbx.cfg that the set finds from now on."""
        values = {
            "scep_run": "yes",
            "scep_url": self.lab.url(),
            "scep_ca_fingerprint": self.lab.ca_sha256,
            "scep_psk": CHALLENGE,
            "scep_spread": "0",
            **keys,
        }
        self.file.write_text("".join(f"{key}={value}\n" for key, value in values.items()))

    def boot(self, n, *more):
        """Boot on day `n`; return the Answer."""
        self.lab.act("clock", day(n))
        return self.set.ok("--time", day(n), "boot", "--lanpbx", self.file, *more)

    def certificate(self, n=0):
        """Return the active certificate."""
        pem = self.set.ok("--time", day(n), "cert").last["pem"]
        return x509.load_pem_x509_certificate(pem.encode())


@pytest.fixture(name="life")
def _life(tmp_path):
    with Lab(tmp_path, clock=day(0)) as lab:
        life = Life(tmp_path, lab)
        life.boot(0, "--until", "enrolled")
        yield life


def _generation(certificate):
    return certificate.issuer.rfc4514_string().split("Lab Issuing CA ")[1][:2]


def test_a_set_follows_one_ca_after_the_other_with_the_fingerprint_of_the_first(life):
    assert _generation(life.certificate()) == "G1"
    life.lab.act("rollover", "--at", day(300))
    answer = life.boot(190)  # renews, and learns of the next CA, which is not used yet
    assert "next CA stored" in [event.get("what") for event in answer.named("progress")]
    assert _generation(life.certificate(190)) == "G1"
    life.boot(380)
    second = life.certificate(380)
    assert _generation(second) == "G2"
    life.lab.act("rollover", "--at", day(600))
    life.boot(570)  # under G2, which names G3
    life.boot(760)
    third = life.certificate(760)
    assert _generation(third) == "G3" and third.public_key() != second.public_key()
    assert life.set.ok("--time", day(760), "status").last["state"] == "active"
    # queries and revocation checks hang on the right CA: a certificate on its own issuer
    life.configure(scep_revocation="crl")
    life.lab.act("revoke", f"{third.serial_number:x}")
    answer = life.boot(761)
    assert "revoked" in [event["code"] for event in answer.named("warning")]
    assert _generation(life.certificate(761)) == "G3"
    assert life.certificate(761).serial_number != third.serial_number


def test_a_certificate_of_the_former_ca_is_checked_against_the_former_ca(life):
    serial = life.certificate().serial_number
    life.lab.act("rollover", "--at", day(20))
    life.set.ok("--time", day(10), "rollover")
    life.configure(scep_revocation="crl")
    assert life.boot(30).named("warning") == []
    life.lab.act("revoke", f"{serial:x}")
    life.boot(31)
    assert _generation(life.certificate(31)) == "G2"


def test_a_successor_counts_only_for_the_ca_that_named_it(life, tmp_path):
    life.lab.act("rollover", "--at", day(20))
    life.set.ok("--time", day(10), "rollover")
    before = life.set.identity()
    life.configure(scep_ca_fingerprint="00" * 32)
    life.boot(30)
    life.lab.act("clock", day(30))
    answer = life.set.run("--time", day(30), "enroll")
    assert (answer.status, answer.code) == (1, "ca-fingerprint")
    assert life.set.identity() == before
    # with the right one again, what it had named is there again
    life.configure()
    life.boot(31)
    life.set.ok("--time", day(31), "renew")
    assert _generation(life.certificate(31)) == "G2"


def test_a_set_that_was_off_when_its_ca_was_replaced_says_so_and_keeps_what_it_has(life):
    life.lab.act("rollover", "--at", day(20))
    answer = life.boot(190)
    assert "ca-fingerprint" in [event["code"] for event in answer.named("warning")]
    assert life.set.ok("--time", day(190), "status").last["state"] == "active"
