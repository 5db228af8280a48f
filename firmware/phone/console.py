"""The set's line to the outside: command lines in, one JSON object a line out.

For tools/setctl over the serial line or standard input and output.
ACCEPTANCE.md section 1 (the events). A command line speaks the grammar of lanpbx.cfg.
"""

import json

from phone import charset
from phone.lanpbx import FormatError, Reader

_CANCEL = 0x03  # Ctrl-C: ends the action that runs
_LINE_END = 0x0A
_CHUNK = 64  # bytes taken from the line at once


class Command:
    """One command line: its name, its bare words and its KEY=VALUE pairs.

    Values are bytearrays; wipe() forgets them once the command has run.
    """

    def __init__(self, pairs):
        """Take what the reader returned; the first bare word is the name."""
        words = [key for key, value in pairs if value is None]
        self.name = words[0] if words else ""
        self.words = words[1:]
        self.pairs = [(key, value) for key, value in pairs if value is not None]

    def wipe(self):
        """Overwrite every value."""
        for _key, value in self.pairs:
            charset.wipe(value)
        self.pairs = []


class Console:
    """Reads commands from and writes events to a board's line.

    line: has readinto(buf) -> number of bytes now there (0 or None: none) and write(buf).
    Nothing that comes in is echoed or kept beyond its value's own bytearray.
    lent: whether the menus have the line (mmi/panel.py); no event is written meanwhile, but where
    `aside`: then as an application program command, which a terminal does not show [ECMA-48 8.3.2].
    """

    def __init__(self, line):
        """Stand at the head of a line."""
        self._line = line
        self._reader = Reader()
        self._pairs = []
        self._chunk = bytearray(_CHUNK)
        self._have = 0
        self._at = 0
        self._broken = None
        self._cancel = False
        self.lent = self.aside = False

    def event(self, name, fields=None):
        """Write one event: `fields` (dict of JSON values, or None) and "event": name."""
        if self.lent and not self.aside:
            return
        out = {"event": name}
        if fields:
            out.update(fields)
        frame = "\x1b_%s\x1b\\" if self.lent else "%s\n"
        self._line.write(bytes(frame % json.dumps(out), "utf-8"))

    def poll(self):
        """Return the next Command, or None while its line has not ended.

        Raises FormatError for a line that is none; the next line is read as usual.
        """
        while self._fill():
            end = self._at
            while end < self._have and self._chunk[end] not in (_CANCEL, _LINE_END):
                end += 1
            if end > self._at and self._broken is None:
                try:
                    self._pairs += self._reader.feed(self._chunk, self._at, end)
                except FormatError as e:
                    self._broken = e
            stop = self._chunk[end] if end < self._have else None
            self._take(end if stop is None else end + 1)
            if stop == _CANCEL:
                self._cancel = True
                self._forget()
            elif stop == _LINE_END:
                command = self._line_end()
                if command is not None:
                    return command
        return None

    def take(self, buf):
        """Fill `buf` with octets as they came, for who has the line; return how many (0: none)."""
        count = 0
        while count < len(buf) and self._fill():
            buf[count] = self._chunk[self._at]
            self._take(self._at + 1)
            count += 1
        return count

    def write(self, data):
        """Write bytes as they are."""
        self._line.write(data)

    def take_cancel(self):
        """Return whether Ctrl-C came in since the last call."""
        seen, self._cancel = self._cancel, False
        return seen

    # -- private, in the order of use

    def _fill(self):
        if self._at == self._have:
            self._at = 0
            self._have = self._line.readinto(self._chunk) or 0
        return self._at < self._have

    def _take(self, end):
        # wiped as it is taken: the chunk never holds a secret that was read
        for i in range(self._at, end):
            self._chunk[i] = 0
        self._at = end

    def _line_end(self):
        broken = self._broken
        try:
            if broken is None:
                self._pairs += self._reader.finish()
            pairs = self._pairs
            self._pairs = []
        except FormatError as e:
            broken = e
        if broken is not None:
            self._forget()
            raise broken
        self._reader = Reader()
        command = Command(pairs)
        return command if command.name else None

    def _forget(self):
        self._broken = None
        self._reader.wipe()
        self._reader = Reader()
        Command(self._pairs).wipe()
        self._pairs = []
