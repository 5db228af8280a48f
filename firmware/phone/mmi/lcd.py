"""Draws a scene on a pixel display: NOE's 320 x 240 colour panel, a 128 x 64 SSD1306.

For panel.py. A display has: fb (framebuf.FrameBuffer), width, height, mono (one bit a pixel, else
RGB565), show(y, height), which hands drawn rows on where the panel needs it.

Layout: a title band, lines of one height, a band with the softkeys. Only lines that differ from
what stands there are drawn: a key press costs the lines that it changes.
"""

import framebuf

from phone.mmi import const, font
from phone.mmi.scene import BIG, CHECK, FIELD, NOTE, VALUE, cut, window

# Inks, and what they are on a colour display (RGB565) and in black and white.
_PAPER = const(0)
_TEXT = const(1)
_FAINT = const(2)
_BAND = const(3)
_BAND_TEXT = const(4)
_FOCUS = const(5)
_FOCUS_TEXT = const(6)
_GOOD = const(7)
_WAIT = const(8)
_BAD = const(9)
_COLOURS = const((0xF7BE, 0x18E5, 0x5B10, 0x0928, 0xFFFF, 0x1C18, 0xFFFF, 0x4F0F, 0xFDE8, 0xFB6D))
_MONO = const((0, 1, 1, 1, 0, 1, 0))
# Signs of the font: check boxes, unticked and ticked; a certificate's states, from 0x82 on, and the
# inks they have on a colour display.
_BOXES = const("\x80\x81")
_SEALS = const(("none", "wait", "good", "bad"))
_SEAL = const(0x82)
_SEAL_INKS = const((_FAINT, _WAIT, _GOOD, _BAD))
_BOX = const(14)  # pixels of a check box and the blank behind it
_ICON_SIZE = const(10)
_THUMB = const(2)  # pixels of the mark at the right that shows where in a page one is
# Segments of a big character, bits: top, upper right, lower right, bottom, lower left, upper
# left, middle. `:` has dots in place of them.
_SEGMENTS = const(b"\x3f\x06\x5b\x4f\x66\x6d\x7d\x07\x7f\x6f")
_DASH = const(0x40)
# Blanks between a label and its value.
_APART = const(8)


def measure(text):
    """Return the pixels that `text` is wide; what the font lacks counts as `?`."""
    width = 0
    for c in text:
        width += font.ADVANCES[ord(c) - font.FIRST if " " <= c <= "\xff" else 31]
    return max(width - font.GAP, 0)


def wrap(text, width):
    """Return `text` in lines of at most `width` pixels, cut at blanks where it can be."""
    return cut(text, width + font.GAP, font.ADVANCES)


class Line:
    """What stands in one band of the display; two equal lines look the same."""

    def __init__(self, left="", right="", ink=_TEXT, paper=_PAPER, indent=0, middle=""):
        """left, right, middle: texts; indent: pixels before the left one."""
        self.key = (left, right, ink, paper, indent, middle)


