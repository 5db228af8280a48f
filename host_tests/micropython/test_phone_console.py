"""The set's line: commands in pieces, no echo, nothing of a secret kept, broken lines survived."""

import json

from phone.console import Console
from phone.lanpbx import FormatError


class Line:
    """A serial line with `piece` bytes ready at a time."""

    def __init__(self, data, piece):
        self.data = bytearray(data)
        self.piece = piece
        self.at = 0
        self.out = bytearray()

    def readinto(self, buf):
        n = min(self.piece, len(self.data) - self.at, len(buf))
        buf[:n] = self.data[self.at : self.at + n]
        self.at += n
        return n or None

    def write(self, data):
        self.out += data


def _commands(data, piece):
    console = Console(Line(data, piece))
    got = []
    while True:
        try:
            command = console.poll()
        except FormatError as e:
            got.append(e.code)
            continue
        if command is None:
            return got
        got.append((command.name, command.words, [(k, bytes(v)) for k, v in command.pairs]))


# (name, what comes in, commands)
LINES = (
    ("one word", b"status\n", [("status", [], [])]),
    ("empty lines", b"\n\r\n  \nstatus\r\n", [("status", [], [])]),
    ("words", b"getcert 0A\n", [("getcert", ["0A"], [])]),
    ("pairs", b'config a=1 b="x y"\n', [("config", [], [("a", b"1"), ("b", b"x y")])]),
    ("two lines", b"a\nb\n", [("a", [], []), ("b", [], [])]),
    ("Ctrl-C drops the line", b'config scep_psk="abc\x03status\n', [("status", [], [])]),
    ("open quote", b'config a="x\nstatus\n', ["config", ("status", [], [])]),
    (
        "noise",
        b"\xff\xfe\x00\x80\n\x01\x02\nstatus\n",
        ["config", ("\x01\x02", [], []), ("status", [], [])],
    ),
    ("long word", b"k" * 500 + b"\nstatus\n", ["config", ("status", [], [])]),
    ("not ended", b"status", []),
)


def test_command_lines_in_pieces_of_any_size():
    for name, data, expected in LINES:
        for piece in (1, 5, 64, 1000):
            assert _commands(data, piece) == expected, (name, piece, _commands(data, piece))


def test_events_are_one_json_object_a_line():
    line = Line(b"", 1)
    Console(line).event("boot", {"step": 1, "text": "è\n"})
    lines = bytes(line.out).split(b"\n")
    assert len(lines) == 2 and lines[1] == b""
    assert json.loads(lines[0]) == {"event": "boot", "step": 1, "text": "è\n"}


def test_a_lent_line_carries_events_aside_where_that_was_asked_for():
    line = Line(b"", 1)
    console = Console(line)
    console.lent = True
    console.event("boot", {"step": 1})
    assert bytes(line.out) == b""
    console.aside = True
    console.event("boot", {"step": 1, "text": "\x1b\\ \x1b_"})
    data = bytes(line.out)
    assert data[:2] == b"\x1b_" and data[-2:] == b"\x1b\\"
    assert b"\x1b" not in data[2:-2]
    assert json.loads(data[2:-2]) == {"event": "boot", "step": 1, "text": "\x1b\\ \x1b_"}


def test_a_secret_is_neither_echoed_nor_kept():
    line = Line(b"config scep_psk=TopSecret\n", 64)
    console = Console(line)
    command = console.poll()
    value = command.pairs[0][1]
    assert bytes(value) == b"TopSecret"
    assert bytes(line.out) == b""
    assert b"Secret" not in bytes(console._chunk) and b"Secret" not in bytes(console._reader._val)
    command.wipe()
    assert bytes(value) == b"\0" * 9 and command.pairs == []


def test_ctrl_c_is_seen_once_and_the_line_goes_on():
    console = Console(Line(b"config a=1\x03status\n", 64))
    assert console.poll().name == "status"
    assert console.take_cancel() and not console.take_cancel()
    console = Console(Line(b"status\n", 64))
    assert console.poll().name == "status" and not console.take_cancel()
