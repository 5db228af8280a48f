"""The timeline of one unattended boot on NOE: each step, and the instructions that it takes.

From a factory-fresh set to its certificate, DHCP and lanpbx.cfg included; counted by the TCG plugin
over whole runs that end after each step. `pytest -s` shows the table.
"""

import os
import signal
import struct
import subprocess
from pathlib import Path

import pytest

from lab_driver import Lab
from set_driver import CHALLENGE, Set
from tools.bench import counting
from tools.setctl_host import arguments, machines
from tools.setctl_host.fileserver import FileServer
from tools.setctl_host.session import Session, command_line

pytestmark = [pytest.mark.emulator, pytest.mark.check]
ENDS = ("step=2", "step=3", "step=4", "step=5", "enrolled")
NAMES = ("power on, link, address", "lanpbx.cfg", "software", "time", "key and certificate")
# Millions: what a boot may take before the identity, waits included, and the whole of it with a key
# of 2,048 bits (its generation varies by its primes).
BOOT_LIMIT, WHOLE_LIMIT = 200, 2000


def _counted(monkeypatch, out):
    """Let every set that is switched on be counted from its first instruction."""
    elf = machines.firmware("NOE")
    plain = subprocess.Popen

    def counted(command, *rest, **named):
        if str(command[0]).endswith("qemu-system-arm"):
            head = Path(elf).read_bytes()[:28]
            (start,) = struct.unpack_from("<I", head, 24)  # e_entry
            option = f"file={counting.plugin()},out={out},begin={start:#x},end=0xFFFFFFF0"
            command = [*command, "-plugin", option]
        return plain(command, *rest, **named)

    monkeypatch.setattr(machines.subprocess, "Popen", counted)


def test_the_timeline_of_an_unattended_boot(tmp_path, monkeypatch):
    factory = Set("NOE", tmp_path).factory()
    out = tmp_path / "counts"
    _counted(monkeypatch, out)
    totals, events = [], []
    with Lab(tmp_path) as lab:
        path = tmp_path / "lanpbx.cfg"
        path.write_text(
            f"scep_run=yes\nscep_url={lab.url('10.0.2.2')}\nscep_psk={CHALLENGE}\n"
            f"scep_ca_fingerprint={lab.ca_sha256}\nscep_spread=0\n"
        )
        for number, end in enumerate(ENDS):
            folder = tmp_path / str(number)
            folder.mkdir()
            one = factory.copy(folder)
            args = arguments.parse(["--board", "NOE", "--flash", str(one.flash), "boot"])
            with FileServer(path) as desk:
                machine = machines.start(args)
                try:
                    session = Session(machine)
                    session.wait_ready()
                    words = [("until", end), ("tftp", f"10.0.2.2:{desk.ports['tftp']}")]
                    events = list(session.run(command_line("boot", pairs=words), 300))
                    os.kill(machine.pid, signal.SIGTERM)  # QEMU ends in order, and the plugin
                    machine._process.wait(20)
                finally:
                    machine.stop()
            assert events[-1]["event"] == "result", events[-1]
            totals.append(counting.read_counts(out)[-1]["instructions"])
    (keygen,) = [e for e in events if e["event"] == "keygen" and e["primes"] == 2][-1:]
    steps = [event["step"] for event in events if event["event"] == "boot"]
    assert steps == [1, 2, 3, 4, 5]
    before = 0
    for name, total in zip(NAMES, totals, strict=True):
        print(
            f"{name:24} {(total - before) / 1e6:7.1f} M instructions, {total / 1e6:7.1f} M so far"
        )
        before = total
    print(f"of the last, key generation tried {keygen['candidates']} candidates")
    assert totals[3] <= BOOT_LIMIT * 1e6 and totals[4] <= WHOLE_LIMIT * 1e6, totals
