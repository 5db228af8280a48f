"""Keys from a terminal or a PC keyboard to the names that control.py knows.

For the set's main loop. VT100 sequences of ECMA-48; scan codes of the PC keyboard, set 2.
Text goes one character a key, in Latin-1; nothing that was typed is kept.
"""

_ESCAPE = 0x1B
_SEQUENCES = {
    b"[A": "up", b"[B": "down", b"[C": "right", b"[D": "left",
    b"OP": "soft1", b"OQ": "soft2", b"OR": "soft3",
    b"[11~": "soft1", b"[12~": "soft2", b"[13~": "soft3", b"[3~": "delete",
}  # fmt: skip
# Keypad keys come as ESC k and the key, which no terminal sends: from the panel.
_KEYPAD = b"0123456789*#"


class Terminal:
    """Turns octets of a serial line into key names."""

    def __init__(self):
        """Nothing is begun."""
        self._sequence = None
        self._utf8 = 0

    def feed(self, octet):
        """Take one octet (int); return a key name, or None while none is complete."""
        if self._sequence is not None:
            return self._escape(octet)
        if octet == _ESCAPE:
            self._sequence = b""
            return None
        if octet in (0x0D, 0x0A):
            return "ok"
        if octet in (0x08, 0x7F):
            return "back"
        if 0xC2 <= octet <= 0xC3:
            self._utf8 = octet  # the two lead octets of Latin-1's upper half
            return None
        if 0x80 <= octet < 0xC0 and self._utf8:
            code = (self._utf8 & 3) << 6 | octet & 0x3F
            self._utf8 = 0
            return "t" + chr(code)
        self._utf8 = 0
        return "t" + chr(octet) if 0x20 <= octet < 0x7F else None

    def _escape(self, octet):
        sequence = self._sequence + bytes((octet,))
        self._sequence = None
        if sequence == b"\x1b":
            return "soft1"  # Escape twice
        if sequence[:1] == b"k":
            if len(sequence) == 1:
                self._sequence = sequence
                return None
            return "k" + chr(octet) if octet in _KEYPAD else None
        if sequence in _SEQUENCES:
            return _SEQUENCES[sequence]
        begun = len(sequence) == 1 and octet in b"[O"
        goes_on = 1 < len(sequence) < 5 and not 0x40 <= octet <= 0x7E
        if begun or goes_on:
            self._sequence = sequence
        return None


# Scan code set 2 -> (plain, with shift); US layout, as QEMU's `sendkey` names keys.
_SCAN = {
    0x45: "0)", 0x16: "1!", 0x1E: "2@", 0x26: "3#", 0x25: "4$", 0x2E: "5%", 0x36: "6^", 0x3D: "7&",
    0x3E: "8*", 0x46: "9(", 0x1C: "aA", 0x32: "bB", 0x21: "cC", 0x23: "dD", 0x24: "eE", 0x2B: "fF",
    0x34: "gG", 0x33: "hH", 0x43: "iI", 0x3B: "jJ", 0x42: "kK", 0x4B: "lL", 0x3A: "mM", 0x31: "nN",
    0x44: "oO", 0x4D: "pP", 0x15: "qQ", 0x2D: "rR", 0x1B: "sS", 0x2C: "tT", 0x3C: "uU", 0x2A: "vV",
    0x1D: "wW", 0x22: "xX", 0x35: "yY", 0x1A: "zZ", 0x29: "  ", 0x4E: "-_", 0x55: "=+", 0x54: "[{",
    0x5B: "]}", 0x5D: "\\|", 0x4C: ";:", 0x52: "'\"", 0x41: ",<", 0x49: ".>", 0x4A: "/?",
    0x0E: "`~",
}  # fmt: skip
_NAMED = {
    0x5A: "ok", 0x66: "back", 0x76: "soft1", 0x05: "soft1", 0x06: "soft2", 0x04: "soft3",
    0x75: "k8", 0x72: "k2", 0x6B: "k4", 0x74: "k6", 0x70: "k0", 0x69: "k1", 0x7A: "k3", 0x73: "k5",
    0x6C: "k7", 0x7D: "k9", 0x7C: "k*", 0x71: "k#",
}  # fmt: skip
_EXTENDED = {0x75: "up", 0x72: "down", 0x6B: "left", 0x74: "right", 0x71: "delete", 0x5A: "ok"}
_SHIFTS = (0x12, 0x59)
_RELEASE, _EXTENSION = 0xF0, 0xE0


class Keyboard:
    """Turns scan codes (set 2) into key names."""

    def __init__(self):
        """No key is down."""
        self._shift = self._release = self._extended = False

    def feed(self, code):
        """Take one scan code; return a key name, or None."""
        if code == _RELEASE:
            self._release = True
            return None
        if code == _EXTENSION:
            self._extended = True
            return None
        release, extended = self._release, self._extended
        self._release = self._extended = False
        if code in _SHIFTS:
            self._shift = not release
            return None
        if release:
            return None
        if extended:
            return _EXTENDED.get(code)
        if code in _NAMED:
            return _NAMED[code]
        pair = _SCAN.get(code)
        return "t" + pair[1 if self._shift else 0] if pair else None
