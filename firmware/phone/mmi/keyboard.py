"""Keys from a terminal or a PC keyboard to the names that control.py knows.

For the set's main loop. VT100 sequences of ECMA-48; scan codes of the PC keyboard, set 2.
Text goes one character a key, in Latin-1; nothing that was typed is kept.
"""

from phone.mmi import const
from phone.mmi.strings import line

_ESCAPE = const(0x1B)
_SEQUENCES = const(
    "\n[A=up\n[B=down\n[C=right\n[D=left\nOP=soft1\nOQ=soft2\nOR=soft3"
    "\n[11~=soft1\n[12~=soft2\n[13~=soft3\n[3~=delete\n"
)
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
        name = _named(_SEQUENCES, "".join([chr(c) for c in sequence]))
        if name is not None:
            return name
        begun = len(sequence) == 1 and octet in b"[O"
        goes_on = 1 < len(sequence) < 5 and not 0x40 <= octet <= 0x7E
        if begun or goes_on:
            self._sequence = sequence
        return None


# Scan code set 2 in two hex digits, then what it gives plain and with shift; US layout, as QEMU's
# `sendkey` names keys. Texts and not dictionaries: those would stand on the heap.
_SCAN = const(
    "450)161!1e2@263#254$2e5%366^3d7&3e8*469(1caA32bB21cC23dD24eE2bfF34gG33hH43iI3bjJ42kK"
    "4blL3amM31nN44oO4dpP15qQ2drR1bsS2ctT3cuU2avV1dwW22xX35yY1azZ29  4e-_55=+54[{5b]}"
    "5d\\|4c;:52'\"41,<49.>4a/?0e`~"
)
_NAMED = const(
    "\n5a=ok\n66=back\n76=soft1\n05=soft1\n06=soft2\n04=soft3\n75=k8\n72=k2\n6b=k4\n74=k6\n70=k0"
    "\n69=k1\n7a=k3\n73=k5\n6c=k7\n7d=k9\n7c=k*\n71=k#\n"
)
_EXTENDED = const("\n75=up\n72=down\n6b=left\n74=right\n71=delete\n5a=ok\n")
_SHIFTS = const((0x12, 0x59))
_RELEASE = const(0xF0)
_EXTENSION = const(0xE0)


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
        digits = "%02x" % code
        if extended or "\n" + digits + "=" in _NAMED:
            return _named(_EXTENDED if extended else _NAMED, digits)
        for at in range(0, len(_SCAN), 4):
            if _SCAN[at : at + 2] == digits:
                return "t" + _SCAN[at + (3 if self._shift else 2)]
        return None


def _named(table, digits):
    """Return the key name that a table of lines gives for a code, or None."""
    try:
        return line(table, digits)
    except KeyError:
        return None
