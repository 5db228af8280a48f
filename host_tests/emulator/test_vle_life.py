"""VLE, unattended: enrolment, renewal and revocation checks fit its heap of 96 KiB."""

import pytest

from lab_driver import Lab, LongCrl
from set_driver import CHALLENGE, Set

pytestmark = [pytest.mark.emulator, pytest.mark.check]


@pytest.fixture(name="lab", scope="module", params=["http", "https"])
def _lab(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lab")
    with Lab(folder, tls=request.param == "https") as lab:
        lab.file = folder / "lanpbx.cfg"
        lab.file.write_text(
            f"scep_run=yes\nscep_url={lab.url('10.0.2.2')}\nscep_psk={CHALLENGE}\n"
            f"scep_ca_fingerprint={lab.ca_sha256}\nscep_spread=0\nscep_revocation=both\n"
        )
        yield lab


@pytest.fixture(name="enrolled", scope="module")
def _enrolled(lab, tmp_path_factory):
    vle = Set("VLE", tmp_path_factory.mktemp("vle")).factory()
    vle.first = vle.ok("boot", "--lanpbx", lab.file, "--until", "enrolled", "--timeout", "120")
    return vle


def test_a_factory_set_needs_only_its_lanpbx_file(enrolled):
    assert [event["step"] for event in enrolled.first.named("boot")] == [1, 2, 3, 4, 5]
    assert enrolled.first.named("warning") == []
    assert enrolled.identity()["state"] == "active"


def test_it_boots_again_and_checks_for_revocation(enrolled, lab):
    answer = enrolled.ok("boot", "--lanpbx", lab.file)
    assert [event["op"] for event in answer.named("http")] == ["OCSP"]
    assert answer.named("warning") == []


def test_it_renews_with_a_new_key(enrolled):
    before = enrolled.identity()
    enrolled.ok("renew")
    after = enrolled.identity()
    assert after["serial"] != before["serial"] and after["subject"] == before["subject"]


def test_a_crl_three_times_its_heap_is_searched(enrolled, lab):
    enrolled.ok("config", "scep_revocation=crl")
    lab.bend(LongCrl(300_000))
    answer = enrolled.ok("check")
    assert answer.last["revoked"] is False
    assert max(event["bytes"] for event in answer.named("http")) > 300_000
    lab.act("revoke", enrolled.identity()["serial"])
    answer = enrolled.run("check")
    assert (answer.status, answer.code) == (1, "revoked")
