"""Text entry by keypad (multi-tap) or by a full keyboard, in a buffer that can be wiped.

For views.py. Characters are Latin-1, one byte each, so that a secret never becomes a str.
"""

from phone import charset

# Milliseconds after which a multi-tap key begins a new character.
TAP_MS = 1000
# What the keypad's keys give, in turn; index is the digit. 1 holds what URLs need.
_TAPS = (
    b" 0", b".:/-_@?=&%+,'1", b"abc2\xe0\xe2\xe7", b"def3\xe9\xe8\xea", b"ghi4\xee\xef", b"jkl5",
    b"mno6\xf4", b"pqrs7", b"tuv8\xf9\xfb", b"wxyz9",
)  # fmt: skip
# Modes, changed by #: small letters, capitals, digits.
MODES = ("abc", "ABC", "123")


class Entry:
    """A line of text being edited.

    Invariant: 0 <= cursor <= length <= limit; `tapping` is the keypad digit whose character
    stands before the cursor and may still change, or None.
    """

    def __init__(self, text=b"", limit=512, masked=False, mode=0):
        """text: Latin-1 bytes-like to begin with; limit: longest length; masked: show stars."""
        self._buffer = bytearray(limit)
        self.limit = limit
        self.length = 0
        self.cursor = 0
        self.masked = masked
        self.mode = mode
        self.tapping = None
        self._tap = 0
        self._age = 0
        for c in text[:limit]:
            self._insert(c)

    def key(self, name):
        """Act on a key; return True where it was one of text entry.

        Names: `t` and a character (full keyboard), `k0`..`k9`, `k*`, `k#` (keypad), `left`,
        `right`, `delete`.
        """
        if name[0] == "t" and len(name) == 2:
            self.tapping = None
            self._insert(ord(name[1]))
        elif name == "k#":
            self.tapping = None
            self.mode = (self.mode + 1) % len(MODES)
        elif name == "k*":
            self.tapping = None
            self._insert(0x2A)
        elif name[0] == "k" and len(name) == 2:
            self._tapped(ord(name[1]) - 0x30)
        elif name == "left":
            self.tapping = None
            self.cursor = max(0, self.cursor - 1)
        elif name == "right":
            self.tapping = None
            self.cursor = min(self.length, self.cursor + 1)
        elif name == "delete":
            self.tapping = None
            self._delete()
        else:
            return False
        return True

    def tick(self, ms):
        """Let `ms` pass; return True where the display changes."""
        if self.tapping is None:
            return False
        self._age += ms
        if self._age < TAP_MS:
            return False
        self.tapping = None
        return True

    def shown(self):
        """Return what the display shows: str, stars where masked (but for what is tapped)."""
        if not self.masked:
            return "".join([chr(self._buffer[i]) for i in range(self.length)])
        stars = "*" * self.length
        if self.tapping is None:
            return stars
        # the character that is being chosen must be seen to be chosen
        return stars[: self.cursor - 1] + chr(self._buffer[self.cursor - 1]) + stars[self.cursor :]

    def utf8(self):
        """Return the text as a bytearray in UTF-8, which the caller wipes where it is secret."""
        return charset.from_latin1(self._buffer, self.length)

    def wipe(self):
        """Overwrite the text."""
        charset.wipe(self._buffer)
        self.length = self.cursor = 0
        self.tapping = None

    # -- private, in the order of use

    def _insert(self, c):
        if self.length == self.limit or c < 0x20 or 0x7F <= c < 0xA0 or c > 0xFF:
            return
        for i in range(self.length, self.cursor, -1):
            self._buffer[i] = self._buffer[i - 1]
        self._buffer[self.cursor] = c
        self.cursor += 1
        self.length += 1

    def _delete(self):
        if not self.cursor:
            return
        for i in range(self.cursor, self.length):
            self._buffer[i - 1] = self._buffer[i]
        self.length -= 1
        self.cursor -= 1
        self._buffer[self.length] = 0

    def _tapped(self, digit):
        if MODES[self.mode] == "123":
            self.tapping = None
            self._insert(0x30 + digit)
            return
        letters = _TAPS[digit]
        if self.tapping == digit:
            self._tap = (self._tap + 1) % len(letters)
            self._buffer[self.cursor - 1] = self._cased(letters[self._tap])
        else:
            before = self.length
            self._tap = 0
            self._insert(self._cased(letters[0]))
            if self.length == before:
                return  # full
            self.tapping = digit
        self._age = 0

    def _cased(self, c):
        if MODES[self.mode] != "ABC":
            return c
        return c - 0x20 if 0x61 <= c <= 0x7A or 0xE0 <= c <= 0xFE and c != 0xF7 else c
