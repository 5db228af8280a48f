"""The NOR driver and noe.Flash: program rules, persistence, power cuts."""

import os
import re
import tempfile
from pathlib import Path

import pytest

from emulator import noe
from emulator.noe import Noe

pytestmark = pytest.mark.emulator

SECTOR = 256 * 1024
SETUP = """
import noe
f = noe.Flash(0, 5)
def read(n, size, off):
    b = bytearray(size); f.readblocks(n, b, off); return bytes(b)
def refused(number, call, *args):
    try: call(*args)
    except OSError as e: return e.errno == number
    return False
"""


@pytest.fixture
def image():
    """An erased flash image, in memory where the machine has a place for it."""
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield noe.erased_flash(Path(folder) / "flash.img")


def test_geometry_comes_from_the_device(tmp_path, image):
    with Noe(tmp_path, flash=image, nic=None) as s:
        got = s.run(SETUP + "print(f.ioctl(4, 0), f.ioctl(5, 0), f.program_unit, len(f.memory()))")
        assert got == f"5 {SECTOR} 4 {5 * SECTOR}"
        code = """
for first, count in ((255, 1), (0, 256), (256, 1), (255, 2), (-1, 1), (0, 0)):
    try: noe.Flash(first, count); print('taken')
    except ValueError: print('refused')
"""
        assert s.run(code).split() == ["taken"] * 2 + ["refused"] * 4


def test_what_is_programmed_reads_back_and_survives_power_off(tmp_path, image):
    with Noe(tmp_path, flash=image, nic=None) as s:
        s.run(SETUP + "f.writeblocks(1, b'odd lengths too', 7)\nprint(read(1, 17, 6))")
    with Noe(tmp_path, flash=image, nic=None) as s:
        assert s.run(SETUP + "print(read(1, 17, 6))") == repr(b"\xffodd lengths too\xff")
    data = image.read_bytes()
    assert data[SECTOR + 7 : SECTOR + 22] == b"odd lengths too"
    assert data[:SECTOR] == b"\xff" * SECTOR


def test_setting_a_bit_is_refused_and_nothing_is_programmed(tmp_path, image):
    code = """
f.writeblocks(0, b'\\x0f\\xf0\\x55\\xaa', 100)
print(refused(1, f.writeblocks, 0, b'\\x0e\\xf0\\x55\\xab', 100), read(0, 4, 100).hex())
print(refused(1, f.writeblocks, 0, b'fits' * 8 + b'\\x0f\\xf0\\x55\\xff', 68), read(0, 4, 68).hex())
f.writeblocks(0, b'\\x0e\\xf0\\x55\\xaa', 100)
print(read(0, 4, 100).hex())
"""
    with Noe(tmp_path, flash=image, nic=None) as s:
        assert s.run(SETUP + code).split() == [
            "True",
            "0ff055aa",
            "True",
            "ffffffff",
            "0ef055aa",
        ]


def test_erase_sets_one_sector_to_ones(tmp_path, image):
    code = """
for n in range(3): f.writeblocks(n, bytes(8), end)
print(f.ioctl(6, 1))
print(*(set(read(n, 8, end)) for n in range(3)))
"""
    with Noe(tmp_path, flash=image, nic=None) as s:
        assert s.run(f"{SETUP}end = {SECTOR - 8}{code}", timeout=20) == "0\n{0} {255} {0}"


def test_nothing_outside_the_region_is_touched(tmp_path, image):
    code = """
print(refused(22, f.writeblocks, 4, b'12345', end), refused(22, f.writeblocks, 5, b'1', 0),
      refused(22, f.readblocks, 5, bytearray(1), 0), refused(22, f.ioctl, 6, 5),
      refused(22, f.writeblocks, 0, b'1', -1), refused(22, f.writeblocks, -1, b'1', 0))
"""
    with Noe(tmp_path, flash=image, nic=None) as s:
        assert s.run(f"{SETUP}end = {SECTOR - 4}{code}").split() == ["True"] * 6
    assert image.read_bytes().strip(b"\xff") == b""


def test_memory_is_the_region_without_a_copy_and_read_only(tmp_path, image):
    code = """
m = noe.Flash(1, 1).memory()
f.writeblocks(1, b'here', 40)
print(bytes(m[40:44]))
try: m[0] = 0
except TypeError: print('read only')
"""
    with Noe(tmp_path, flash=image, nic=None) as s:
        assert s.run(SETUP + code) == "b'here'\nread only"


@pytest.mark.parametrize(
    "tear, middle",
    [(0, "untouched"), (1, "torn"), (2, "whole")],
    ids=["before the step", "in the step", "after the step"],
)
def test_power_cut_ends_the_run_at_the_counted_step(tmp_path, image, tear, middle, monkeypatch):
    monkeypatch.setattr("tools.setctl_host.bootblock.TEAR_PARTIAL", tear)
    with Noe(tmp_path, flash=image, nic=None, power_cut=3) as s:
        s.start(SETUP + "f.writeblocks(0, bytes(20), 0)")
        assert s.ending() == ["!power-cut 3"]
    data = image.read_bytes()
    assert data[:8] == bytes(8) and data[12:20] == b"\xff" * 8
    word = data[8:12]
    assert {
        "untouched": word == b"\xff" * 4,
        "torn": word not in (bytes(4), b"\xff" * 4),
        "whole": word == bytes(4),
    }[middle]


def test_power_cut_counts_erases_and_leaves_a_torn_sector(tmp_path, image):
    with Noe(tmp_path, flash=image, nic=None, power_cut=2) as s:
        s.start(
            SETUP + "f.writeblocks(0, bytes(4), 0)\nf.ioctl(6, 0)\nf.writeblocks(0, b'never', 0)"
        )
        assert s.ending() == ["!power-cut 2"]
    sector = image.read_bytes()[:SECTOR]
    assert not re.search(b"never", sector)
    assert 0 < SECTOR - sector.count(b"\xff") < SECTOR // 4
