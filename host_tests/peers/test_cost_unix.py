"""What one certificate costs a Linux host: the UNIX board beside Debian's scepclient.

Both have a key already and ask the same server of Debian's in the same run: scepclient enrols, the
set, whose key store makes the key of an enrolment itself, renews with the same key. CPU time is
printed, never judged: a busy machine would decide. Memory is judged.
"""

import json
import os
import statistics
import subprocess
import threading
import time
from pathlib import Path

import pytest

from set_driver import CHALLENGE, ROOT, Set
from tools.demo_server import ScepServer

pytestmark = [pytest.mark.peers, pytest.mark.micropython, pytest.mark.check]
CLIENT = ROOT / "build" / "debs" / "scep-2.3" / "usr" / "bin" / "scepclient"
ROUNDS = 30


class Cost:
    """What a process cost: cpu (user and system, ms), peak (KiB of memory), output."""

    def __init__(self, command, said=b"", **how):
        """Run it to its end; said: what it gets on its standard input."""
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **how,
        )
        # wait4's figure would hold this interpreter's own memory, from before the exec
        self.peak = 0
        watch = threading.Thread(target=self._watch, args=(process.pid,))
        watch.start()
        process.stdin.write(said)
        process.stdin.flush()
        self.output = b""
        while b'"event": "result"' not in self.output:
            piece = os.read(process.stdout.fileno(), 65536)
            if not piece:
                break
            self.output += piece
        process.stdin.close()
        self.output += process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        watch.join()
        process.stdout.close()
        assert process.returncode == 0, self.output
        self.cpu = 1000 * (used.ru_utime + used.ru_stime)

    def _watch(self, pid):
        while True:
            try:
                lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            except OSError:
                return
            peak = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
            image = Path(f"/proc/{pid}/cmdline")
            if not peak:
                return  # it has ended
            try:
                if b"pytest" not in image.read_bytes():
                    self.peak = max(self.peak, peak[0])
            except OSError:
                return
            time.sleep(0.001)


def scepclient(server, folder):
    """Return the Cost of an enrolment with a key that is there."""
    for name in ("client.pem", "csr.pem", "self.pem"):
        (folder / name).unlink(missing_ok=True)
    words = ["-server-url", f"http://127.0.0.1:{server.port}/scep", "-challenge", CHALLENGE]
    words += ["-private-key", "client.key", "-certificate", "client.pem", "-cn", "host"]
    cost = Cost([CLIENT, *words], cwd=folder)
    assert (folder / "client.pem").exists()
    return cost


def board(one):
    """Return the Cost of a renewal with the same key, from power on to power off."""
    environment = dict(
        os.environ,
        MICROSCEP_FLASH=str(one.flash),
        MICROSCEP_SECRET=str(one.flash) + ".secret",
        MICROSCEP_TIME=str(int(time.time())),
        MICROPYPATH=".frozen",
    )
    image = ROOT / "build" / "UNIX" / "firmware.elf"
    cost = Cost([image, "-X", "heapsize=512k", "-m", "main"], b"renew\n", env=environment)
    events = [json.loads(line) for line in cost.output.splitlines() if line.startswith(b"{")]
    assert events[-1]["event"] == "result", events[-1]
    assert not [event for event in events if event["event"] == "keygen"]
    return cost


def test_the_set_takes_half_the_memory_of_scepclient(tmp_path):
    with ScepServer(str(tmp_path / "scep"), CHALLENGE) as server:
        one = Set("UNIX", tmp_path).factory().configure(server, scep_renew_key="same")
        one.ok("enroll")
        board(one)  # the first renewal finds out what the server wants
        scepclient(server, tmp_path)  # makes the key
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(board(one))
            theirs.append(scepclient(server, tmp_path))
    for name, costs in (("microscep", ours), ("scepclient", theirs)):
        cpu = statistics.median(cost.cpu for cost in costs)
        peak = max(cost.peak for cost in costs)
        print(f"{name}: {cpu:.0f} ms of CPU time (median of {ROUNDS}), {peak} KiB at the most")
    assert 2 * max(cost.peak for cost in ours) <= min(cost.peak for cost in theirs)
