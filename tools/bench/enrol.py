"""One enrolment of the NOE set, in executed instructions of the image that ships.

For: tools/bench/bench.py. Debian's SCEP server on loopback, the set in QEMU under the plugin;
idling (WFI) executes nothing. The row is the whole power-on less a power-on that only tells its
status and less key generation, whose cost is luck and has a row of its own.
"""

import datetime
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import counting

from set_driver import CHALLENGE, Answer, Set
from tools.demo_server import ScepServer

ROOT = Path(__file__).resolve().parent.parent.parent
IMAGE = ROOT / "build" / "NOE" / "firmware.elf"
SEED = ("--seed", "15")
PAIRS = (
    ("port_main", "machine_off"),
    ("scepcore_rsa_keygen_init", "scepcore_rsa_keygen_result"),
)


def _run(noe, folder, now, command):
    """Counts of a setctl command less key generation, and its Answer; now: the set's time, ISO."""
    out, programs = Path(folder) / "counts", Path(folder) / "bin"
    programs.mkdir(exist_ok=True)
    # setctl finds QEMU on its PATH.
    qemu = programs / "qemu-system-arm"
    option = " ".join(counting.arm_options(IMAGE, out, pairs=PAIRS))
    qemu.write_text(f'#!/bin/sh\nexec {shutil.which("qemu-system-arm")} "$@" {option}\n')
    qemu.chmod(0o755)
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "setctl", "--board", "NOE", "--flash", noe.flash]
        + ["--json", "--trace", *SEED, "--time", now, command],
        env=os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
        timeout=900,
    )
    passages = counting.read_counts(out)
    counts = {
        name: sum(-p[name] if p["pair"] else p[name] for p in passages) for name in counting.FIELDS
    }
    return counts, Answer(done)


def rows():
    """The row of bench.json. OSError where the image or the server is missing."""
    if not IMAGE.exists():
        raise FileNotFoundError("build/NOE/firmware.elf: make BOARD=NOE")
    sums = []
    # The server's certificates begin when they are made: no day of the past will do. An hour more
    # leaves room for a slow machine, and its clock.
    now = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    now = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    with (
        tempfile.TemporaryDirectory() as folder,
        ScepServer(f"{folder}/scep", CHALLENGE) as server,
    ):
        noe = Set("NOE", folder).factory().configure(server)
        fresh = noe.flash.read_bytes()
        for command in ("status", "enroll"):
            noe.flash.write_bytes(fresh)
            counts, answer = _run(noe, folder, now, command)
            sums.append(counts)
    boot, whole = sums
    stack = [e["stack"] for e in answer.named("trace") if e["what"] == "memory"]
    own = {name: whole[name] - boot[name] for name in counting.FIELDS}
    yield {
        "operation": "enrol",
        "bits": 2048,
        "target": "arm926",
        "library": "microscep",
        "instructions": own["instructions"],
        "multiplies": own["multiplies"],
        "cycles_estimate": own["cycles_estimate"],
        "stack_bytes": max(stack),
        "text_bytes": None,
    }
