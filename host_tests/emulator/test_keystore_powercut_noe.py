"""Power cuts on the running NOE image: at flash step N of a configuration change and of power-on.

For make check (20 points) and make soak (200). The exhaustive proof is host_tests/powercut; this
shows that the production image on its NOR driver behaves as the model does.
"""

import json
import shutil
import subprocess
import sys

import pytest

from emulator.noe import ROOT, build

pytestmark = pytest.mark.emulator

OLD, NEW = "CN=old-{mac}", "CN=new-{mac}" + ",OU=" + "x" * 60


def setctl(flash, *words):
    """Run tools/setctl on NOE; return (exit status, events)."""
    command = [sys.executable, ROOT / "tools" / "setctl", "--board", "NOE", "--flash", flash]
    result = subprocess.run(
        [*command, "--json", *words], capture_output=True, text=True, timeout=120, check=False
    )
    return result.returncode, [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def configured(tmp_path_factory):
    """A NOE flash image that has its first configuration."""
    build("NOE")
    flash = tmp_path_factory.mktemp("noe") / "set.flash"
    ca = flash.parent / "ca"
    assert setctl(flash, "factory", "--ca", str(ca))[0] == 0
    assert setctl(flash, "config", "scep_subject=" + OLD)[0] == 0
    return flash


def subject_of(flash):
    """Return what the set now has as scep_subject, read by telling it the same again."""
    status, events = setctl(flash, "config", "scep_subject=" + OLD)
    assert status == 0, events
    changes = [e for e in events if e["event"] == "config" and e["key"] == "scep_subject"]
    return changes[0]["old"] if changes else OLD


def cut_at(configured, folder, step):
    """Cut power at a step of `config`; return whether power was cut, check what is left."""
    flash = folder / "cut.flash"
    for suffix in ("", ".secret"):
        shutil.copyfile(str(configured) + suffix, str(flash) + suffix)
    status, events = setctl(flash, "--power-cut", str(step), "config", "scep_subject=" + NEW)
    assert status in (0, 3), events
    status_after, state = setctl(flash, "status")
    assert status_after == 0, (step, state)
    assert state[-1]["state"] == "factory" and state[-1]["slot"] == "factory"
    assert subject_of(flash) in (OLD, NEW), step
    return status == 3


@pytest.mark.parametrize(
    "points",
    [
        pytest.param(2),
        pytest.param(20, marks=pytest.mark.check),
        pytest.param(200, marks=pytest.mark.soak),
    ],
)
def test_a_cut_at_a_flash_step_leaves_the_old_or_the_new_configuration(
    configured, tmp_path, points
):
    cuts = 0
    for number in range(points):
        # A record of this length takes about 70 words, power-on and decision a few before it.
        step = 1 + number * 70 // points if points < 70 else 1 + number % 100
        cuts += cut_at(configured, tmp_path, step)
    assert cuts >= min(points, 60) // 2
