"""DER: a backward-writing encoder into one buffer, and a zero-copy reader with a BER mode.

For every structure of this package (X.509, PKCS #10, CMS, CRL, OCSP).
X.690; the clause stands in brackets where a rule comes from it.

**Encoder.** Written right to left: the last field of a SEQUENCE first, then the SEQUENCE around
it with `wrap`. Lengths are known when they are needed; nothing is built twice:

    e = Encoder(bytearray(512))           # the caller owns (and may wipe) the buffer
    end = e.pos                           # AlgorithmIdentifier ::= SEQUENCE {
    e.null()                              #   parameters  NULL,
    e.oid(oid.SHA256)                     #   algorithm   OBJECT IDENTIFIER }   <- read upwards
    e.wrap(SEQUENCE, end)
    e.view()                              # memoryview of what stands in the buffer so far

**Reader.** A cursor over one memoryview: each call takes the next element and moves on, so that
parsing code reads like the ASN.1. Contents come as memoryview slices of the caller's buffer.

    r = Reader(data)                      # strict DER; Reader(data, ber=True) for CMS answers
    seq = r.enter(SEQUENCE)               # a Reader over the contents; r stands behind it
    algorithm = seq.oid()                 # bytes: the OID's contents, as in module `oid`
    if seq.peek() == NULL: seq.null()
    seq.finish()                          # raises if anything is left

**BER mode** allows on top of DER: indefinite lengths, lengths that are not minimal (up to four
bytes), constructed OCTET STRING (`octet_string` joins it, `chunks` yields its pieces without a
copy), any non-zero BOOLEAN, integers with too many leading bytes. Both modes refuse tags above 30,
lengths above four bytes or past the enclosing element, and stop at MAX_DEPTH and MAX_ELEMENTS.
"""

from errors import Error
from scep import asn1time

# universal tags as they stand in the identifier octet (X.690 8.1.2); SEQUENCE and SET constructed
BOOLEAN = 0x01
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
NULL = 0x05
OID = 0x06
ENUMERATED = 0x0A
UTF8_STRING = 0x0C
NUMERIC_STRING = 0x12
PRINTABLE_STRING = 0x13
TELETEX_STRING = 0x14
IA5_STRING = 0x16
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
VISIBLE_STRING = 0x1A
UNIVERSAL_STRING = 0x1C
BMP_STRING = 0x1E
SEQUENCE = 0x30
SET = 0x31
CONSTRUCTED = 0x20
# context-specific tag [n]: CONTEXT | n primitive, CONTEXT_C | n constructed (and all EXPLICIT ones)
CONTEXT = 0x80
CONTEXT_C = 0xA0

# the deepest structure met: CMS in CMS with names in extensions, under 20
MAX_DEPTH = 32
# elements of one SEQUENCE or SET; a CRL's entry list sets its own limit
MAX_ELEMENTS = 2048


class DerError(Error):
    """The bytes are not the ASN.1 that was expected; evidence is the offset in the buffer."""

    def __init__(self, message, evidence=None, code="asn1"):
        """Keep message and offset; the code is `asn1` unless another one is given."""
        Error.__init__(self, code, message, evidence)


