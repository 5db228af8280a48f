"""BER read from a stream: the grammar of a layer that may have to wait for its next octet.

For stream.py.  X.690 section 8.1; strictness and limits are those of reader.py's BER mode.
"""

from scep.der import CONSTRUCTED, DerError

_DEPTH = 16


class Layer:
    """A window on a stream of octets: buf[pos:end] have come and are not read yet.

    Invariants: shift + pos is the offset in the stream; `_ends` holds, for each element that was
    entered, the offset of its end, or -1 where its length is indefinite; none is passed.
    """

    def __init__(self):
        """Begin with an empty window."""
        self.buf = None
        self.pos = 0
        self.end = 0
        self.shift = 0
        self._ends = []

    def more(self):
        """Generator: bring at least one octet into the empty window; False at the end."""
        raise NotImplementedError

    def peek(self):
        """Generator: return the next octet, -1 at the end of the stream."""
        if self.pos == self.end and not (yield from self.more()):
            return -1
        return self.buf[self.pos]

    def byte(self):
        """Generator: take the next octet.  Raises DerError at the end."""
        if self.pos == self.end and not (yield from self.more()):
            self.fail("element is cut off")
        self.pos += 1
        return self.buf[self.pos - 1]

    def header(self):
        """Generator: take identifier and length; return (tag, length or -1 if indefinite)."""
        tag = yield from self.byte()
        if tag & 0x1F == 0x1F or not tag:
            self.fail("unknown tag")
        size = yield from self.byte()
        if size == 0x80:
            if not tag & CONSTRUCTED:
                self.fail("indefinite length")
            size = -1
        elif size > 0x80:
            count = size & 0x7F
            if count > 4:
                self.fail("length of %d bytes" % count)
            size = 0
            for _ in range(count):
                size = size << 8 | (yield from self.byte())
        if self._ends and self._ends[-1] >= 0:
            left = self._ends[-1] - self.shift - self.pos
            if left < 0 or size > left:
                self.fail("element longer than what holds it")
        return tag, size

    def enter(self, tag):
        """Generator: enter the next element, which must have this tag."""
        found, size = yield from self.header()
        if found != tag:
            self.fail("tag 0x%02x where 0x%02x belongs" % (found, tag))
        if len(self._ends) == _DEPTH:
            self.fail("nested too deep")
        self._ends.append(size if size < 0 else self.shift + self.pos + size)

    def has_more(self):
        """Generator: tell whether the element that was entered last has more contents."""
        stop = self._ends[-1]
        if stop >= 0:
            return self.shift + self.pos < stop
        return (yield from self.peek()) != 0

    def left(self):
        """Return how many octets the element that was entered last still has, -1 if unknown."""
        stop = self._ends[-1]
        return stop if stop < 0 else stop - self.shift - self.pos

    def leave(self):
        """Generator: leave the element that was entered last.  Raises DerError if any is left."""
        stop = self._ends.pop()
        if stop < 0:
            if (yield from self.byte()) or (yield from self.byte()):
                self.fail("more elements than expected")
        elif self.shift + self.pos != stop:
            self.fail("more elements than expected")

    def next_tag(self):
        """Generator: return the tag of the next element inside the one entered, -1 at its end."""
        if (yield from self.has_more()):
            return (yield from self.peek())
        return -1

    def skip(self, tag=None):
        """Generator: pass the next element, of any size; any, or one with this tag."""
        found, size = yield from self.header()
        if tag is not None and found != tag:
            self.fail("tag 0x%02x where 0x%02x belongs" % (found, tag))
        if size >= 0:
            yield from self.pass_over(size)
            return
        open_ = 1
        while open_:
            if (yield from self.peek()) == 0:
                yield from self.byte()
                if (yield from self.byte()):
                    self.fail("malformed end of contents")
                open_ -= 1
                continue
            _, size = yield from self.header()
            if size < 0:
                open_ += 1
                if open_ > _DEPTH:
                    self.fail("nested too deep")
            else:
                yield from self.pass_over(size)

    def pass_over(self, size):
        """Generator: pass `size` octets."""
        while size:
            if self.pos == self.end and not (yield from self.more()):
                self.fail("element is cut off")
            take = min(size, self.end - self.pos)
            self.pos += take
            size -= take

    def collect(self, limit):
        """Generator: return the next element whole, a bytearray of at most `limit` (< 65536)."""
        out = bytearray()
        open_ = 0
        while True:
            if open_ and (yield from self.peek()) == 0:
                out.append((yield from self.byte()))
                out.append((yield from self.byte()))
                if out[-1]:
                    self.fail("malformed end of contents")
                open_ -= 1
            else:
                tag, size = yield from self.header()
                out.append(tag)
                if size < 0:
                    out.append(0x80)
                    open_ += 1
                else:
                    if size > limit - len(out):
                        self.fail("element too large", "too-large")
                    # minimal, whatever it was: DER stays DER
                    if size >= 0x80:
                        out.append(0x81 if size < 0x100 else 0x82)
                        if size >= 0x100:
                            out.append(size >> 8)
                    out.append(size & 0xFF)
                    for _ in range(size):
                        out.append((yield from self.byte()))
            if len(out) > limit or open_ > _DEPTH:
                self.fail("element too large", "too-large")
            if not open_:
                return out

    def drain(self):
        """Generator: read to the end of the stream."""
        self.pos = self.end
        while (yield from self.more()):
            self.pos = self.end

    def fail(self, message, code="asn1"):
        """Raise DerError with the offset in the stream as evidence."""
        raise DerError(message, self.shift + self.pos, code)

    def _window(self, buf, start, end):
        """Show the next octets of the stream."""
        self.shift += self.pos - start
        self.buf = buf
        self.pos = start
        self.end = end
