"""Reader of lanpbx.cfg: words KEY=VALUE, comments, quoted values and PEM blocks.

For the boot procedure and the command line of console.py, which speaks the same grammar.
DESIGN.md section 7 (the grammar); RFC 7468 (PEM).
"""

from errors import Error
from phone import charset

# Invariant: what a file may cost the set is bounded, whatever the file is.
MAX_FILE = 128 * 1024  # bytes read before the file is refused
MAX_KEY = 64  # bytes of a key
MAX_VALUE = 16 * 1024  # bytes of a value or of a PEM block (identity_cms holds a key and a chain)

_START, _COMMENT, _KEY, _VALUE, _QUOTED, _ESCAPE, _AFTER, _PEM_LABEL, _PEM_BODY = range(9)
_BOM = b"\xef\xbb\xbf"
_PEM_BEGIN = b"-----BEGIN "
_BLANK = b" \t\r\n\x0b\x0c\x00"  # NUL: some servers pad the file to a full block


class FormatError(Error):
    """The file is not a configuration file; `evidence` is the line number."""


class Reader:
    """Incremental reader: bytes in as they arrive, (key, value) pairs out.

    feed() and finish() return a list of (key: str, value: bytearray). Values are
    UTF-8, each in a bytearray of its own that the caller wipes when it was a secret.
    A PEM block is the pair ("pem:LABEL", its base64 text). A word without `=` gives
    (word, None). The text between is never kept: the reader holds one value at a time.
    """

    def __init__(self):
        """Start at the head of a file."""
        self._state = _START
        self._key = bytearray(MAX_KEY)
        self._klen = 0
        self._val = bytearray(256)  # grows by doubling; wiped when it is replaced
        self._vlen = 0
        self._label = ""
        self._total = 0
        self.line = 1

    def feed(self, buf, start=0, end=None):
        """Read buf[start:end] (bytes-like, default all); return the pairs it completes.

        Raises FormatError: too-large, or config with the line's number as evidence.
        """
        if end is None:
            end = len(buf)
        out = []
        for i in range(start, end):
            c = buf[i]
            self._total += 1
            if self._total <= 3:
                if self._total == 1 and c in (0xFE, 0xFF):
                    self._refuse("the file is UTF-16; save it as UTF-8")
                if c == _BOM[self._total - 1] and self._klen == 0:
                    continue
            elif self._total > MAX_FILE:
                self.wipe()
                raise FormatError("too-large", "configuration longer than %d bytes" % MAX_FILE)
            self._byte(c, out)
            if c == 0x0A:
                self.line += 1
        return out

    def finish(self):
        """End of file: return the last pair, if one was open. Wipes the reader."""
        out = []
        state = self._state
        if state in (_QUOTED, _ESCAPE):
            self._refuse("the closing quote of a value is missing")
        if state != _COMMENT:
            self._byte(0x0A, out)
        if self._state in (_PEM_LABEL, _PEM_BODY):
            self._refuse("a PEM block has no end")
        self.wipe()
        return out

    def wipe(self):
        """Forget the value that was being read."""
        charset.wipe(self._val)
        self._vlen = 0
        self._klen = 0
        self._state = _START

    # -- private, in the order of use

    def _refuse(self, why):
        self.wipe()
        raise FormatError("config", "line %d: %s" % (self.line, why), self.line)

    def _byte(self, c, out):
        state = self._state
        if state == _START:
            if c in _BLANK:
                return
            if c == 0x23:  # '#'
                self._state = _COMMENT
                return
            self._klen = 0
            self._state = _KEY
            state = _KEY
        if state == _KEY:
            self._in_key(c, out)
        elif state == _COMMENT:
            if c == 0x0A:
                self._state = _START
        elif state == _VALUE:
            if c in _BLANK:
                self._emit(out)
            elif c == 0x22 and self._vlen == 0:  # '"' opens only at the head of a value
                self._state = _QUOTED
            else:
                self._put(c)
        elif state == _QUOTED:
            if c == 0x5C:
                self._state = _ESCAPE
            elif c == 0x22:
                self._emit(out)
                self._state = _AFTER
            elif c == 0:
                self._refuse("a NUL stands in a quoted value")
            else:
                self._put(c)
        elif state == _ESCAPE:
            if c not in (0x22, 0x5C):  # a backslash before anything else is a backslash
                self._put(0x5C)
            self._put(c)
            self._state = _QUOTED
        elif state == _AFTER:
            if c not in _BLANK:
                self._refuse("text follows a closing quote")
            self._state = _START
        else:
            self._in_pem(c, out)

    def _in_key(self, c, out):
        if c == 0x3D and self._klen:  # '='
            self._vlen = 0
            self._state = _VALUE
            return
        if self._klen == len(_PEM_BEGIN) and self._key[: self._klen] == _PEM_BEGIN:
            self._state = _PEM_LABEL
            self._vlen = 0
            self._in_pem(c, out)
            return
        # the label of a PEM block holds a blank: "-----BEGIN "
        if c in _BLANK and not (
            c == 0x20 and self._klen == 10 and self._key[:10] == _PEM_BEGIN[:10]
        ):
            out.append((charset.to_str(self._key[: self._klen]), None))
            self._state = _START
            return
        if self._klen == MAX_KEY:
            self._refuse("a word is longer than %d bytes" % MAX_KEY)
        self._key[self._klen] = c
        self._klen += 1

    def _in_pem(self, c, out):
        if self._state == _PEM_LABEL:
            if c == 0x0A:
                label = charset.to_str(self._val[: self._vlen]).strip()
                if not label.endswith("-----") or len(label) > MAX_KEY:
                    self._refuse("the first line of a PEM block is broken")
                self._label = label[:-5]
                self._vlen = 0
                self._state = _PEM_BODY
            else:
                self._put(c)
            return
        if c != 0x0A:
            self._put(c)
            return
        end = bytes("-----END " + self._label + "-----", "utf-8")
        size = self._vlen
        while size and self._val[size - 1] in _BLANK:
            size -= 1
        if self._ends_with(end, size):
            self._vlen = size - len(end)
            self._key_is("pem:" + self._label)
            self._emit(out)
        else:
            self._put(c)

    def _ends_with(self, end, size):
        # no slice: it would leave a piece of a private key on the heap
        if size < len(end):
            return False
        return all(self._val[size - len(end) + i] == end[i] for i in range(len(end)))

    def _key_is(self, name):
        self._key = bytearray(MAX_KEY + 8)
        name = bytes(name, "utf-8")
        self._key[: len(name)] = name
        self._klen = len(name)

    def _put(self, c):
        if self._vlen == len(self._val):
            if self._vlen >= MAX_VALUE:
                self._refuse("a value is longer than %d bytes" % MAX_VALUE)
            bigger = bytearray(2 * self._vlen)
            bigger[: self._vlen] = self._val
            charset.wipe(self._val)
            self._val = bigger
        self._val[self._vlen] = c
        self._vlen += 1

    def _emit(self, out):
        piece = self._val[: self._vlen]
        value = charset.to_utf8(piece)
        charset.wipe(piece)
        for i in range(self._vlen):
            self._val[i] = 0
        out.append((charset.to_str(self._key[: self._klen]), value))
        self._vlen = 0
        self._state = _START
