"""The zero-copy DER reader with its BER mode: see module `der`, which hands it on.

For module `der`; a cursor over one memoryview.
X.690; the clause stands in brackets where a rule comes from it.
"""

from errors import Error
from scep import asn1time
from scep.tags import (
    BIT_STRING,
    BOOLEAN,
    CONSTRUCTED,
    GENERALIZED_TIME,
    INTEGER,
    NULL,
    OCTET_STRING,
    OID,
    SEQUENCE,
    UTC_TIME,
)

# the deepest structure met: CMS in CMS with names in extensions, under 20
MAX_DEPTH = 32
# elements of one SEQUENCE or SET; a CRL's entry list sets its own limit
MAX_ELEMENTS = 2048


class DerError(Error):
    """The bytes are not the ASN.1 that was expected; evidence is the offset in the buffer."""

    def __init__(self, message, evidence=None, code="asn1"):
        """Keep message and offset; the code is `asn1` unless another one is given."""
        super().__init__(code, message, evidence)


class Reader:
    """A cursor over the elements of buf[pos:end]; every failure is a DerError.

    Invariant: pos is the start of an element or equals end; at and to bound the contents of the
    element read last.
    """

    def __init__(self, data, start=0, end=None, ber=False, depth=MAX_DEPTH, limit=MAX_ELEMENTS):
        """data: bytes-like; start, end: offsets in it; limit: elements that may be read."""
        self.buf = data if isinstance(data, memoryview) else memoryview(data)
        self.pos = self.at = self.to = start
        self.end = len(data) if end is None else end
        self.ber = ber
        self.depth = depth
        self.limit = limit

    def empty(self):
        """Return whether all elements are read."""
        return self.pos >= self.end

    def finish(self):
        """Raise if an element is left."""
        if self.pos != self.end:
            self.fail("more elements than expected")

    def peek(self):
        """Return the identifier octet of the next element, -1 at the end."""
        return self.buf[self.pos] if self.pos < self.end else -1

    def skip(self, tag=None):
        """Move past the next element; any, or one with the given tag."""
        self._next(tag)

    def maybe_skip(self, tag):
        """Move past the next element if its tag is `tag`; return whether it was."""
        if self.peek() != tag:
            return False
        self._next(tag)
        return True

    def enter(self, tag=SEQUENCE, limit=MAX_ELEMENTS):
        """Return a Reader over the contents of the next element, which is constructed."""
        self._next(tag)
        if not self.depth:
            self.fail("nested too deep")
        return Reader(self.buf, self.at, self.to, self.ber, self.depth - 1, limit)

    def open(self, tag=SEQUENCE):
        """Go into the next element with this very Reader; return what close() takes.

        For definite lengths only. It costs a fraction of enter(), which makes a new Reader.
        """
        self._next(tag)
        if self.pos != self.to:
            self.fail("indefinite length")
        outer = self.end
        self.pos, self.end = self.at, self.to
        return outer

    def close(self, outer):
        """Leave the element that open() went into; raise if an element is left in it."""
        if self.pos != self.end:
            self.fail("more elements than expected")
        self.end = outer

    def maybe_enter(self, tag):
        """Return enter(tag) if the next element has this tag, else None."""
        return self.enter(tag) if self.peek() == tag else None

    def body(self, tag=None):
        """Return the contents of the next element as a memoryview."""
        self._next(tag)
        return self.buf[self.at : self.to]

    def tlv(self, tag=None):
        """Return the whole next element, identifier and length included, as a memoryview."""
        start = self.pos
        self._next(tag)
        return self.buf[start : self.pos]

    def since(self, start):
        """Return a memoryview from an earlier value of pos to here."""
        return self.buf[start : self.pos]

    def boolean(self, tag=BOOLEAN):
        """Return a BOOLEAN; in DER true is 0xFF [11.1]."""
        self._next(tag)
        value = self.buf[self.at] if self.to - self.at == 1 else -1
        if value != 0 and (value != 0xFF and not self.ber or value < 0):
            self.fail("malformed BOOLEAN")
        return value != 0

    def integer(self, tag=INTEGER):
        """Return an INTEGER as int, negative ones too; at most 1 KiB long."""
        body = self.integer_body(tag)
        if len(body) > 1024:
            self.fail("INTEGER too long")
        value = int.from_bytes(body, "big")
        return value - (1 << 8 * len(body)) if body[0] & 0x80 else value

    def integer_body(self, tag=INTEGER):
        """Return an INTEGER's contents (two's complement, big-endian) as a memoryview [8.3]."""
        self._next(tag)
        at = self.at
        if at == self.to:
            self.fail("empty INTEGER")
        if self.to - at > 1 and not self.ber:
            # the first nine bits are not all equal [8.3.2]
            first, high = self.buf[at], self.buf[at + 1] & 0x80
            if (first == 0 and not high) or (first == 0xFF and high):
                self.fail("INTEGER is not minimal")
        return self.buf[at : self.to]

    def unsigned(self, tag=INTEGER):
        """Return a positive INTEGER as a memoryview, unsigned, big-endian, no leading zero."""
        body = self.integer_body(tag)
        if body[0] & 0x80:
            self.fail("negative INTEGER")
        at = self.at
        while at < self.to - 1 and self.buf[at] == 0:
            at += 1
        return self.buf[at : self.to]

    def null(self):
        """Read NULL."""
        self._next(NULL)
        if self.at != self.to:
            self.fail("NULL with contents")

    def oid(self, tag=OID):
        """Return an OBJECT IDENTIFIER's contents as bytes, to compare with module `oid` [8.19]."""
        self._next(tag)
        body = bytes(self.buf[self.at : self.to])
        fresh = True
        for c in body:
            if c >= 0x80:
                if fresh and c == 0x80:
                    self.fail("OBJECT IDENTIFIER is not minimal")
                fresh = False
            else:
                fresh = True
        if not body or not fresh or len(body) > 128:
            self.fail("malformed OBJECT IDENTIFIER")
        return body

    def octet_string(self, tag=OCTET_STRING):
        """Return an OCTET STRING: a memoryview, or a bytearray joined from BER's pieces.

        tag: the primitive form of the tag (CONTEXT | n for an IMPLICIT one).
        """
        if not self.ber or self.peek() != tag | CONSTRUCTED:
            return self.body(tag)
        joined = bytearray(self._chunks_size(tag))
        at = 0
        for chunk in self.chunks(tag):
            joined[at : at + len(chunk)] = chunk
            at += len(chunk)
        return joined

    def chunks(self, tag=OCTET_STRING):
        """Yield the pieces of an OCTET STRING as memoryviews; run to its end before reading on."""
        if not self.ber or self.peek() != tag | CONSTRUCTED:
            yield self.body(tag)
        else:
            pieces = self.enter(tag | CONSTRUCTED, limit=1 << 20)
            while not pieces.empty():
                # the pieces are OCTET STRINGs whatever the tag around them is [8.7.3]; a generator
                # is made for nested ones only: hundreds of pieces would cut up a small heap
                if pieces.peek() == OCTET_STRING:
                    yield pieces.body(OCTET_STRING)
                else:
                    yield from pieces.chunks(OCTET_STRING)

    def bit_string(self, tag=BIT_STRING):
        """Return a BIT STRING of whole bytes (a key, a signature) as a memoryview."""
        self._next(tag)
        if self.at == self.to or self.buf[self.at]:
            self.fail("BIT STRING is not made of whole bytes")
        return self.buf[self.at + 1 : self.to]

    def bits(self, tag=BIT_STRING):
        """Read a BIT STRING of any bits: they stand from at + 1 up to `to`, unused ones are 0."""
        self._next(tag)
        size = self.to - self.at
        unused = self.buf[self.at] if size else 8
        if unused > 7 or (size == 1 and unused):
            self.fail("malformed BIT STRING")
        if size > 1 and self.buf[self.to - 1] & ((1 << unused) - 1):
            self.fail("BIT STRING with unused bits set")

    def named_bits(self, tag=BIT_STRING):
        """Return a NamedBitList of up to 32 bits as int, 1 << n for named bit n.

        Trailing zero bits [11.2.2] are read too: CAs in the field write them.
        """
        self.bits(tag)
        size = self.to - self.at
        if size > 5:
            self.fail("too many named bits")
        bits = 0
        for i in range((size - 1) * 8):
            if self.buf[self.at + 1 + i // 8] & (0x80 >> i % 8):
                bits |= 1 << i
        return bits

    def time(self):
        """Return a Time, UTCTime or GeneralizedTime, as int seconds since 1970 (RFC 5280)."""
        return self._time(GENERALIZED_TIME if self.peek() == GENERALIZED_TIME else UTC_TIME)

    def generalized_time(self):
        """Return a GeneralizedTime as int seconds since 1970."""
        return self._time(GENERALIZED_TIME)

    def fail(self, message):
        """Raise DerError at this place: for the callers' own rules too."""
        raise DerError(message, self.pos)

    def _time(self, tag):
        body = self.body(tag)
        try:
            return asn1time.parse(body, tag == GENERALIZED_TIME)
        except ValueError as error:
            self.fail(str(error))

    def _chunks_size(self, tag):
        probe = Reader(self.buf, self.pos, self.end, True, self.depth)
        size = 0
        for chunk in probe.chunks(tag):
            size += len(chunk)
        return size

    def _next(self, tag):
        """Check the next header, set at and to, and move past the element."""
        buf, pos, end = self.buf, self.pos, self.end
        if pos + 2 > end:
            self.fail("element is cut off")
        found = buf[pos]
        if found != tag and tag is not None:
            self.fail("tag 0x%02x where 0x%02x belongs" % (found, tag))
        self.limit -= 1
        if self.limit < 0:
            self.fail("too many elements")
        size = buf[pos + 1]
        if size < 0x80 and found & 0x1F != 0x1F and found and pos + 2 + size <= end:
            # nearly every element; the rest, and what is wrong, is for _header
            self.at = pos + 2
            self.to = self.pos = pos + 2 + size
            return
        stop = self._header()
        if stop < 0:
            stop = self._end_of_contents()
            self.to, self.pos = stop, stop + 2
        else:
            self.to = self.pos = stop

    def _header(self):
        """Check the header at pos; set at; return the contents' end, -1 if it is indefinite."""
        buf, pos, end = self.buf, self.pos, self.end
        if pos + 2 > end:
            self.fail("element is cut off")
        if buf[pos] & 0x1F == 0x1F or not buf[pos]:
            self.fail("unknown tag")
        size = buf[pos + 1]
        at = pos + 2
        if size == 0x80:
            if not self.ber or not buf[pos] & CONSTRUCTED:
                self.fail("indefinite length")
            self.at = at
            return -1
        if size > 0x80:
            count = size & 0x7F
            if count > 4 or at + count > end:
                self.fail("length of %d bytes" % count)
            size = 0
            for i in range(at, at + count):
                size = size << 8 | buf[i]
            if not self.ber and (size < 0x80 or not buf[at]):
                self.fail("length is not minimal")
            at += count
        if size > end - at:
            self.fail("element longer than what holds it")
        self.at = at
        return at + size

    def _end_of_contents(self):
        """Return where the end-of-contents octets of the indefinite element at pos stand."""
        probe = Reader(self.buf, self.at, self.end, True)
        open_ = 1
        while True:
            if probe.end - probe.pos >= 2 and not (self.buf[probe.pos] or self.buf[probe.pos + 1]):
                open_ -= 1
                if not open_:
                    return probe.pos
                probe.pos += 2
                continue
            stop = probe._header()
            if stop < 0:
                open_ += 1
                if open_ > self.depth:
                    self.fail("nested too deep")
                stop = probe.at
            probe.pos = stop
