"""What the panel is made of, without a browser: frames and events apart, keys, pictures, steps."""

import json
import struct
import zlib

import pytest

from phone.console import Console
from phone.mmi import keyboard, vt100
from small_set import screens
from tools.webpanel import mission, picture, terminal
from tools.webpanel.monitor import KEYS, key_of

# QEMU's names and the scan codes of set 2 that its keyboard sends for them (hw/input/ps2.c).
_CODES = (
    "up=e075 down=e072 left=e06b right=e074 ret=5a backspace=66 delete=e071 f1=05 f2=06 f3=04 "
    "kp_multiply=7c kp_decimal=71 kp_0=70 kp_1=69 kp_2=72 kp_3=7a kp_4=6b kp_5=73 kp_6=74 "
    "kp_7=6c kp_8=75 kp_9=7d spc=29 minus=4e equal=55 bracket_left=54 bracket_right=5b "
    "backslash=5d semicolon=4c apostrophe=52 grave_accent=0e comma=41 dot=49 slash=4a "
    "1=16 2=1e 3=26 4=25 5=2e 6=36 7=3d 8=3e 9=46 0=45 a=1c b=32 c=21 d=23 e=24 f=2b g=34 "
    "h=33 i=43 j=3b k=42 l=4b m=3a n=31 o=44 p=4d q=15 r=2d s=1b t=2c u=3c v=2a w=1d x=22 "
    "y=35 z=1a"
)
CODES = dict(pair.split("=") for pair in _CODES.split())


def pressed(name):
    """Return what the set makes of the scan codes of one of QEMU's keys."""
    board, shift = keyboard.Keyboard(), name.startswith("shift-")
    codes = bytes.fromhex(("12" if shift else "") + CODES[name.removeprefix("shift-")])
    return [board.feed(code) for code in codes][-1]


@pytest.mark.parametrize("name", [*KEYS, *("t" + chr(c) for c in range(0x20, 0x7F))])
def test_each_key_of_the_page_is_that_key_on_the_set(name):
    assert pressed(key_of(name)) == name


def test_what_the_keyboard_lacks_is_no_key():
    assert [key_of(name) for name in ("té", "reset", "", "t\n")] == [None] * 4


class _Line:
    def __init__(self):
        self.out = b""

    def write(self, data):
        self.out += data


@pytest.mark.parametrize("piece", [1, 7, 100, 100000])
def test_frames_and_events_come_apart_in_pieces_of_any_size(piece):
    line = _Line()
    console = Console(line)
    console.lent = console.aside = True
    name, control, _ = screens("fr")[40]
    vt100.draw(control.scene(), line.write)
    console.event("config", {"key": "scep_url", "new": "é"})
    console.event("result")
    vt100.draw(control.scene(), line.write)
    terminal_, seen, frames = terminal.Terminal(), [], 0
    for at in range(0, len(line.out), piece):
        drawn, asides = terminal_.feed(line.out[at : at + piece])
        frames += drawn
        seen += [json.loads(aside) for aside in asides]
    assert [event["event"] for event in seen] == ["config", "result"] and seen[0]["new"] == "é"
    assert 1 <= frames <= 2, name
    expected = vt100.lines_of(control.scene())
    assert [text for text, _ in terminal_.frame] == [text for text, _ in expected]
    assert [kind for _, kind in terminal_.frame] == [kind for _, kind in expected]


def test_a_terminal_that_never_ends_its_sequence_is_not_kept_for_ever():
    one = terminal.Terminal()
    for _ in range(200):
        assert one.feed(b"\x1b_" + b"x" * 4096) == (False, [])
    assert len(one._rest) <= 1 << 16


def drawn(text):
    """Return a picture with `text` in the title line, white on black."""
    pixels = bytearray(3 * picture.WIDTH * picture.HEIGHT)
    for x, column in enumerate(picture._columns(text)):
        for bit in range(13):
            if column >> bit & 1:
                at = 3 * ((picture.TITLE + bit) * picture.WIDTH + 8 + x)
                pixels[at : at + 3] = b"\xff\xff\xff"
    return bytes(pixels)


def test_a_picture_is_read_with_the_products_font():
    text = "http://pki.example:8080/cgi-bin/pkiclient.exe|"
    pixels = drawn(text)
    assert picture.shows(pixels, text) and not picture.shows(pixels, "ftp")
    assert picture.words(pixels)[0] == text


def test_a_png_holds_the_picture():
    pixels = drawn("microscep")
    data = picture.png(pixels)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    parts, at = {}, 8
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        assert zlib.crc32(name + body) == int.from_bytes(data[at + 8 + size :][:4], "big")
        parts[name] = body
        at += 12 + size
    rows = zlib.decompress(parts[b"IDAT"])
    stride = 3 * picture.WIDTH + 1
    found = b"".join(rows[y * stride + 1 : (y + 1) * stride] for y in range(picture.HEIGHT))
    assert found == pixels


@pytest.mark.parametrize(
    "data", [b"", b"P6\n320 240\n255\n", b"P6\n640 480\n255\n" + bytes(921600)]
)
def test_half_a_picture_is_none(data):
    with pytest.raises(ValueError):
        picture.pixels_of(data)


BOOT = {"event": "boot", "step": 5}
ACTIVE = {"slot": "active"}
ALL = ["power", "scep", "url", "challenge", "launch"]
# (name, events, facts of the panel's own, certificate, steps done)
STEPS = (
    ("nothing", [], (), None, []),
    ("switched on", [BOOT], (), {"slot": "factory"}, ["power"]),
    ("SCEP off is not on", [{"event": "config", "key": "scep_run", "new": "no"}], (), None, []),
    ("SCEP on", [{"event": "config", "key": "scep_run", "new": "yes"}], (), None, ["scep"]),
    ("a URL", [{"event": "config", "key": "scep_url", "new": "http://x/"}], (), None, ["url"]),
    ("a cut without a certificate counts for nothing", [BOOT], ("cut",), None, ["power"]),
    ("enrolled by an earlier panel", [], (), ACTIVE, ALL[1:]),
    ("looked at", [BOOT], ("certificate",), ACTIVE, [*ALL, "certificate"]),
    ("plug pulled", [], ("power", "cut"), ACTIVE, [*ALL, "cut"]),
    ("alive again", [BOOT], ("cut",), ACTIVE, [*ALL, "cut", "survived"]),
    ("half booted", [{"event": "boot", "step": 4}], ("cut",), ACTIVE, [*ALL, "cut"]),
)  # fmt: skip


@pytest.mark.parametrize(("name", "events", "own", "certificate", "expected"), STEPS)
def test_steps_are_ticked_by_what_happened(name, events, own, certificate, expected):
    facts = set(own)
    for event in events:
        mission.heard(facts, event)
    assert mission.done(facts, certificate) == expected
