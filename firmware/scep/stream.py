"""ASN.1 as a stream: layers that pull octets from one another, in a few fixed buffers.

For crl_stream.py: CRLs of many megabytes.  X.690, BER and DER; RFC 5652 for what the layers are.

    Wire        what the network brings, piece by piece
    Octets      the contents of an OCTET STRING in the layer below, in one piece or in BER's many
    Decrypted   those, decrypted: a buffer of its own, in which elements stand whole
    Copied      the same without a cipher, for a CRL that comes bare

Every call that may need more octets is a generator.  It yields True where it waits for the
network and None between the steps of long work; its value comes by `yield from`.
"""

import scepcore
from scep.cms_algorithms import padding, undecryptable
from scep.der import CONSTRUCTED, OCTET_STRING
from scep.pull import Layer

BUFFER = 2048  # octets in which an element (a CRL's entry, its issuer, its signature) must fit


class Wire(Layer):
    """What the network brings; `feed` and `close` are called while `more` waits."""

    def __init__(self):
        """Begin with nothing."""
        Layer.__init__(self)
        self._closed = False

    def feed(self, buf, start, end):
        """Show the next piece; it must stay until the parser waits again."""
        self._window(buf, start, end)

    def close(self):
        """Note the end of the stream."""
        self._closed = True

    def more(self):
        """Generator: yields True until a piece has come; False at the end."""
        while self.pos == self.end:
            if self._closed:
                return False
            yield True
        return True


class Octets(Layer):
    """The contents of an OCTET STRING of the layer below, without a copy.

    hashes: list of scepcore.hash objects that see every octet.
    """

    def __init__(self, below, hashes=()):
        """below: Layer, at the string's first octet (see `open`)."""
        Layer.__init__(self)
        self._below = below
        self._hashes = hashes
        self._left = 0
        self._depth = 0

    def open(self, tag=OCTET_STRING):
        """Generator: take the string's header; tag: its primitive form."""
        below = self._below
        if (yield from below.peek()) == tag | CONSTRUCTED:
            yield from below.enter(tag | CONSTRUCTED)
            self._depth = 1
            return
        found, self._left = yield from below.header()
        if found != tag:
            below.fail("tag 0x%02x where 0x%02x belongs" % (found, tag))

    def more(self):
        """Generator: show what is left of the piece, or the next one."""
        below = self._below
        while not self._left:
            if not self._depth:
                return False
            tag = yield from below.next_tag()
            if tag < 0:
                yield from below.leave()
                self._depth -= 1
            elif tag == OCTET_STRING | CONSTRUCTED:
                yield from below.enter(tag)
                self._depth += 1
            else:
                found, self._left = yield from below.header()
                if found != OCTET_STRING:
                    below.fail("an OCTET STRING with something else in it")
        if below.pos == below.end and not (yield from below.more()):
            below.fail("element is cut off")
        take = min(self._left, below.end - below.pos)
        self._window(below.buf, below.pos, below.pos + take)
        below.pos += take
        self._left -= take
        if self._hashes:
            view = memoryview(self.buf)[self.pos : self.end]
            for hashed in self._hashes:
                hashed.update(view)
        return True


class Copied(Layer):
    """The layer below, in a buffer of its own in which elements can stand whole.

    Invariants: buf[pos:end] is ready, buf[end:_raw] came but is not ready; octets from `_kept`
    on, where that is not -1, are still to be hashed.
    """

    def __init__(self, below):
        """below: Layer."""
        Layer.__init__(self)
        self._below = below
        self.buf = bytearray(BUFFER)
        self._view = memoryview(self.buf)
        self._raw = 0
        self._kept = -1
        self._hash = None

    def ensure(self, count):
        """Generator: have `count` octets in one piece; return how many there are at the end.

        Raises DerError("too-large") for more than BUFFER.
        """
        while self.end - self.pos < count:
            self._compact()
            if self._raw == len(self.buf):
                self.fail("element too large", "too-large")
            if not (yield from self._fill()):
                break
        return self.end - self.pos

    def element(self):
        """Generator: have the next element (DER) whole in the buffer; return its total size."""
        size = 2
        if (yield from self.ensure(2)) < 2:
            self.fail("element is cut off")
        length = self.buf[self.pos + 1]
        if length >= 0x80:
            count = length & 0x7F
            if not 0 < count <= 4:
                self.fail("length of %d bytes" % count)
            if (yield from self.ensure(2 + count)) < 2 + count:
                self.fail("element is cut off")
            length = 0
            for i in range(count):
                length = length << 8 | self.buf[self.pos + 2 + i]
            size += count
        size += length
        if (yield from self.ensure(size)) < size:
            self.fail("element is cut off")
        return size

    def more(self):
        """Generator: bring at least one octet."""
        return (yield from self.ensure(1)) > 0

    def keep(self):
        """Begin to hash from here on; until `hash_by` all is kept in the buffer."""
        self._kept = self.pos

    def hash_by(self, name):
        """Hash by this algorithm what was kept and what follows."""
        self._hash = scepcore.hash(name)

    def digest(self):
        """End the hashed part here; return its digest (bytes)."""
        self._hash.update(self._view[self._kept : self.pos])
        self._kept = -1
        return self._hash.digest()

    def _compact(self):
        """Move what is not read yet to the start of the buffer."""
        start = self.pos
        if self._kept >= 0:
            if self._hash is None:
                start = self._kept
            else:
                self._hash.update(self._view[self._kept : self.pos])
                self._kept = 0
        if start:
            self._view[: self._raw - start] = self._view[start : self._raw]
            self.pos -= start
            self.end -= start
            self._raw -= start
            self.shift += start
            if self._hash is None and self._kept >= 0:
                self._kept -= start

    def _take(self):
        """Generator: append what the layer below has; False at its end."""
        below = self._below
        if below.pos == below.end and not (yield from below.more()):
            return False
        take = min(below.end - below.pos, len(self.buf) - self._raw)
        self._view[self._raw : self._raw + take] = memoryview(below.buf)[
            below.pos : below.pos + take
        ]
        below.pos += take
        self._raw += take
        return True

    def _fill(self):
        """Generator: make more octets ready; False at the end."""
        came = yield from self._take()
        self.end = self._raw
        return came


class Decrypted(Copied):
    """The layer below, decrypted; the last block is held back until its padding is checked."""

    def __init__(self, below, cipher, block):
        """cipher: scepcore.cipher object, of block size `block`."""
        Copied.__init__(self, below)
        self._cipher = cipher
        self._block = block
        self._done = False

    def _fill(self):
        if self._done:
            return False
        came = yield from self._take()
        block = self._block
        held = self._raw - self.end
        # all whole blocks but the last octets, which may be the padding's block
        whole = (held - 1) // block * block if came else held
        if not came:
            self._done = True
            if held != block:
                raise undecryptable()
        if whole > 0:
            piece = self._view[self.end : self.end + whole]
            self._cipher.update_into(piece, piece)
            self.end += whole
        if not came:
            self._cipher.wipe()
            self.end -= padding(self._view[self.end - block : self.end], block)
            self._raw = self.end
        return came or self.end > self.pos
