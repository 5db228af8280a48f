"""The strict flash model: what it lets through, what it refuses, and how it counts."""

import pytest

from flash.build import make
from flash.model import FlashModel, PowerCut


def cut_all(at, old, new):
    return new, bytes(len(new))


def test_a_program_clears_bits_and_a_second_one_is_refused():
    flash = FlashModel(2, 1024, 4)
    flash.writeblocks(0, b"\x0f\xff\xff\xff", 8)
    assert flash.data[8] == 0x0F
    for again in (b"\xf0\xff\xff\xff", b"\x0f\xff\xff\xff", b"\x00\x00\x00\x00"):
        with pytest.raises(OSError):
            flash.writeblocks(0, again, 8)
    assert flash.data[8] == 0x0F and len(flash.violations) == 3
    flash.ioctl(6, 0)
    assert flash.data.count(0xFF) == 2048 and flash.erases == [1, 0]


@pytest.mark.parametrize("offset, size", [(2, 4), (0, 3), (1022, 4), (1020, 8)])
def test_what_is_not_a_whole_aligned_unit_inside_a_block_is_refused(offset, size):
    with pytest.raises(AssertionError):
        FlashModel(2, 1024, 4).writeblocks(0, bytes(size), offset)


@pytest.mark.parametrize("step", range(1, 6))
def test_a_cut_stops_at_its_step_and_leaves_what_the_tear_says(step):
    flash = FlashModel(2, 1024, 4)
    flash.cut_at, flash.tear = step, lambda at, old, new: (b"\xf0\xff\xff\xff", b"\x0f\0\0\0")
    with pytest.raises(PowerCut):
        flash.writeblocks(0, bytes(20), 0)
    whole = 4 * (step - 1)
    assert flash.data[:whole].count(0) == whole
    assert flash.data[whole] & 0xF0 == 0xF0 and flash.weak == {whole: 0x0F}
    assert flash.data[whole + 1 :].count(0xFF) == 2048 - whole - 1
    seen = set()
    for _ in range(64):
        flash.boot()
        seen.add(flash.data[whole])
    assert len(seen) > 8


def test_a_torn_erase_leaves_a_mixture_that_a_whole_erase_ends():
    flash = FlashModel(1, 1024, 4)
    flash.writeblocks(0, bytes(1024), 0)
    flash.cut_at = flash.steps + 1
    flash.tear = lambda at, old, new: (b"\xff" * 512 + old[512:], bytes(511) + b"\xff" + bytes(512))
    with pytest.raises(PowerCut):
        flash.ioctl(6, 0)
    assert flash.data[:511].count(0xFF) == 511 and flash.data[512:].count(0) == 512
    flash.cut_at = None
    flash.ioctl(6, 0)
    assert flash.data.count(0xFF) == 1024 and not flash.weak


@pytest.mark.parametrize(
    "mode, call, raises",
    [
        ("program-error", lambda f: f.writeblocks(0, bytes(4), 0), True),
        ("erase-error", lambda f: f.ioctl(6, 0), True),
        ("read-error", lambda f: f.readblocks(0, bytearray(4), 0), True),
        ("program-noop", lambda f: f.writeblocks(0, bytes(4), 0), False),
        ("erase-noop", lambda f: f.ioctl(6, 0), False),
    ],
)
def test_bad_block_modes(mode, call, raises):
    flash = FlashModel(1, 1024, 4, image=b"\xff" * 8 + bytes(1016))
    flash.modes[0] = mode
    before = bytes(flash.data)
    if raises:
        with pytest.raises(OSError):
            call(flash)
    else:
        call(flash)
    assert bytes(flash.data) == before


def test_stuck_bits_stay_and_units_of_one_to_256_bytes_are_counted():
    flash = FlashModel(1, 1024, 4)
    flash.stuck[5] = 0x81
    flash.writeblocks(0, bytes(4), 4)
    assert flash.data[4:8] == b"\x00\x81\x00\x00"
    for unit in (1, 2, 4, 8, 16, 32, 64, 128, 256):
        flash = FlashModel(1, 1024, unit)
        flash.writeblocks(0, bytes(512), 0)
        assert flash.steps == flash.programs == 512 // unit and flash.programmed == 512


def test_a_store_is_made_without_a_refusal_for_each_unit():
    for unit in (1, 4, 32, 256):
        assert not make(6, 4096, unit, 2).violations
