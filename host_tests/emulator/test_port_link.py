"""What the link script enforces and the image must not hold."""

import re
import subprocess

import pytest

from emulator import noe

pytestmark = pytest.mark.emulator

CC = "arm-none-eabi-gcc"
FLAGS = ["-nostdlib", "-Wl,--gc-sections", "-Wl,--no-warn-rwx-segments"]


def core(board):
    """Return the compiler's flags for the core of a board's machine."""
    text = (noe.ROOT / "boards" / board / "board.mk").read_text()
    machine = re.search(r"^MACHINE = (\w+)$", text, re.M).group(1)
    text = (noe.ROOT / "firmware" / "port" / machine / "machine.mk").read_text()
    return re.search(r"^ARCH = (.*)$", text, re.M).group(1).split()


def link(folder, board, definitions):
    """Link a development image's objects once more; return (exit status, messages)."""
    image = noe.development_image(board)
    objects = re.findall(r"^LOAD (\S+\.[oa])$", image.with_suffix(".map").read_text(), re.M)
    assert len(objects) > 100
    command = [CC, *core(board), *FLAGS, "-L", "firmware/port", "-T", f"boards/{board}/memory.ld"]
    command += [f"-Wl,--defsym={d}" for d in definitions]
    done = subprocess.run(
        [*command, "-o", str(folder / "scratch.elf"), *objects],
        cwd=noe.ROOT,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr


LIMITS = [
    ("the class as it is", [], None),
    ("an image too big", ["class_image=0x10000"], "image exceeds the flash of this board's class"),
    ("too much data", ["class_ram=0x20000"], "exceed the RAM of this board's class"),
    ("too big a heap", ["class_heap=0xb0000"], "exceed the RAM of this board's class"),
    ("too big a stack", ["class_stack=0x80000"], "exceed the RAM of this board's class"),
]


@pytest.mark.parametrize("name, definitions, message", LIMITS, ids=[row[0] for row in LIMITS])
def test_link_enforces_the_board_s_class(tmp_path, name, definitions, message):
    check(*link(tmp_path, "NOE", definitions), message)


@pytest.mark.check
@pytest.mark.parametrize("board", ["VLE", "MPS2_AN505"])
@pytest.mark.parametrize("name, definitions, message", LIMITS, ids=[row[0] for row in LIMITS])
def test_link_enforces_the_other_boards_classes(tmp_path, board, name, definitions, message):
    # the development image may be larger than the class: production is what ships
    check(*link(tmp_path, board, definitions or ["class_image=0x100000"]), message)


def check(status, messages, message):
    """See that a link succeeded (message None) or failed with `message`."""
    if message is None:
        assert status == 0, messages
    else:
        assert status != 0 and message in messages


def test_image_holds_no_file_system_and_no_other_crypto():
    symbols = subprocess.run(
        ["arm-none-eabi-nm", noe.development_image()], capture_output=True, text=True, check=True
    ).stdout
    names = [line.split()[-1].lower() for line in symbols.splitlines()]
    assert "mp_init" in names
    banned = ("vfs", "fat_", "f_open", "littlefs", "lfs1_", "lfs2_", "mbedtls")
    assert [n for n in names if any(b in n for b in banned)] == []
