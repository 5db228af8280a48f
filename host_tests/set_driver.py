"""A set under tools/setctl, as the end-to-end tests drive it.

For host_tests/peers and host_tests/emulator.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SETCTL = ROOT / "tools" / "setctl"
MAC = "00809F59E1A0"
CHALLENGE = "Correct-Horse-Battery-41"
FACTORY_CA = ROOT / "build" / "test-factory-ca"


def need(board, root=ROOT):
    """Fail, with the command that helps, where the board's firmware is not built."""
    if not (root / "build" / board / "firmware.elf").exists():
        pytest.fail(f"build/{board}/firmware.elf is missing: make BOARD={board}")


class Answer:
    """How one setctl command ended: its exit status, its events, the result or error last."""

    def __init__(self, done):
        """Parse a CompletedProcess of `setctl --json`."""
        self.status = done.returncode
        self.stderr = done.stderr
        self.events = [json.loads(line) for line in done.stdout.splitlines()]
        self.last = self.events[-1] if self.events else {}

    @property
    def code(self):
        """The code of a reported error, or None."""
        return self.last.get("error")

    def named(self, name):
        """Return the events of a name."""
        return [event for event in self.events if event["event"] == name]


class Set:
    """A set with a flash image of its own in `folder`."""

    def __init__(self, board, folder, name="set.img", root=ROOT):
        """Nothing is made before factory(); root: the tree whose firmware and setctl are used."""
        need(board, root)
        self.board = board
        self.root = root
        self.flash = Path(folder) / name
        self.serial = Path(folder) / (name + ".serial")

    def run(self, *arguments, timeout=300):
        """Run one setctl command; return its Answer."""
        command = [sys.executable, self.root / "tools" / "setctl", "--board", self.board]
        command += ["--flash", self.flash, "--json", "--serial-log", self.serial, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
        assert done.returncode in (0, 1, 3), done.stderr
        return Answer(done)

    def ok(self, *arguments, **kw):
        """Run a command that must succeed; return its Answer."""
        answer = self.run(*arguments, **kw)
        assert answer.status == 0, (answer.last, answer.stderr)
        return answer

    def kill(self, after, *arguments):
        """Run a setctl command and kill the set, and setctl with it, after so many seconds.

        Returns whether it was killed: False where the command had ended by then.
        """
        command = [sys.executable, SETCTL, "--board", self.board, "--flash", self.flash]
        tool = subprocess.Popen(
            [*command, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            tool.wait(after)
            return False
        except subprocess.TimeoutExpired:
            children = Path(f"/proc/{tool.pid}/task/{tool.pid}/children").read_text().split()
            for pid in children:
                os.kill(int(pid), signal.SIGKILL)
            tool.wait()
            return True

    def factory(self):
        """Make the factory-fresh image; return self."""
        self.ok("factory", "--mac", MAC, "--ca", FACTORY_CA)
        return self

    def copy(self, folder, root=None):
        """Return another set with a copy of this one's flash and secret (the same device).

        root: another tree, whose firmware the copy then runs.
        """
        other = Set(self.board, folder, root=root or self.root)
        for suffix in ("", ".secret"):
            source = self.flash.with_name(self.flash.name + suffix)
            other.flash.with_name(other.flash.name + suffix).write_bytes(source.read_bytes())
        return other

    def configure(self, server, challenge=CHALLENGE, port=None, **keys):
        """Configure what enrolling at `server` needs; further keys as arguments; return self."""
        values = {
            "scep_url": f"http://{{host}}:{port or server.port}{server.path}",
            "scep_ca_fingerprint": server.ca_sha256,
            "scep_psk": challenge,
            "scep_run": "yes",
            "scep_spread": "0",
        }
        values.update(keys)
        self.ok("config", *[f"{key}={value}" for key, value in values.items()])
        return self

    def identity(self):
        """Return what `status` says of the identity: what a failed action must not change."""
        last = self.ok("status").last
        return {k: last[k] for k in ("state", "slot", "subject", "issuer", "serial", "sha256")}

    def pem(self):
        """Return the PEM of the active certificate."""
        return self.ok("cert").last["pem"]
