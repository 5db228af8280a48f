"""What every pytest run here has: tiers, the list of allowed skips, a record of the result.

`check` and `soak` tests run only when asked for: by `-m`, or by naming their node.
"""

import fnmatch
import json
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SKIPS = Path(__file__).with_name("skips.txt")
# Markers whose tests are left out unless asked for.
TIERS = ("check", "soak")


def allowed_skips(path=SKIPS):
    """Return the patterns of the reviewed list."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def is_allowed(reason, patterns):
    """Tell whether a skip's reason is on the reviewed list."""
    return any(fnmatch.fnmatchcase(reason, pattern) for pattern in patterns)


def pytest_collection_modifyitems(config, items):
    """Leave out the slower tiers unless `-m` chooses or the node is named."""
    if config.option.markexpr or any("::" in argument for argument in config.args):
        return
    left_out = [item for item in items if any(item.get_closest_marker(tier) for tier in TIERS)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


class Results:
    """Counts outcomes on the controller (with xdist: of all workers) and judges the skips.

    Invariant: `counts` holds one entry a test, `unexplained` one (node, reason) a skip that
    the reviewed list does not hold.
    """

    def __init__(self, patterns):
        """Start with nothing seen."""
        self.patterns = patterns
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}
        self.unexplained = []

    def pytest_runtest_logreport(self, report):
        """Count one phase of one test."""
        if report.failed:
            self.counts["failed"] += 1
        elif report.skipped:
            self.counts["skipped"] += 1
            self._judge(report)
        elif report.when == "call":
            self.counts["passed"] += 1

    def pytest_collectreport(self, report):
        """A module that skips itself whole, or cannot be imported, counts too."""
        if report.skipped:
            self.counts["skipped"] += 1
            self._judge(report)
        elif report.failed:
            self.counts["failed"] += 1

    def _judge(self, report):
        if hasattr(report, "wasxfail"):
            reason = report.wasxfail
        else:
            reason = str(report.longrepr[2]).removeprefix("Skipped: ")
        if not is_allowed(reason, self.patterns):
            self.unexplained.append((report.nodeid, reason))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session):
        """Fail a run with an unexplained skip; record the figures where MICROSCEP_RESULTS says."""
        if self.unexplained:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            self.counts["failed"] += len(self.unexplained)
        path = os.environ.get("MICROSCEP_RESULTS")
        if path:
            Path(path).write_text(json.dumps(self.counts) + "\n", encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter):
        """Name the unexplained skips."""
        if self.unexplained:
            terminalreporter.section("skips that host_tests/skips.txt does not hold")
            for node, reason in self.unexplained:
                terminalreporter.line(f"{node}: {reason}")


def pytest_configure(config):
    """Count on the controller only: an xdist worker's reports come to it."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Results(allowed_skips()), "microscep-results")
