"""An HTTP response, read octet by octet as it arrives: an incremental parser with limits.

For http.py.  RFC 9112 (HTTP/1.1 messages); it holds no connection and never waits.
"""

from errors import Error
from scep import const, http_date

_LINE = const(1024)  # octets kept of one line: the fields that are read are shorter
_HEADER = const(16384)  # octets of all header lines together, trailers and 1xx responses included
_FIELDS = const(128)  # header lines
_INFORMATIONAL = const(8)  # 1xx responses before the real one
_EXCERPT = const(256)  # octets kept of the body of a refusal

_STATUS_LINE = const(0)
_HEADERS = const(1)
_LENGTH = const(2)  # a body of known length
_CLOSE = const(3)  # a body that ends with the connection
_CHUNK_SIZE = const(4)
_CHUNK = const(5)
_CHUNK_END = const(6)
_TRAILER = const(7)
_DONE = const(8)


class HttpError(Error):
    """What answered is not usable: `http-format`, `http-status`, `too-large`.

    evidence: for http-status a dict: `status` int, `text` str (an excerpt of the body),
    `retry_after` int seconds or None, `retry_at` int seconds since 1970 or None, `server` str or
    None.
    """


class Response:
    """A response while it arrives, and when it is whole.

    status: int, 0 until the status line is read; body: bytearray, empty where a sink took it or
    the status is not 200; excerpt: bytes, the first octets of any other body; content_type,
    location, server: str or None; retry_after: int seconds or None; retry_at: the moment that a
    Retry-After names (int seconds since 1970), None where it does not.  Where the server says
    what time it has, a moment is a wait, too: a set's own clock may be wrong, or not be set.

    Invariant: at most `limit` octets of body and 16 KiB of header are ever taken.
    """

    def __init__(self, limit, sink=None):
        """Expect a response.

        limit: int, the largest body taken; sink: None, or a function (buffer, start, stop)
        that is called with each piece of a 200's body, valid during the call only.
        """
        self.status = 0
        self.body = bytearray()
        self.excerpt = b""
        self.content_type = None
        self.location = None
        self.server = None
        self.retry_after = None
        self.retry_at = None
        self._date = None  # the server's time
        self.size = 0  # octets of body so far
        self._limit = limit
        self.sink = sink
        self._state = _STATUS_LINE
        self._line = bytearray()
        self._cut = False  # the line is longer than what is kept of it
        self._header = 0
        self._fields = 0
        self._informational = 0
        self._left = -1  # octets that the body or chunk still has
        self._length = -1
        self._chunked = False
        self._whole = False  # `body` was allocated for its known length

    def done(self):
        """Tell whether the response is whole."""
        return self._state == _DONE

    def feed(self, view, size):
        """Take octets that arrived, where the body is collected.

        view: memoryview of the receive buffer; size: int, how many of it are valid.  What comes
        after the end of the response is ignored.  Raises HttpError.
        """
        at = 0
        while at < size and not self.done():
            start, at = self.step(view, at, size)
            if self.streams() and at > start:
                self.sink(view, start, at)

    def streams(self):
        """Tell whether pieces of the body go to the sink."""
        return self.sink is not None and self.status == 200

    def step(self, view, at, size):
        """Take the octets view[at:size] up to the end of a piece of the body.

        Returns (start, stop): view[start:stop] is a piece of the body, empty where only header
        or framing came; go on at stop.  Raises HttpError.
        """
        while at < size and self._state != _DONE:
            if self._state not in (_LENGTH, _CLOSE, _CHUNK):
                self._octet(view[at])
                at += 1
                continue
            take = size - at
            if self._state != _CLOSE:
                take = min(take, self._left)
                self._left -= take
            self._take(view, at, at + take)
            if self._state != _CLOSE and not self._left:
                self._state = _DONE if self._state == _LENGTH else _CHUNK_END
            return at, at + take
        return at, at

    def finish(self):
        """Note the end of the stream.  Raises HttpError where the response is not whole."""
        if self._state == _CLOSE:
            self._state = _DONE
        if self._state == _DONE:
            return
        if self.status == 0 and not self._header:
            raise HttpError("http-format", "the server closed the connection without an answer")
        raise HttpError(
            "http-format",
            "the answer was cut off after %d octets of body" % self.size,
            {"octets": self.size},
        )

    def _octet(self, octet):
        self._header += 1
        if self._header > _HEADER:
            raise HttpError("too-large", "the header of the answer is too long", _HEADER)
        if octet != 0x0A:
            if len(self._line) < _LINE:
                self._line.append(octet)
            else:
                self._cut = True
            return
        # bytes: MicroPython's bytearray has neither find nor split
        line, cut = bytes(self._line), self._cut
        if line and line[-1] == 0x0D:
            line = line[:-1]
        self._line = bytearray()
        self._cut = False
        if self._state == _STATUS_LINE:
            self._status_line(line)
        elif self._state == _HEADERS:
            self._field(line, cut)
        elif self._state == _CHUNK_SIZE:
            self._chunk_size(line, cut)
        elif self._state == _CHUNK_END:
            if line or cut:
                raise HttpError("http-format", "a chunk is longer than announced")
            self._state = _CHUNK_SIZE
        elif not line:
            self._state = _DONE  # the empty line after the trailers

    def _status_line(self, line):
        if not line:  # RFC 9112 section 2.2: empty lines before are ignored
            return
        # HTTP/1.1 200 reason
        sane = len(line) >= 12 and line[:7] == b"HTTP/1." and line[8] == 0x20
        if not sane or not line[9:12].isdigit() or (len(line) > 12 and line[12] != 0x20):
            raise HttpError("http-format", "what answered does not speak HTTP/1", _text(line))
        self.status = int(str(line[9:12], "ascii"))
        if self.status < 100:
            raise HttpError("http-format", "no such status: %d" % self.status, self.status)
        self._state = _HEADERS

    def _field(self, line, cut):
        if not line:
            self._end_of_header()
            return
        self._fields += 1
        if self._fields > _FIELDS:
            raise HttpError("too-large", "the answer has too many header fields", _FIELDS)
        at = line.find(b":")
        if at <= 0:
            return  # a folded or damaged line; nothing that is read here is folded
        name = line[:at].lower()
        if name not in _FIELD_NAMES:
            return
        if cut:
            raise HttpError("http-format", "the header field %s is too long" % _text(name))
        value = line[at + 1 :].strip()
        if name == b"content-length":
            self._content_length(value)
        elif name == b"transfer-encoding":
            if value.lower() != b"chunked" or self._chunked:
                raise HttpError("http-format", "unknown transfer encoding", _text(value))
            self._chunked = True
        elif name == b"content-type":
            self.content_type = _text(value.split(b";")[0].strip()).lower()
        elif name == b"location":
            self.location = _text(value)
        elif name == b"server":
            self.server = _text(value)
        elif name == b"date":
            self._date = http_date.parse(_text(value))
        elif value.isdigit() and len(value) <= 9:
            self.retry_after = int(str(value, "ascii"))
        else:
            self.retry_at = http_date.parse(_text(value))

    def _content_length(self, value):
        if not value.isdigit():
            raise HttpError("http-format", "no usable Content-Length", _text(value))
        if len(value) > 18:
            raise HttpError("too-large", "the answer has more octets than fit anywhere")
        length = int(str(value, "ascii"))
        if self._length >= 0 and length != self._length:
            raise HttpError("http-format", "two Content-Length fields differ", _text(value))
        self._length = length

    def _end_of_header(self):
        if self.retry_at is not None and self._date is not None:
            self.retry_after = max(0, self.retry_at - self._date)
        if self.status < 200:
            # 1xx: another response follows [RFC 9110 section 15.2]
            self._informational += 1
            if self.status == 101 or self._informational > _INFORMATIONAL:
                raise HttpError("http-format", "unasked 1xx responses", self.status)
            self.status = 0
            self._length = -1
            self._chunked = False
            self._state = _STATUS_LINE
        elif self.status in (204, 304):
            self._state = _DONE
        elif self._chunked:
            # chunked overrides a Content-Length [RFC 9112 section 6.3]
            self._state = _CHUNK_SIZE
        elif self._length < 0:
            self._state = _CLOSE
        elif self.status == 200 and self._length > self._limit:
            raise HttpError(
                "too-large",
                "the answer has %d octets, %d are accepted" % (self._length, self._limit),
                self._length,
            )
        else:
            self._left = self._length
            self._state = _LENGTH if self._length else _DONE
            if self.status == 200 and self.sink is None:
                self.body = bytearray(self._length)
                self._whole = True

    def _chunk_size(self, line, cut):
        digits = line.split(b";")[0].strip()  # extensions are ignored
        if cut or not 0 < len(digits) <= 8 or not _is_hex(digits):
            raise HttpError("http-format", "no usable chunk size", _text(line))
        self._left = int(str(digits, "ascii"), 16)
        self._state = _CHUNK if self._left else _TRAILER
        if self._left:
            self._header = 0  # the limit is on each chunk's own line

    def _take(self, view, start, stop):
        size = self.size
        self.size += stop - start
        if self.status != 200:
            if len(self.excerpt) < _EXCERPT:
                self.excerpt = (self.excerpt + bytes(view[start:stop]))[:_EXCERPT]
            if self.size > 65536:
                self._state = _DONE  # a refusal needs no more text
            return
        if self.size > self._limit:
            raise HttpError(
                "too-large", "the answer has more than %d octets" % self._limit, self._limit
            )
        if self.sink is not None:
            return
        if self._whole:
            self.body[size : self.size] = view[start:stop]
        else:
            self.body.extend(view[start:stop])


_FIELD_NAMES = (
    b"content-length",
    b"transfer-encoding",
    b"content-type",
    b"location",
    b"server",
    b"date",
    b"retry-after",
)


def excerpt_text(octets):
    """Return bytes-like text of unknown origin as str: printable ASCII, the rest as '.'."""
    return _text(octets)


def _text(octets):
    return "".join([chr(o) if 32 <= o < 127 else "." for o in octets[:_LINE]])


def _is_hex(digits):
    return all(digit in b"0123456789abcdefABCDEF" for digit in digits)
