"""The menus' font is what tools/mkfont makes of its drawing, and every glyph is there."""

import subprocess
import sys
from pathlib import Path

from phone.mmi import font

ROOT = Path(__file__).resolve().parent.parent


def test_the_packed_font_is_up_to_date():
    done = subprocess.run([sys.executable, ROOT / "tools" / "mkfont", "--check"], check=False)
    assert done.returncode == 0


def columns(code):
    at = 2 * (code - font.FIRST)
    return [int.from_bytes(font.STARTS[at + i : at + i + 2], "little") for i in (0, 2)]


def test_every_latin_1_character_has_a_glyph_of_its_own():
    seen = {}
    for code in [*range(0x21, 0x7F), *range(0x80, 0x86), *range(0xA1, 0x100)]:
        start, end = columns(code)
        assert end > start, chr(code)
        size = end - start
        glyph = font.GLYPHS[2 * start : 2 * end]
        assert len(glyph) == 2 * size and any(glyph), chr(code)
        # bits 5 to 7 of the lower octets would hang below the 13 rows
        assert not any(octet & 0xE0 for octet in glyph[size:]), chr(code)
        seen.setdefault(glyph, []).append(chr(code))
    # the soft hyphen is a hyphen; nothing else looks like another character
    assert sorted(len(twins) for twins in seen.values())[-2:] == [1, 2]
    assert ["-", "\xad"] in seen.values()
