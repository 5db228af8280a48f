"""A monkey at a real UNIX set's keys: 100,000 crash, block and change nothing that was not asked.

Issue 'MMI'. The set's own main loop, key store and menus under MicroPython; the line is a test's.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from set_driver import Set

ROOT = Path(__file__).resolve().parent.parent
MONKEY = ROOT / "host_tests" / "screens" / "monkey.py"
# CPU seconds: ACCEPTANCE.md section 4 has 0.2 s for a set of 250 MHz; a host is far faster.
SLOWEST = 0.2

pytestmark = [pytest.mark.micropython, pytest.mark.check]


def play(folder, seed, keys):
    """Return what the monkey reports."""
    one = Set("UNIX", folder).factory()
    environment = dict(
        os.environ,
        MICROPYPATH=".frozen",
        MICROSCEP_FLASH=str(one.flash),
        MICROSCEP_SECRET=str(one.flash) + ".secret",
    )
    command = [ROOT / "build" / "UNIX" / "firmware.elf", "-X", "heapsize=2m", MONKEY]
    silent, end = os.pipe()  # a line on which nothing comes: at its end a set would go off
    try:
        done = subprocess.run(
            [*command, str(seed), str(keys)],
            stdin=silent,
            capture_output=True,
            text=True,
            env=environment,
        )
    finally:
        os.close(silent)
        os.close(end)
    assert done.returncode == 0, (seed, done.stdout[-2000:] + done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("seed", [1, 2])
def test_50000_keys_neither_crash_nor_block_nor_change_a_setting_unconfirmed(seed, tmp_path):
    report = play(tmp_path, seed, 50000)
    print(seed, report)
    assert report["keys"] == 50000 and report["drawn"] > 50000
    assert report["faults"] == [] and report["unconfirmed"] == []
    assert report["slowest"] <= SLOWEST
    # it was everywhere, and did change settings: a monkey that never gets in proves nothing
    seen = {name for name, times in report["views"].items() if times > 20}
    assert {"ListView", "EditView", "PasswordView", "NewPasswordView", "ConfirmView"} <= seen
    assert {"ProgressView", "PageView", "MessageView", "IdleView"} <= seen
    assert {"scep_run", "scep_challenge_password", "scep_url"} <= set(report["changed"])
