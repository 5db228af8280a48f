""".ci/run: three tiers whatever becomes of each, and a last line that is the truth."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Stands for make: what each tier does is a line of shell in a file of its own.
MAKE = '#!/bin/sh\necho "$1" >> made\n. ./tier-$1\n'
GOOD = 'echo \'{"passed": 10, "failed": 0, "skipped": 1}\' > build/results-$1.json\n'
BAD = 'echo \'{"passed": 9, "failed": 3, "skipped": 0}\' > build/results-$1.json; exit 2\n'
BROKEN = "exit 2\n"
NOTHING = "exit 0\n"


@pytest.mark.parametrize(
    "demo, test, check, status, last",
    [
        (NOTHING, GOOD, GOOD, 0, "20 passed, 0 failed"),
        (NOTHING, GOOD, NOTHING, 0, "10 passed, 0 failed"),
        (BROKEN, GOOD, GOOD, 1, "20 passed, 1 failed"),
        (NOTHING, BAD, GOOD, 1, "19 passed, 3 failed"),
        (NOTHING, BROKEN, BROKEN, 1, "0 passed, 2 failed"),
        (NOTHING, GOOD, BROKEN, 1, "10 passed, 1 failed"),
        (NOTHING, NOTHING, NOTHING, 1, "0 passed, 0 failed"),
    ],
    ids=["all pass", "test only", "demo", "failed tests", "no build", "check", "no test ran"],
)
def test_the_last_line_and_the_exit_status_tell_what_happened(
    tmp_path, demo, test, check, status, last
):
    (tmp_path / ".ci").mkdir()
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    make = tmp_path / "bin" / "make"
    make.write_text(MAKE)
    make.chmod(make.stat().st_mode | stat.S_IXUSR)
    for tier, text in (("demo", demo), ("test", test), ("check", check)):
        (tmp_path / f"tier-{tier}").write_text(text)
    # A result of an earlier run does not count.
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "results-old.json").write_text('{"passed": 7, "failed": 0}')
    result = subprocess.run(
        ["bash", tmp_path / ".ci" / "run"],
        env=dict(os.environ, PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}"),
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.splitlines()[-1] == last, result.stdout + result.stderr
    assert result.returncode == status
    assert (tmp_path / "made").read_text().split() == ["demo", "test", "check"]
