"""802.1X against Debian's hostapd: a set in QEMU before a port that it has to open.

tools/dot1x plays the story in a network namespace; hostapd's own EAP server (OpenSSL) decides.
"""

import subprocess
from pathlib import Path

import pytest

from set_driver import need
from tools.dot1xlab import namespace

ROOT = Path(__file__).parent.parent.parent
STORY = "port: quarantine, open, rejected, quarantine, open"

pytestmark = [pytest.mark.peers, pytest.mark.emulator]


def play(folder, board, *flags, timeout=600):
    """Play the story; return its lines."""
    need(board)
    command = [ROOT / "tools" / "dot1x", "--board", board, "--folder", folder, *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    if done.returncode == 4 and "namespace" in done.stderr:
        pytest.skip("no network namespace may be made on this machine")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


@pytest.mark.check
def test_factory_quarantine_customer_open_revoked_rejected_healed(tmp_path):
    """As root with a TAP device, where that may be made; SCEP over HTTPS."""
    lines = play(tmp_path / "lab", "NOE", "--tls")
    assert lines[-1] == STORY
    # three refusals, then the CRL, without a clock
    third = {"port", "slot=active", "state=rejected", "rejections=3"}
    assert any(third <= set(line.split()) for line in lines)
    assert any({"warning", "code=revoked"} <= set(line.split()) for line in lines)


@pytest.mark.check
@pytest.mark.parametrize(
    ("board", "flags"), [("VLE", ["--tls"]), ("MPS2_AN505", [])], ids=["VLE", "MPS2_AN505"]
)
def test_the_same_on_smaller_boards_without_root_and_without_tap(tmp_path, board, flags):
    """In a user's own namespace, the cable in user space; 96 KiB of heap with SCEP over HTTPS; a
    Cortex-M33."""
    assert play(tmp_path / "lab", board, "--cable", *flags)[-1] == STORY


@pytest.mark.check
def test_chains_of_three_with_4096_bits_and_freeradius_behind_hostapd(tmp_path):
    """Other fragments, lengths on each, P-256, the decision made by the RADIUS server.

    An RA stands before a CA of two levels; the set makes two keys of 4096 bits on the way.
    """
    flags = ("--radius", "--cable", "--profile", "opentrust", "--bits", "4096")
    assert play(tmp_path / "lab", "NOE", *flags)[-1] == STORY


@pytest.mark.soak
@pytest.mark.parametrize("flags", (["--wan"], ["--wan", "--radius"]), ids=("hostapd", "freeradius"))
def test_the_same_over_a_line_of_600_ms_2_percent_loss_and_64_kbit(tmp_path, flags):
    assert play(tmp_path / "lab", "NOE", *flags, timeout=1500)[-1] == STORY


def test_what_is_missing_is_said(monkeypatch):
    """A program that is not there: the word that tells which package has it."""
    monkeypatch.setattr(namespace, "ADMINISTRATORS", "/nowhere")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(namespace.LeftOut, match=r"hostapd is not installed \(package hostapd\)"):
        namespace.enter(["true"], False, False)
