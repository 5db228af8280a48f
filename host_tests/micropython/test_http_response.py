"""The HTTP response parser against well-behaved and hostile servers, at every chunking."""

from scep import http_date
from scep.http_response import HttpError, Response

OK = b"HTTP/1.1 200 OK\r\n"

# (name, octets, expected: (status, body) or a code); the connection ends after the octets
ROWS = (
    ("content-length", OK + b"Content-Length: 5\r\n\r\nhello", (200, b"hello")),
    (
        "more than the length is ignored",
        OK + b"content-length:5\r\n\r\nhelloworld",
        (200, b"hello"),
    ),
    (
        "same length twice",
        OK + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        (200, b"hello"),
    ),
    ("close-delimited", OK + b"\r\nhello", (200, b"hello")),
    ("http/1.0, bare LF", b"HTTP/1.0 200 OK\n\nhello", (200, b"hello")),
    ("no reason", b"HTTP/1.1 200\r\n\r\nx", (200, b"x")),
    ("empty body", OK + b"Content-Length: 0\r\n\r\n", (200, b"")),
    (
        "chunked",
        OK + b"Transfer-Encoding: chunked\r\n\r\n4;x=y\r\nwiki\r\nA\r\n0123456789\r\n"
        b"0\r\nTrailer: x\r\n\r\n",
        (200, b"wiki0123456789"),
    ),
    (
        "chunked wins over length",
        OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        (200, b"ab"),
    ),
    (
        "1xx first",
        b"HTTP/1.1 100 Continue\r\nContent-Length: 9\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\nx",
        (200, b"x"),
    ),
    ("empty lines first", b"\r\n\r\n" + OK + b"\r\nx", (200, b"x")),
    ("204", b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"")),
    ("500 with text", b"HTTP/1.1 500 Oops\r\n\r\nwhy", (500, b"")),
    ("nothing", b"", "http-format"),
    ("half a status line", b"HTTP/1.1 2", "http-format"),
    ("cut in the header", OK + b"Content-Le", "http-format"),
    ("cut in the body", OK + b"Content-Length: 6\r\n\r\nhello", "http-format"),
    ("cut in a chunk", OK + b"Transfer-Encoding: chunked\r\n\r\n6\r\nhello", "http-format"),
    ("no last chunk", OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "http-format"),
    ("not http", b"SSH-2.0-OpenSSH\r\n", "http-format"),
    ("http/2", b"HTTP/2.0 200 OK\r\n\r\n", "http-format"),
    ("status is no number", b"HTTP/1.1 2x0 OK\r\n\r\n", "http-format"),
    ("status too long", b"HTTP/1.1 2000 OK\r\n\r\n", "http-format"),
    ("status 000", b"HTTP/1.1 000 OK\r\n\r\n", "http-format"),
    ("negative length", OK + b"Content-Length: -1\r\n\r\n", "http-format"),
    ("length with sign", OK + b"Content-Length: +5\r\n\r\nhello", "http-format"),
    ("length of words", OK + b"Content-Length: five\r\n\r\n", "http-format"),
    ("length list", OK + b"Content-Length: 5, 5\r\n\r\nhello", "http-format"),
    ("two lengths", OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", "http-format"),
    ("length over the limit", OK + b"Content-Length: 101\r\n\r\n", "too-large"),
    ("huge length", OK + b"Content-Length: 999999999999999999\r\n\r\n", "too-large"),
    ("absurd length", OK + b"Content-Length: " + b"9" * 40 + b"\r\n\r\n", "too-large"),
    ("endless", OK + b"\r\n" + b"x" * 101, "too-large"),
    (
        "endless chunks",
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 101,
        "too-large",
    ),
    (
        "huge chunk",
        OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n" + b"x" * 101,
        "too-large",
    ),
    ("negative chunk", OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nx", "http-format"),
    (
        "chunk size too long",
        OK + b"Transfer-Encoding: chunked\r\n\r\n000000001\r\nx",
        "http-format",
    ),
    ("chunk without size", OK + b"Transfer-Encoding: chunked\r\n\r\n\r\nx", "http-format"),
    (
        "chunk longer than said",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n",
        "http-format",
    ),
    ("unknown transfer encoding", OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n", "http-format"),
    (
        "chunked twice",
        OK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "http-format",
    ),
    (
        "unknown transfer encoding over chunks",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        "http-format",
    ),
    ("status 000 and another", b"HTTP/1.1 000 OK\r\n\r\n" + OK + b"\r\nx", "http-format"),
    ("9 times 1xx first", b"HTTP/1.1 100 Continue\r\n\r\n" * 9 + OK + b"\r\nx", "http-format"),
    ("many short fields", OK + b"X:\r\n" * 129 + b"\r\nx", "too-large"),
    ("1xx for ever", b"HTTP/1.1 100 Continue\r\n\r\n" * 9, "http-format"),
    ("switching protocols", b"HTTP/1.1 101 Switching\r\n\r\n", "http-format"),
    ("header flood", OK + b"X: " + b"y" * 65536, "too-large"),
    ("10,000 headers", OK + b"X:\r\n" * 10000, "too-large"),
    ("endless status line", b"HTTP/1.1 200 " + b"y" * 65536, "too-large"),
    ("long Location", OK + b"Location: /" + b"y" * 2000 + b"\r\n\r\n", "http-format"),
    ("long foreign field", OK + b"Set-Cookie: " + b"y" * 2000 + b"\r\n\r\nx", (200, b"x")),
)


def run(octets, step, sink=None):
    response = Response(100, sink)
    try:
        for at in range(0, len(octets), step):
            piece = memoryview(octets)[at : at + step]
            response.feed(piece, len(piece))
            if response.done():
                break
        if not response.done():
            response.finish()
    except HttpError as e:
        return e.code
    return response


def test_responses_at_several_chunkings():
    for name, octets, expected in ROWS:
        for step in (1, 2, 7, 1024, 100000):
            got = run(octets, step)
            if isinstance(got, Response):
                got = (got.status, bytes(got.body))
            assert got == expected, (name, step, got)


def test_a_sink_takes_the_body_of_a_200_only():
    for step in (1, 1000):
        taken = bytearray()

        def take(view, start, stop, taken=taken):
            taken.extend(view[start:stop])

        run(OK + b"Content-Length: 5\r\n\r\nhello", step, take)
        assert taken == b"hello"
        response = run(b"HTTP/1.1 404 No\r\n\r\nhello", step, take)
        assert taken == b"hello" and response.excerpt == b"hello"


def test_fields_that_are_read():
    response = run(
        b"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nServer: Microsoft-IIS/6.0\r\n"
        b"Content-Type: Text/Plain; charset=utf-8\r\nLocation: /x\r\n\r\nlater",
        1000,
    )
    assert response.status == 503 and response.retry_after == 120
    assert response.server == "Microsoft-IIS/6.0"
    assert response.content_type == "text/plain" and response.location == "/x"


# (name, text, seconds since 1970 or None) [RFC 9110 section 5.6.7]
DATES = (
    ("IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", 784111777),
    ("RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT", 784111777),
    ("asctime", "Sun Nov  6 08:49:37 1994", 784111777),
    ("RFC 850 after 2000", "Thursday, 31-Dec-26 23:59:59 GMT", 1798761599),
    ("leap day", "Sat, 29 Feb 2048 00:00:00 GMT", 2466547200),
    ("no leap day", "Mon, 29 Feb 2047 00:00:00 GMT", None),
    ("24 o'clock", "Sun, 06 Nov 1994 24:49:37 GMT", None),
    ("no month", "Sun, 06 Nob 1994 08:49:37 GMT", None),
    ("a month between two", "Sun, 06 anF 1994 08:49:37 GMT", None),
    ("no day", "Sun, xx Nov 1994 08:49:37 GMT", None),
    ("a sign", "Sun, 06 Nov +994 08:49:37 GMT", None),
    ("a long year", "Sun, 06 Nov 199400000000 08:49:37 GMT", None),
    ("cut", "Sun, 06 Nov 1994 08:49", None),
    ("words", "when it pleases you and not before that", None),
    ("empty", "", None),
)


def test_dates():
    for name, text, expected in DATES:
        assert http_date.parse(text) == expected, name


LATER = b"Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n"
AT = 946684799


def test_a_retry_after_that_is_a_date_is_a_wait_by_the_servers_own_clock():
    # (header fields, retry_after, retry_at)
    for fields, after, at in (
        (b"Date: Fri, 31 Dec 1999 23:58:29 GMT\r\n" + LATER, 90, AT),
        (LATER + b"Date: Fri, 31 Dec 1999 23:58:29 GMT\r\n", 90, AT),
        (LATER + b"Date: Sat, 01 Jan 2000 00:00:00 GMT\r\n", 0, AT),
        (LATER, None, AT),
        (LATER + b"Date: now\r\n", None, AT),
        (b"Retry-After: soon\r\nDate: Sat, 01 Jan 2000 00:00:00 GMT\r\n", None, None),
        (b"Retry-After: \xff\xfe\r\n", None, None),
    ):
        response = run(b"HTTP/1.1 503 B\r\n" + fields + b"\r\n", 1000)
        assert (response.retry_after, response.retry_at) == (after, at), fields


def test_a_refusal_keeps_only_an_excerpt():
    response = run(b"HTTP/1.1 500 B\r\n\r\n" + b"x" * 100000, 1024)
    assert len(response.excerpt) == 256 and response.done() and response.size < 70000


def test_a_date_has_ascii_digits_only():
    assert http_date.parse("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777
    assert http_date.parse("Sun, \u00b3 Nov 1994 08:49:37 GMT") is None
    assert http_date.parse("Sun, 06 Nov 1994 08:49:\u00b3 GMT") is None