class Lcd:
    """Invariant: `_drawn` holds for each band the key of the Line that is on the display."""

    def __init__(self, display):
        """Begin on a display whose content is not known."""
        self._display = display
        self.small = small = display.height < 100
        self.margin = 2 if small else 8
        self.band = font.HEIGHT + (-1 if small else 11)
        self.pitch = font.HEIGHT if small else font.HEIGHT + 8
        self.room = (display.height - 2 * self.band) // self.pitch
        self._ink = _MONO if display.mono else _COLOURS
        self._drawn = {}
        # One line of text in one bit a pixel, laid over the display by blit().
        self._bits = bytearray(2 * display.width)
        self._mask = framebuf.FrameBuffer(self._bits, display.width, 16, framebuf.MONO_VLSB)
        kind = framebuf.MONO_VLSB if display.mono else framebuf.RGB565
        self._palette = framebuf.FrameBuffer(bytearray(4), 2, 1, kind)

    def draw(self, scene):
        """Draw a scene; bands that are as they were are left alone."""
        height = self._display.height
        self._put(0, self.band, Line(scene.title, scene.mode or "", _BAND_TEXT, _BAND), scene.icon)
        lines, first, total = self.lines(scene)
        changed, y = False, self.band
        for line in lines:
            if line is not None:
                changed |= self._put(y, self.pitch, line)
            y += self.pitch
        if scene.bar is not None:
            self._bar(y - self.pitch, scene.bar)
        self._put(y, height - self.band - y, Line())
        if scene.rows and scene.rows[0].kind == BIG:
            self._big(scene.rows[0].label)
        self._thumb(first, total, changed)
        left, middle, right = scene.softkeys
        keys = Line(left, right, _BAND_TEXT, _BAND, middle=middle)
        self._put(height - self.band, self.band, keys)

    def lines(self, scene):
        """Return (exactly `room` Lines, number of the first, number of all): the body.

        None stands for a line that something else covers.
        """
        width = self._display.width - 2 * self.margin - _THUMB
        room = self.room - (1 if scene.bar is not None else 0)
        first, out = window(scene, [self._block(row, width) for row in scene.rows], room)
        total = len(out)
        out = out[first : first + room]
        return out + [Line()] * (room - len(out)) + [None] * (self.room - room), first, total

    # -- private, in the order of use

    def _block(self, row, width):
        ink, paper = (_FOCUS_TEXT, _FOCUS) if row.focus else (_TEXT, _PAPER)
        if row.kind == BIG:
            return [None] * self._big_lines()
        if row.kind == NOTE:
            return [Line(middle=piece) for piece in wrap(row.label, width)]
        if row.kind == FIELD:
            return self._field(row, width)
        if row.kind == CHECK:
            pieces = wrap(row.label, width - _BOX)
            first = Line(_BOXES[row.on] + " " + pieces[0], "", ink, paper)
            return [first] + [Line(p, "", ink, paper, _BOX) for p in pieces[1:]]
        if row.kind == VALUE and row.label:
            if measure(row.label) + _APART + measure(row.value) <= width:
                return [Line(row.label, row.value, ink, paper)]
            out = [Line(piece, "", ink, paper) for piece in wrap(row.label, width)]
            faint = ink if row.focus else _FAINT
            return out + [Line(p, "", faint, paper, 8) for p in wrap(row.value, width - 8)]
        return [Line(piece, "", ink, paper) for piece in wrap(row.label or row.value, width)]

    def _field(self, row, width):
        """Return the edited text with its cursor, so many lines that the cursor is in sight."""
        head = row.value[: row.cursor] + "|"
        pieces = wrap(head + row.value[row.cursor :], width)
        hidden = max(0, len(wrap(head, width)) - self.room)
        return [Line(piece, "", _FOCUS_TEXT, _FOCUS) for piece in pieces[hidden:]]

    def _put(self, y, height, line, icon=None):
        key = (line.key, icon)
        if height <= 0 or self._drawn.get(y) == key:
            return False
        self._drawn[y] = key
        left, right, ink, paper, indent, middle = line.key
        display, colours = self._display, self._ink
        # in black and white two bands that touch would look like one
        apart = 1 if display.mono and paper != _PAPER and y else 0
        display.fb.fill_rect(0, y, display.width, apart, colours[_PAPER])
        display.fb.fill_rect(0, y + apart, display.width, height - apart, colours[paper])
        edge = display.width - self.margin
        self._letters(left, self.margin + indent)
        if middle:
            self._letters(middle, (display.width - measure(middle)) // 2)
        if icon:
            edge -= _ICON_SIZE
        if right:
            self._letters(right, edge - measure(right) - (4 if icon else 0))
        top = y + (height - font.HEIGHT) // 2
        self._lay(top, colours[paper], colours[ink])
        if icon:
            which = _SEALS.index(icon)
            self._letters(chr(_SEAL + which), edge)
            self._lay(
                top, colours[paper], colours[_BAND_TEXT if display.mono else _SEAL_INKS[which]]
            )
        display.show(y, height)
        return True

    def _lay(self, top, paper, ink):
        """Lay the letters over the display, and take them away from the mask."""
        self._palette.pixel(0, 0, paper)
        self._palette.pixel(1, 0, ink)
        self._display.fb.blit(self._mask, 0, top, paper, self._palette)
        self._mask.fill(0)

    def _letters(self, text, x):
        width, bits = self._display.width, self._bits
        for c in text:
            start, end = _glyph(c)
            size = min(end - start, width - x)
            if size <= 0:
                return
            at, half = 2 * start, end - start
            bits[x : x + size] = font.GLYPHS[at : at + size]
            bits[width + x : width + x + size] = font.GLYPHS[at + half : at + half + size]
            x += end - start + font.GAP

    def _bar(self, y, share):
        """Draw the progress bar; one that is there already only grows, without a flicker."""
        key = ("bar", share)
        before = self._drawn.get(y)
        if before == key:
            return
        self._drawn[y] = key
        display, ink = self._display, self._ink
        width = display.width - 2 * self.margin
        height = min(9, self.pitch - 2)
        top = y + (self.pitch - height) // 2
        if before is None or before[0] != "bar":
            display.fb.fill_rect(0, y, display.width, self.pitch, ink[_PAPER])
            display.fb.rect(self.margin, top, width, height, ink[_TEXT])
        width, left = width - 4, self.margin + 2
        full = width * share // 1000
        display.fb.fill_rect(left, top + 2, full, height - 4, ink[_FOCUS])
        display.fb.fill_rect(left + full, top + 2, width - full, height - 4, ink[_PAPER])
        display.show(y, self.pitch)

    def _big_lines(self):
        return 2 if self.small else 4

    def _big(self, text):
        """Draw the time in segments over the lines that are kept free for it."""
        display, lines = self._display, self._big_lines()
        y, height = self.band, lines * self.pitch
        key = ("big", text)
        if self._drawn.get(y) == key:
            return
        self._drawn[y] = key
        for i in range(1, lines):
            self._drawn[y + i * self.pitch] = None
        display.fb.fill_rect(0, y, display.width, height, self._ink[_PAPER])
        tall = height - (4 if self.small else 24)
        thick = max(3, tall // 9)
        wide, gap = tall * 5 // 9, thick + 2
        total = sum([(thick if c == ":" else wide) + gap for c in text]) - gap
        x = (display.width - total) // 2
        top = y + (height - tall) // 2
        for c in text:
            if c == ":":
                for dot in (tall // 4, tall - tall // 4 - thick):
                    display.fb.fill_rect(x, top + dot, thick, thick, self._ink[_TEXT])
                x += thick + gap
            else:
                lit = _DASH if c == "-" else _SEGMENTS[ord(c) - 0x30]
                self._segments(x, top, wide, tall, thick, lit)
                x += wide + gap
        display.show(y, height)

    def _segments(self, x, y, wide, tall, thick, lit):
        """Draw one big character; corners stay open by a pixel, as glass segments do."""
        half = (tall - thick) // 2
        across, upright = wide - 2, half + thick - 2
        right = x + wide - thick
        places = (
            (x + 1, y, across, thick),
            (right, y + 1, thick, upright),
            (right, y + half + 1, thick, upright),
            (x + 1, y + tall - thick, across, thick),
            (x, y + half + 1, thick, upright),
            (x, y + 1, thick, upright),
            (x + 1, y + half, across, thick),
        )
        for i in range(7):
            if lit >> i & 1:
                self._display.fb.fill_rect(*places[i], self._ink[_TEXT])

    def _thumb(self, first, total, changed):
        """Show at the right which part of a longer page is in sight."""
        display, room = self._display, self.room
        key = (first, total) if total > room else None
        if self._drawn.get("thumb") == key and (key is None or not changed):
            return
        self._drawn["thumb"] = key
        x, height = display.width - _THUMB, room * self.pitch
        display.fb.fill_rect(x, self.band, _THUMB, height, self._ink[_PAPER])
        if key is not None:
            size = max(4, height * room // total)
            at = (height - size) * first // (total - room)
            display.fb.fill_rect(x, self.band + at, _THUMB, size, self._ink[_FOCUS])
        display.show(self.band, height)


def _glyph(c):
    """Return (first, end) column of a character's glyph."""
    code = ord(c) - font.FIRST
    if not 0 <= code < len(font.STARTS) // 2 - 1:
        code = 0x3F - font.FIRST
    at = 2 * code
    starts = font.STARTS
    start, end = starts[at] | starts[at + 1] << 8, starts[at + 2] | starts[at + 3] << 8
    if start == end:
        return _glyph("?")
    return start, end
