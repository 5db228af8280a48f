"""Upgrade and downgrade: two images take turns on one flash, also where the power goes in between.

The other image is that of the firmware's previous commit, and one whose format is newer than
ours: read, migrated, or refused with the flash untouched.
"""

import re
import subprocess

import pytest

from clones import clone
from lab_driver import Lab
from set_driver import ROOT, Set

pytestmark = [pytest.mark.check, pytest.mark.micropython]
LAYOUT = "firmware/keystore/layout.py"


def git(*arguments):
    return subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def tree(folder, commit, change=None):
    """Build the UNIX board of `commit` in a clone at `folder`; change: function (clone) before."""
    clone(folder, commit, built=("mpy-cross", "host"))
    if change is not None:
        change(folder)
    done = subprocess.run(
        ["make", "board", "BOARD=UNIX"], cwd=folder, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return folder


def newer(folder):
    """Make the clone's firmware one that writes the next version of the format."""
    path = folder / LAYOUT
    text, count = re.subn(r"^VERSION = (\d+)$", lambda m: f"VERSION = {int(m[1]) + 1}",
                          path.read_text(encoding="utf-8"), flags=re.M)  # fmt: skip
    assert count == 1
    path.write_text(text, encoding="utf-8")


@pytest.fixture(name="lab", scope="module")
def _lab(tmp_path_factory):
    with Lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(name="old", scope="module")
def _old(tmp_path_factory):
    """The newest earlier commit of the firmware that builds; this one where there is none."""
    commits = git("log", "-4", "--skip=1", "--format=%H", "--", "firmware", "boards/UNIX")
    for commit in [*commits.split(), "HEAD"]:
        try:
            return tree(tmp_path_factory.mktemp("old") / "tree", commit)
        except AssertionError:
            if commit == "HEAD":
                raise


@pytest.fixture(name="next_one", scope="module")
def _next(tmp_path_factory):
    return tree(tmp_path_factory.mktemp("next") / "tree", "HEAD", newer)


def test_two_images_take_turns_on_one_flash(old, lab, tmp_path):
    first = Set("UNIX", tmp_path, root=old).factory().configure(lab)
    first.ok("enroll")
    identity = first.identity()
    ours = Set("UNIX", tmp_path)
    assert ours.identity() == identity
    ours.ok("renew")
    renewed = ours.identity()
    assert renewed["serial"] != identity["serial"]
    assert first.identity() == renewed
    first.ok("renew")
    assert ours.identity()["state"] == "active"
    assert ours.identity() == first.identity()


@pytest.mark.parametrize("step", [1, 40, 160, 420, 700])
def test_a_cut_under_one_image_is_mended_by_the_other(old, lab, tmp_path, step):
    """The old image is cut in a renewal, ours goes on; ours is cut, the old one goes on."""
    device = Set("UNIX", tmp_path, root=old).factory().configure(lab)
    device.ok("enroll")
    before = device.identity()
    images = [device, Set("UNIX", tmp_path)]
    for writer, reader in (images, images[::-1]):
        answer = writer.run("--power-cut", str(step), "renew")
        assert answer.status in (0, 3), answer.last
        found = reader.identity()
        assert found["state"] in ("active", "enrolling") and found["subject"] == before["subject"]
        reader.ok("renew")
        assert reader.identity()["state"] == "active"


def test_a_newer_format_is_refused_and_untouched(next_one, lab, tmp_path):
    later = Set("UNIX", tmp_path, root=next_one).factory().configure(lab)
    later.ok("enroll")
    identity = later.identity()
    ours = Set("UNIX", tmp_path)
    image = ours.flash.read_bytes()
    for command in (["enroll"], ["renew"], ["config", "scep_run=no"], ["check"]):
        answer = ours.run(*command)
        assert answer.status == 1 and answer.code == "flash-corrupt", (command, answer.last)
        assert "newer" in answer.last["message"]
    assert ours.run("status").status in (0, 1)
    assert ours.flash.read_bytes() == image
    assert later.identity() == identity
