"""What a set draws on a terminal: its frames as lines with attributes, and the events between.

For device.py, sets without a display. firmware/phone/mmi/vt100.py writes a frame, console.py an
event as an application program command of ECMA-48 (ESC _ ... ESC \\).
"""

import re

_FRAME = re.compile(rb"\x1b\[H(.*?)\x1b\[J", re.S)
_ASIDE = re.compile(rb"\x1b_(.*?)\x1b\\", re.S)
_MARKS = re.compile(r"\x1b\[([0-9]*)[mK]")
_KINDS = {"1": "title", "7": "focus"}
_LONGEST = 1 << 16


class Terminal:
    """Takes what the set writes; `frame` is the last whole one: a list of (text, kind) or None.

    kind: "title", "focus" or "", as vt100.lines_of() names them; softkeys stand last, as "keys".
    """

    def __init__(self):
        """Nothing was drawn yet."""
        self.frame = None
        self._rest = b""

    def feed(self, data):
        """Take bytes; return (whether a new frame came, [event line]) in them."""
        data = self._rest + data
        asides = [m.group(1) for m in _ASIDE.finditer(data)]
        data = _ASIDE.sub(b"", data)
        begun = data.rfind(b"\x1b_")
        held = data[begun:] if begun >= 0 else b""
        data = data[:begun] if begun >= 0 else data
        frames = list(_FRAME.finditer(data))
        if frames:
            self.frame = _lines(frames[-1].group(1).decode("utf-8", "replace"))
            data = data[frames[-1].end() :]
        self._rest = (data + held)[-_LONGEST:]
        return bool(frames), asides


def _lines(text):
    found = []
    for line in text.split("\r\n"):
        mark = _MARKS.match(line)
        kind = _KINDS.get(mark.group(1), "") if mark else ""
        found.append((_MARKS.sub("", line), kind))
    if found:
        found[-1] = (found[-1][0], "keys")
    return found
