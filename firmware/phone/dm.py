"""Reader of the DM file: <setting id="KEY" value="VALUE"/> elements of an XML file.

For the boot procedure of SIP and VLE sets.
DESIGN.md section 7; XML 1.0 (the part that such files use: elements, comments, entities).
"""

from phone import charset
from phone.lanpbx import MAX_FILE, MAX_VALUE, FormatError

_TEXT, _TAG, _COMMENT = range(3)
_ENTITIES = {b"amp": 0x26, b"lt": 0x3C, b"gt": 0x3E, b"quot": 0x22, b"apos": 0x27}
_BLANK = b" \t\r\n"


class Reader:
    """Incremental reader with the same face as lanpbx.Reader.

    Holds one tag at a time; elements other than `setting` are skipped.
    """

    def __init__(self):
        """Start at the head of a file."""
        self._tag = bytearray(512)
        self._len = 0
        self._state = _TEXT
        self._quote = 0  # the quote that is open inside the tag, or 0
        self._total = 0
        self.line = 1

    def feed(self, buf, start=0, end=None):
        """Read buf[start:end]; return the (key, bytearray value) pairs it completes."""
        if end is None:
            end = len(buf)
        out = []
        for i in range(start, end):
            c = buf[i]
            self._total += 1
            if self._total == 1 and c in (0xFE, 0xFF):
                self._refuse("the file is UTF-16; save it as UTF-8")
            if self._total > MAX_FILE:
                self.wipe()
                raise FormatError("too-large", "configuration longer than %d bytes" % MAX_FILE)
            if self._state == _TEXT:
                if c == 0x3C:  # '<'
                    self._state = _TAG
                    self._len = 0
                    self._quote = 0
            elif self._state == _COMMENT:
                self._in_comment(c)
            else:
                self._in_tag(c, out)
            if c == 0x0A:
                self.line += 1
        return out

    def finish(self):
        """End of file: refuse a tag that is cut in the middle. Wipes the reader."""
        if self._state != _TEXT:
            self._refuse("the file ends inside a tag")
        self.wipe()
        return []

    def wipe(self):
        """Forget the tag that was being read."""
        charset.wipe(self._tag)
        self._len = 0
        self._state = _TEXT

    # -- private, in the order of use

    def _refuse(self, why):
        self.wipe()
        raise FormatError("config", "line %d: %s" % (self.line, why), self.line)

    def _in_comment(self, c):
        # _len counts the dashes just seen: "-->" ends a comment
        if c == 0x2D:
            self._len += 1
        elif c == 0x3E and self._len >= 2:
            self._state = _TEXT
        else:
            self._len = 0

    def _in_tag(self, c, out):
        if c == 0x3E and not self._quote:  # '>'
            self._setting(out)
            charset.wipe(self._tag)
            self._state = _TEXT
            return
        if self._len == len(self._tag):
            if self._len >= MAX_VALUE:
                self._refuse("a tag is longer than %d bytes" % MAX_VALUE)
            bigger = bytearray(2 * self._len)
            bigger[: self._len] = self._tag
            charset.wipe(self._tag)
            self._tag = bigger
        self._tag[self._len] = c
        self._len += 1
        if self._len == 3 and self._tag[:3] == b"!--":
            self._state = _COMMENT
            self._len = 0
        elif c == self._quote:
            self._quote = 0
        elif c in (0x22, 0x27) and not self._quote:
            self._quote = c

    def _setting(self, out):
        at = self._word(0)
        if self._tag[:at] != b"setting":
            return
        key = value = None
        while True:
            while at < self._len and self._tag[at] in _BLANK:
                at += 1
            if at >= self._len or self._tag[at] == 0x2F:  # '/'
                break
            end = self._word(at)
            name = bytes(self._tag[at:end])
            at = end
            while at < self._len and self._tag[at] in b"= \t\r\n":
                at += 1
            if at >= self._len or self._tag[at] not in (0x22, 0x27):
                self._refuse("the attribute %s has no quoted value" % charset.to_str(name))
            end = at + 1
            while end < self._len and self._tag[end] != self._tag[at]:
                end += 1
            if end == self._len:  # a quote inside a word: closed for the tag, not for a value
                self._refuse("the attribute %s has no end" % charset.to_str(name))
            if name == b"id":
                raw = self._unescape(at + 1, end)
                key = charset.to_str(raw)
            elif name == b"value":
                raw = self._unescape(at + 1, end)
                value = charset.to_utf8(raw)
                charset.wipe(raw)
            at = end + 1
        if key is None or value is None:
            self._refuse("a setting needs id and value")
        out.append((key, value))

    def _word(self, at):
        while at < self._len and self._tag[at] not in b" \t\r\n=/":
            at += 1
        return at

    def _unescape(self, start, end):
        # two passes, so that the value's buffer never grows: first the size, then the bytes
        size = 0
        for _c in self._characters(start, end):
            size += 1
        out = bytearray(size)
        for i, c in enumerate(self._characters(start, end)):
            out[i] = c
        return out

    def _characters(self, start, end):
        """Yield the bytes of tag[start:end] with entities replaced (numbers as UTF-8)."""
        at = start
        while at < end:
            c = self._tag[at]
            at += 1
            if c != 0x26:  # '&'
                yield c
                continue
            stop = at
            while stop < end and self._tag[stop] != 0x3B:  # ';'
                stop += 1
            name = bytes(self._tag[at:stop])
            at = stop + 1
            if name in _ENTITIES and stop < end:
                yield _ENTITIES[name]
                continue
            try:
                if name[:2] == b"#x":
                    number = int(str(name[2:], "utf-8"), 16)
                elif name[:1] == b"#":
                    number = int(str(name[1:], "utf-8"))
                else:
                    number = 0
                if not 0 < number < 0x110000 or 0xD800 <= number < 0xE000 or stop >= end:
                    raise ValueError
            except ValueError:
                self._refuse("an entity is not known")
            for c in bytes(chr(number), "utf-8"):
                yield c
