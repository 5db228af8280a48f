"""The run itself: tiers are left out unless asked for, an unreviewed skip fails the run."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import is_allowed

HERE = Path(__file__).resolve().parent
CONFIG = "[pytest]\nmarkers =\n check: c\n soak: s\naddopts = -p no:cacheprovider\n"


@pytest.fixture
def run(tmp_path):
    """Return a function that runs pytest on a text and gives (exit status, output, counts)."""
    shutil.copy(HERE / "conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text(CONFIG)

    def run(text, *arguments, skips=""):
        (tmp_path / "skips.txt").write_text("# head\n" + skips)
        (tmp_path / "test_it.py").write_text("import pytest\n" + text)
        results = tmp_path / "results.json"
        environment = dict(os.environ, MICROSCEP_RESULTS=str(results))
        for name in ("PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER"):
            environment.pop(name, None)
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:hypothesispytest", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return result.returncode, result.stdout, json.loads(results.read_text())

    return run


SKIP = "@pytest.mark.skip(reason='no such thing here')\ndef test_a(): pass\n"
XFAIL = "@pytest.mark.xfail(reason='known to fail')\ndef test_a(): assert 0\n"
WHOLE = "pytest.skip('not on this machine', allow_module_level=True)\n"
PASS = "def test_b(): pass\n"


@pytest.mark.parametrize(
    "text, skips, arguments, status",
    [
        (SKIP + PASS, "another reason\n", (), 1),
        (SKIP + PASS, "no such thing here\n", (), 0),
        (SKIP + PASS, "", ("-n", "1"), 1),
        (XFAIL + PASS, "", (), 1),
        (WHOLE, "", (), 1),
        (PASS, "", (), 0),
    ],
    ids=["skip", "listed skip", "skip under xdist", "expected failure", "whole module", "pass"],
)
def test_a_run_fails_if_and_only_if_a_test_fails_or_a_skip_is_not_on_the_list(
    run, text, skips, arguments, status
):
    found, output, counts = run(text, *arguments, skips=skips)
    assert found == status, output
    assert (counts["failed"] > 0) == (status == 1)


@pytest.mark.parametrize(
    "reason, patterns, allowed",
    [
        ("no such thing here", ["no such thing here"], True),
        ("no such thing here", ["no such thing*"], True),
        ("no such thing here", ["no such thing"], False),
        ("no such thing here", ["*elsewhere", "thing here"], False),
        ("", [], False),
    ],
)
def test_a_reason_is_matched_whole(reason, patterns, allowed):
    assert is_allowed(reason, patterns) == allowed


TIERS = (
    "def test_a(): pass\n"
    "@pytest.mark.check\ndef test_c(): pass\n"
    "@pytest.mark.soak\ndef test_s(): pass\n"
)


@pytest.mark.parametrize(
    "arguments, passed",
    [((), 1), (("-m", "check"), 1), (("test_it.py::test_s",), 1)],
    ids=["not asked for", "chosen", "named"],
)
def test_the_slower_tiers_run_only_when_asked_for(run, arguments, passed):
    status, output, counts = run(TIERS, *arguments)
    assert (status, counts["passed"]) == (0, passed), output
