"""The host's boot-parameter block is the one of firmware/port/bootblock.h, and stays private."""

import os
import re
import stat
import struct
from pathlib import Path

import pytest

from tools.setctl_host import bootblock, machines

ROOT = Path(__file__).parent.parent
HEADER = ROOT / "firmware" / "port" / "bootblock.h"
SIZES = {"uint8_t": 1, "uint32_t": 4, "int64_t": 8}


def _header():
    if not HEADER.exists():
        pytest.fail("firmware/port/bootblock.h is missing")
    return HEADER.read_text()


def _fields():
    """Return {name: (offset, length)} of struct bootblock, by C's rules for natural alignment."""
    body = re.search(r"struct bootblock \{(.*?)\n\};", _header(), re.S).group(1)
    fields, offset = {}, 0
    for kind, name, count in re.findall(r"^\s*(\w+) (\w+)(?:\[(\d+)\])?;", body, re.M):
        size = SIZES[kind]
        offset = -(-offset // size) * size
        fields[name] = (offset, size * int(count or 1))
        offset += fields[name][1]
    assert offset == bootblock.SIZE
    return fields


def test_each_field_stands_where_the_firmware_reads_it():
    page = bootblock.encode(
        bytes(range(32)),
        bytes(range(100, 148)),
        mac=b"\x00\x80\x9fY\xe1\xa0",
        time=0x1122334455,
        heap_kib=96,
        power_cut=7,
        seeded=True,
    )
    assert len(page) == bootblock.SIZE

    def field(name):
        offset, length = _fields()[name]
        return page[offset : offset + length]

    assert struct.unpack("<I", field("magic"))[0] == bootblock.MAGIC
    assert struct.unpack("<I", field("version"))[0] == bootblock.VERSION
    assert struct.unpack("<I", field("flags"))[0] == 0x0F
    assert struct.unpack("<I", field("heap_kib"))[0] == 96
    assert struct.unpack("<q", field("start_time"))[0] == 0x1122334455
    assert struct.unpack("<I", field("power_cut_step"))[0] == 7
    assert struct.unpack("<I", field("power_cut_tear"))[0] == bootblock.TEAR_PARTIAL
    assert field("mac") == b"\x00\x80\x9fY\xe1\xa0"
    assert field("secret") == bytes(range(32))
    assert field("noise") == bytes(range(100, 148))
    assert not any(field("reserved")) and not any(field("padding"))


def test_constants_are_those_of_the_header():
    text = _header()
    constants = {n: int(v, 0) for n, v in re.findall(r"BOOTBLOCK_(\w+) (0x[0-9a-f]+|\d+)u", text)}
    tears = {n: int(v) for n, v in re.findall(r"BOOTBLOCK_(TEAR_\w+) = (\d+)", text)}
    for name, value in {**constants, **tears}.items():
        assert getattr(bootblock, name) == value, name


@pytest.mark.parametrize("board", machines.EMULATED)
def test_its_address_is_the_one_of_the_board_s_machine(board):
    text = (ROOT / "boards" / board / "board.mk").read_text()
    machine = re.search(r"^MACHINE = (\w+)$", text, re.M).group(1)
    text = (HEADER.parent / machine / "machine.h").read_text()
    address = re.search(r"BOOTBLOCK_ADDRESS (0x[0-9a-f]+)u", text).group(1)
    assert machines.EMULATED[board].bootblock == int(address, 0)


def test_nothing_is_flagged_that_was_not_given():
    page = bootblock.encode(bytes(32), bytes(48))
    assert struct.unpack_from("<I", page, 8)[0] == bootblock.HAS_SECRET


def test_noise_is_fresh_unless_it_is_seeded_or_dead():
    assert bootblock.noise() != bootblock.noise()
    assert bootblock.noise(seed=1) == bootblock.noise(seed=1) != bootblock.noise(seed=2)
    assert bootblock.noise(dead=True) == bytes(48) == bootblock.noise(seed=1, dead=True)


def test_the_file_is_readable_by_its_owner_alone_and_gone_after_use():
    private = bootblock.PrivateFile(b"x" * bootblock.SIZE)
    folder = os.path.dirname(private.path)
    assert stat.S_IMODE(os.stat(private.path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    private.remove()
    private.remove()
    assert not os.path.exists(folder)
