"""Boards in QEMU, unattended: whole enrolments, renewals and revocation checks.

MPS2_AN505 is a Cortex-M33 with a LAN9118, which loses its power too; VLE has a heap of 96 KiB.
"""

import pytest
from cryptography import x509

from lab_driver import Lab, LongCrl
from set_driver import CHALLENGE, Set

pytestmark = [pytest.mark.emulator, pytest.mark.check]

# (board, scheme of its CA's URL)
MPS2 = [("MPS2_AN505", "http"), ("MPS2_AN505", "https")]
VLE = [("VLE", "http"), ("VLE", "https")]
only_mps2 = pytest.mark.parametrize("lab", MPS2, indirect=True, ids="-".join)


@pytest.fixture(name="lab", scope="module", params=MPS2 + VLE, ids="-".join)
def _lab(request, tmp_path_factory):
    board, scheme = request.param
    folder = tmp_path_factory.mktemp("lab")
    with Lab(folder, tls=scheme == "https") as lab:
        lab.board = board
        lab.file = folder / "lanpbx.cfg"
        lab.file.write_text(
            f"scep_run=yes\nscep_url={lab.url('10.0.2.2')}\nscep_psk={CHALLENGE}\n"
            f"scep_ca_fingerprint={lab.ca_sha256}\nscep_spread=0\nscep_revocation=both\n"
        )
        yield lab


def _enrol(lab, board):
    return board.run("boot", "--lanpbx", lab.file, "--until", "enrolled", "--timeout", "120")


@pytest.fixture(name="enrolled", scope="module")
def _enrolled(lab, tmp_path_factory):
    board = Set(lab.board, tmp_path_factory.mktemp("set")).factory()
    board.first = _enrol(lab, board)
    assert board.first.status == 0, board.first.last
    return board


def test_a_factory_board_needs_only_its_lanpbx_file(enrolled):
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


@only_mps2
def test_the_same_seed_makes_the_same_key_and_another_seed_another(enrolled, lab, tmp_path):
    keys = []
    for number, seed in enumerate(("7", "7", "8")):
        (tmp_path / str(number)).mkdir()
        board = enrolled.copy(tmp_path / str(number))
        board.ok("--seed", seed, "renew")
        keys.append(x509.load_pem_x509_certificate(board.pem().encode()).public_key())
    assert keys[0] == keys[1] != keys[2]


POINTS = 12
RENEWAL_STEPS = 1400  # of the flash, where the key stays; a few less than it takes


@only_mps2
def test_a_power_cut_in_a_renewal_leaves_the_old_or_the_new_certificate(enrolled, tmp_path):
    enrolled.ok("config", "scep_renew_key=same")
    before = enrolled.identity()["serial"]
    left = set()
    for point in range(POINTS):
        (tmp_path / str(point)).mkdir()
        board = enrolled.copy(tmp_path / str(point))
        step = 1 + point * RENEWAL_STEPS // (POINTS - 1)
        answer = board.run("--power-cut", str(step), "renew")
        assert answer.status == 3, (step, answer.last)
        status = board.ok("status").last
        assert (status["state"], status["slot"]) == ("active", "active"), (step, status)
        left.add(status["serial"] == before)
    assert True in left  # most cuts come before the commit
    board.ok("renew")
    assert board.identity()["serial"] != before


@only_mps2
@pytest.mark.parametrize("step", [1, 300, 900, 1500])
def test_a_power_cut_in_an_enrolment_costs_nothing_but_the_time(lab, step, tmp_path):
    board = Set(lab.board, tmp_path).factory()
    cut = board.run("--power-cut", str(step), "boot", "--lanpbx", lab.file, "--until", "enrolled")
    assert cut.status == 3, cut.last
    assert board.ok("status").last["state"] in ("factory", "enrolling", "active")
    assert _enrol(lab, board).status == 0
    assert board.identity()["state"] == "active"


@only_mps2
def test_without_noise_there_is_no_key(lab, tmp_path):
    board = Set(lab.board, tmp_path).factory()
    board.configure(lab)
    answer = board.run("--no-noise", "enroll")
    assert (answer.status, answer.code) == (1, "entropy")


@only_mps2
def test_another_boards_secret_opens_nothing(enrolled, tmp_path):
    board = enrolled.copy(tmp_path)
    board.flash.with_name(board.flash.name + ".secret").write_bytes(bytes(range(32)))
    before = board.flash.read_bytes()
    answer = board.run("status")
    assert (answer.status, answer.code) == (1, "wrong-device")
    assert board.flash.read_bytes() == before


def test_a_crl_longer_than_its_heap_is_searched(enrolled, lab):
    enrolled.ok("config", "scep_revocation=crl")
    lab.bend(LongCrl(300_000))  # octets: three times VLE's heap
    answer = enrolled.ok("check")
    assert answer.last["revoked"] is False
    assert max(event["bytes"] for event in answer.named("http")) > 300_000
    lab.act("revoke", enrolled.identity()["serial"])
    answer = enrolled.run("check")
    assert (answer.status, answer.code) == (1, "revoked")
