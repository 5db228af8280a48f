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

    outer = r.open(SEQUENCE)              # the same without a new Reader, where it is hot;
    algorithm = r.oid()                   # definite lengths only
    r.close(outer)

**BER mode** allows on top of DER: indefinite lengths, lengths that are not minimal (up to four
bytes), constructed OCTET STRING (`octet_string` joins it, `chunks` yields its pieces without a
copy), any non-zero BOOLEAN, integers with too many leading bytes. Both modes refuse tags above 30,
lengths above four bytes or past the enclosing element, and stop at MAX_DEPTH and MAX_ELEMENTS.
"""

from scep import asn1time
from scep.reader import MAX_DEPTH, MAX_ELEMENTS, DerError, Reader  # noqa: F401
from scep.tags import (  # noqa: F401
    BIT_STRING,
    BMP_STRING,
    BOOLEAN,
    CONSTRUCTED,
    CONTEXT,
    CONTEXT_C,
    ENUMERATED,
    GENERALIZED_TIME,
    IA5_STRING,
    INTEGER,
    NULL,
    NUMERIC_STRING,
    OCTET_STRING,
    OID,
    PRINTABLE_STRING,
    SEQUENCE,
    SET,
    TELETEX_STRING,
    UNIVERSAL_STRING,
    UTC_TIME,
    UTF8_STRING,
    VISIBLE_STRING,
)


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
        # insertion sort by rotation: no copy of an element, which may hold a secret, is left behind
        for i in range(1, len(starts) - 1):
            start, stop = starts[i], starts[i + 1]
            j = i
            while j and self._less(start, stop, starts[j - 1], starts[j]):
                j -= 1
            if j < i:
                at = starts[j]
                self._reverse(at, start)
                self._reverse(start, stop)
                self._reverse(at, stop)
                for k in range(i, j, -1):
                    starts[k] = starts[k - 1] + stop - start

    def wipe(self):
        """Zero the whole buffer and start over: for buffers that held a secret."""
        for i in range(len(self.buf)):
            self.buf[i] = 0
        self.pos = len(self.buf)

    def _reverse(self, start, end):
        buf = self.buf
        end -= 1
        while start < end:
            kept = buf[start]
            buf[start] = buf[end]
            buf[end] = kept
            start += 1
            end -= 1

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