class Encoder:
    """Writes DER from the end of a caller-owned buffer towards its start.

    Invariant: buf[pos:] holds complete elements, buf[:pos] is free.
    Every method prepends; DerError(code `memory`) if the buffer is full.
    """

    def __init__(self, buf):
        """buf: bytearray or writable memoryview; its former contents are overwritten."""
        self.buf = buf if isinstance(buf, memoryview) else memoryview(buf)
        self.pos = len(buf)

    def view(self, end=None):
        """Return a memoryview of what was written (up to `end`, an earlier value of pos)."""
        return self.buf[self.pos : len(self.buf) if end is None else end]

    def reserve(self, size):
        """Prepend `size` bytes for the caller to fill; return them as a memoryview."""
        self._down(size)
        return self.buf[self.pos : self.pos + size]

    def byte(self, value):
        """Prepend one byte."""
        self._down(1)
        self.buf[self.pos] = value

    def raw(self, data):
        """Prepend bytes-like data as it is: an element already encoded, or contents."""
        size = len(data)
        self._down(size)
        self.buf[self.pos : self.pos + size] = data

    def wrap(self, tag, end):
        """Make what was written since pos was `end` the contents of an element `tag`."""
        size = end - self.pos
        if size < 0x80:
            self.byte(size)
        else:
            count = 0
            while size:
                self.byte(size & 0xFF)
                size >>= 8
                count += 1
            self.byte(0x80 | count)
        self.byte(tag)

    def tlv(self, tag, data):
        """Prepend an element with the given contents (bytes-like)."""
        end = self.pos
        self.raw(data)
        self.wrap(tag, end)

    def boolean(self, value, tag=BOOLEAN):
        """Prepend a BOOLEAN [11.1]."""
        self.tlv(tag, b"\xff" if value else b"\x00")

    def integer(self, value, tag=INTEGER):
        """Prepend an INTEGER [8.3]: an int >= 0, or bytes-like unsigned big-endian."""
        end = self.pos
        if isinstance(value, int):
            if value < 0:
                raise DerError("negative INTEGER", code="internal")
            while True:
                self.byte(value & 0xFF)
                value >>= 8
                if not value:
                    break
        else:
            start = 0
            while start < len(value) and value[start] == 0:
                start += 1
            self.raw(memoryview(value)[start:] if start else value)
        if self.pos == end or self.buf[self.pos] & 0x80:
            self.byte(0)
        self.wrap(tag, end)

    def enumerated(self, value):
        """Prepend an ENUMERATED, an int >= 0."""
        self.integer(value, ENUMERATED)

    def null(self):
        """Prepend NULL."""
        self.tlv(NULL, b"")

    def oid(self, body):
        """Prepend an OBJECT IDENTIFIER from its contents, a constant of module `oid`."""
        self.tlv(OID, body)

    def octet_string(self, data, tag=OCTET_STRING):
        """Prepend an OCTET STRING."""
        self.tlv(tag, data)

    def bit_string(self, data):
        """Prepend a BIT STRING of whole bytes."""
        end = self.pos
        self.raw(data)
        self.wrap_bits(end)

    def wrap_bits(self, end):
        """Make what was written since pos was `end` the contents of a BIT STRING."""
        self.byte(0)
        self.wrap(BIT_STRING, end)

    def named_bits(self, bits, tag=BIT_STRING):
        """Prepend a NamedBitList [11.2.2]: int with 1 << n for named bit n; no trailing zeros."""
        end = self.pos
        count = 0
        while bits >> count:
            count += 1
        for start in range((count - 1) // 8 * 8, -1, -8):
            value = 0
            for n in range(8):
                if bits >> (start + n) & 1:
                    value |= 0x80 >> n
            self.byte(value)
        self.byte(-count % 8)
        self.wrap(tag, end)

    def time(self, time):
        """Prepend a Time (RFC 5280 4.1.2.5) from int seconds since 1970: UTCTime until 2049."""
        generalized = not -631152000 <= time < asn1time.UTC_TIME_END
        self.tlv(GENERALIZED_TIME if generalized else UTC_TIME, asn1time.form(time, generalized))

    def generalized_time(self, time):
        """Prepend a GeneralizedTime from int seconds since 1970."""
        self.tlv(GENERALIZED_TIME, asn1time.form(time, True))

    def sort(self, end):
        """Put the elements since pos was `end` into the order of a SET OF [11.6], in place."""
        reader = Reader(self.buf, self.pos, end)
        starts = []
        while not reader.empty():
            starts.append(reader.pos)
            reader.skip()
        starts.append(end)
        # insertion sort: one element at a time is copied aside
        for i in range(1, len(starts) - 1):
            start, stop = starts[i], starts[i + 1]
            j = i
            while j and self._less(start, stop, starts[j - 1], starts[j]):
                j -= 1
            if j < i:
                moved = bytes(self.buf[start:stop])
                at = starts[j]
                self.buf[at + len(moved) : stop] = bytes(self.buf[at:start])
                self.buf[at : at + len(moved)] = moved
                for k in range(i, j, -1):
                    starts[k] = starts[k - 1] + len(moved)

    def wipe(self):
        """Zero the whole buffer and start over: for buffers that held a secret."""
        for i in range(len(self.buf)):
            self.buf[i] = 0
        self.pos = len(self.buf)

    def _less(self, a, a_end, b, b_end):
        """Compare two encodings byte by byte; the shorter one counts as padded with zeros."""
        while a < a_end and b < b_end:
            if self.buf[a] != self.buf[b]:
                return self.buf[a] < self.buf[b]
            a += 1
            b += 1
        return a == a_end and b < b_end

    def _down(self, size):
        if size > self.pos:
            raise DerError("the encoder's buffer is too small", len(self.buf), "memory")
        self.pos -= size


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
            self._fail("more elements than expected")

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
            self._fail("nested too deep")
        return Reader(self.buf, self.at, self.to, self.ber, self.depth - 1, limit)

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
            self._fail("malformed BOOLEAN")
        return value != 0

    def integer(self, tag=INTEGER):
        """Return an INTEGER as int, negative ones too; at most 1 KiB long."""
        body = self.integer_body(tag)
        if len(body) > 1024:
            self._fail("INTEGER too long")
        value = int.from_bytes(body, "big")
        return value - (1 << 8 * len(body)) if body[0] & 0x80 else value

    def integer_body(self, tag=INTEGER):
        """Return an INTEGER's contents (two's complement, big-endian) as a memoryview [8.3]."""
        self._next(tag)
        at = self.at
        if at == self.to:
            self._fail("empty INTEGER")
        if self.to - at > 1 and not self.ber:
            # the first nine bits are not all equal [8.3.2]
            first, high = self.buf[at], self.buf[at + 1] & 0x80
            if (first == 0 and not high) or (first == 0xFF and high):
                self._fail("INTEGER is not minimal")
        return self.buf[at : self.to]

    def unsigned(self, tag=INTEGER):
        """Return a positive INTEGER as a memoryview, unsigned, big-endian, no leading zero."""
        body = self.integer_body(tag)
        if body[0] & 0x80:
            self._fail("negative INTEGER")
        at = self.at
        while at < self.to - 1 and self.buf[at] == 0:
            at += 1
        return self.buf[at : self.to]

    def enumerated(self):
        """Return an ENUMERATED as int."""
        return self.integer(ENUMERATED)

    def null(self):
        """Read NULL."""
        self._next(NULL)
        if self.at != self.to:
            self._fail("NULL with contents")

    def oid(self, tag=OID):
        """Return an OBJECT IDENTIFIER's contents as bytes, to compare with module `oid` [8.19]."""
        self._next(tag)
        fresh = True
        for i in range(self.at, self.to):
            if fresh and self.buf[i] == 0x80:
                self._fail("OBJECT IDENTIFIER is not minimal")
            fresh = self.buf[i] < 0x80
        if self.at == self.to or not fresh or self.to - self.at > 128:
            self._fail("malformed OBJECT IDENTIFIER")
        return bytes(self.buf[self.at : self.to])

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
                # the pieces are OCTET STRINGs whatever the tag around them is [8.7.3]
                yield from pieces.chunks(OCTET_STRING)

    def bit_string(self, tag=BIT_STRING):
        """Return a BIT STRING of whole bytes (a key, a signature) as a memoryview."""
        self._next(tag)
        if self.at == self.to or self.buf[self.at]:
            self._fail("BIT STRING is not made of whole bytes")
        return self.buf[self.at + 1 : self.to]

    def named_bits(self, tag=BIT_STRING):
        """Return a NamedBitList of up to 32 bits as int, 1 << n for named bit n.

        Trailing zero bits [11.2.2] are read too: CAs in the field write them.
        """
        self._next(tag)
        size = self.to - self.at
        unused = self.buf[self.at] if size else 8
        if not 1 <= size <= 5 or unused > 7 or (size == 1 and unused):
            self._fail("malformed BIT STRING")
        if size > 1 and self.buf[self.to - 1] & ((1 << unused) - 1):
            self._fail("BIT STRING with unused bits set")
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

    def _time(self, tag):
        body = self.body(tag)
        try:
            return asn1time.parse(body, tag == GENERALIZED_TIME)
        except ValueError as error:
            self._fail(str(error))

    def _chunks_size(self, tag):
        probe = Reader(self.buf, self.pos, self.end, True, self.depth)
        size = 0
        for chunk in probe.chunks(tag):
            size += len(chunk)
        return size

    def _next(self, tag):
        """Check the next header, set at and to, and move past the element."""
        pos = self.pos
        if pos + 2 > self.end:
            self._fail("element is cut off")
        found = self.buf[pos]
        if tag is not None and found != tag:
            self._fail("tag 0x%02x where 0x%02x belongs" % (found, tag))
        self.limit -= 1
        if self.limit < 0:
            self._fail("too many elements")
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
            self._fail("element is cut off")
        if buf[pos] & 0x1F == 0x1F or not buf[pos]:
            self._fail("unknown tag")
        size = buf[pos + 1]
        at = pos + 2
        if size == 0x80:
            if not self.ber or not buf[pos] & CONSTRUCTED:
                self._fail("indefinite length")
            self.at = at
            return -1
        if size > 0x80:
            count = size & 0x7F
            if count > 4 or at + count > end:
                self._fail("length of %d bytes" % count)
            size = 0
            for i in range(at, at + count):
                size = size << 8 | buf[i]
            if not self.ber and (size < 0x80 or not buf[at]):
                self._fail("length is not minimal")
            at += count
        if size > end - at:
            self._fail("element longer than what holds it")
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
                    self._fail("nested too deep")
                stop = probe.at
            probe.pos = stop

    def _fail(self, message):
        raise DerError(message, self.pos)
