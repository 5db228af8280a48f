"""The UNIX board's flash: a file that behaves as NOR, and loses power where it is told to."""

import importlib.util
from pathlib import Path

import pytest

SOURCE = Path(__file__).parent.parent / "boards" / "UNIX" / "board.py"


@pytest.fixture(name="board")
def _board():
    spec = importlib.util.spec_from_file_location("board_unix", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(name="path")
def _path(tmp_path, board):
    path = tmp_path / "flash"
    path.write_bytes(b"\xff" * board.SECTOR * board.SECTORS)
    return path


def _content(flash, path):
    flash._file.flush()
    return path.read_bytes()


def test_geometry_is_five_sectors_of_64_kib(board, path):
    flash = board.FileFlash(str(path))
    assert (flash.ioctl(4, 0), flash.ioctl(5, 0), flash.program_unit) == (5, 65536, 4)
    assert flash.ioctl(3, 0) == 0


def test_a_program_clears_bits_and_never_sets_one(board, path):
    flash = board.FileFlash(str(path))
    flash.writeblocks(1, b"\x0f\x0f\x0f\x0f", 8)
    flash.writeblocks(1, b"\x0e\x00\x0f\x0f", 8)
    back = bytearray(4)
    flash.readblocks(1, back, 8)
    assert back == b"\x0e\x00\x0f\x0f"
    with pytest.raises(OSError):
        flash.writeblocks(1, b"\x0f\x00\x0f\x0f", 8)
    flash.readblocks(1, back, 8)
    assert back == b"\x0e\x00\x0f\x0f"


def test_only_whole_words_inside_a_sector_are_programmed(board, path):
    flash = board.FileFlash(str(path))
    for off, size in ((1, 4), (0, 3), (board.SECTOR - 4, 8)):
        with pytest.raises(OSError):
            flash.writeblocks(0, bytes(size), off)
    assert _content(flash, path) == b"\xff" * board.SECTOR * board.SECTORS


def test_an_erase_touches_its_sector_alone(board, path):
    flash = board.FileFlash(str(path))
    for sector in (0, 1, 2):
        flash.writeblocks(sector, bytes(8), 0)
    assert flash.ioctl(6, 1) == 0
    data = _content(flash, path)
    assert [data[n * board.SECTOR] for n in (0, 1, 2)] == [0, 0xFF, 0]


# (name, step of the cut, bytes of a 12-byte program at sector 0, sector 1 half erased)
CUTS = (
    ("in the first word", 1, 2),
    ("in the second word", 2, 6),
    ("in the last word", 3, 10),
)


@pytest.mark.parametrize(("name", "step", "written"), CUTS, ids=[row[0] for row in CUTS])
def test_a_power_cut_tears_the_word_and_nothing_follows(board, path, capsys, name, step, written):
    flash = board.FileFlash(str(path), step)
    with pytest.raises(SystemExit) as end:
        flash.writeblocks(0, bytes(12), 0)
    assert end.value.code == 3
    assert capsys.readouterr().out == f"!power-cut {step}\n"
    for again in (lambda: flash.writeblocks(0, bytes(4), 64), lambda: flash.ioctl(6, 0)):
        with pytest.raises(SystemExit):
            again()
    data = _content(flash, path)
    assert data[:16] == bytes(written) + b"\xff" * (16 - written) and data[64] == 0xFF
    assert capsys.readouterr().out == ""


def test_a_power_cut_leaves_an_erase_half_done(board, path):
    flash = board.FileFlash(str(path), 3)
    flash.writeblocks(0, bytes(4), 0)
    flash.writeblocks(0, bytes(4), board.SECTOR - 4)
    with pytest.raises(SystemExit):
        flash.ioctl(6, 0)
    data = _content(flash, path)
    assert data[0] == 0xFF and data[board.SECTOR - 4] == 0


def test_a_file_of_another_size_is_refused_and_left_alone(board, tmp_path):
    path = tmp_path / "flash"
    path.write_bytes(b"other")
    with pytest.raises(board.BoardError) as error:
        board.FileFlash(str(path))
    assert error.value.code == "flash-corrupt" and path.read_bytes() == b"other"
    with pytest.raises(board.BoardError) as error:
        board.FileFlash(str(tmp_path / "none"))
    assert error.value.code == "flash-io"
