"""HTTP/1.1 as a SCEP client needs it: one exchange on one connection, as a generator.

For client.py, crl and ocsp fetches and the set's other downloads.  RFC 9110, RFC 9112;
RFC 8894 section 4.1.  It never repeats a request by itself, but for one redirect.
"""

import binascii

from scep import const, http_url
from scep.deadline import Deadline
from scep.http_response import HttpError, Response, excerpt_text
from scep.tags import SEQUENCE
from scep.transport import TransportError

_SEND = const(1024)  # octets gathered for one send
_REDIRECTS = (301, 302, 307, 308)
_TOO_LONG = (400, 404, 414)  # what servers answer to a request line over their limit
_LONG_LINE = const(2000)  # octets of a request line that every server takes
_GROUP = const(384)  # octets of a message that become base64 at once; a multiple of 3


class Limits:
    """What an exchange may cost.

    size: octets of body; total_ms: the whole exchange, redirect included; read_ms: silence.
    A busy server's line of 4,096 connections (Linux's longest by default) is 82 s long at 50
    enrolments a second: a set that hung up earlier would leave it working for nobody.
    """

    def __init__(self, size=65536, total_ms=120000, read_ms=90000):
        """Keep the three limits."""
        self.size = size
        self.total_ms = total_ms
        self.read_ms = read_ms


class Request:
    """A request.

    url: http_url.Url with the whole query but `message`; operation: str, named in events;
    message: None or bytes-like, put into a GET's query as base64, percent-encoded; body: None
    or bytes-like, then the method is POST with content_type (str).
    """

    def __init__(self, url, operation, message=None, body=None, content_type=None):
        """Keep the parts; nothing is copied."""
        self.url = url
        self.operation = operation
        self.message = message
        self.body = body
        self.content_type = content_type

    def parts(self):
        """Yield the octets to send, piece by piece (bytes or the body itself)."""
        yield ("GET " if self.body is None else "POST ").encode()
        yield self.url.path.encode()
        if self.message is not None:
            yield b"&message="
            yield from _base64_quoted(self.message)
        yield b" HTTP/1.1\r\nHost: "
        yield self.url.authority().encode()
        yield b"\r\nUser-Agent: microscep\r\nAccept: */*\r\nConnection: close\r\n"
        if self.body is not None:
            yield (
                "Content-Type: %s\r\nContent-Length: %d\r\n" % (self.content_type, len(self.body))
            ).encode()
        yield b"\r\n"
        if self.body is not None:
            yield self.body

    def line_length(self):
        """Return the octets of the request line's URL."""
        size = len(self.url.path)
        if self.message is not None:
            size += 9 + (len(self.message) + 2) // 3 * 4
        return size


def exchange(transport, request, limits, sink=None):
    """Generator: send a request and read the answer.

    transport: transport.Transport; request: Request; limits: Limits; sink: None, or a function
    (buffer, start, stop) called with each piece of the body, which may return a generator: the
    piece is valid until that has ended.
    Yields None while it waits, and one event
    {"event": "http", "op": str, "status": int, "bytes": int}.
    Returns the Response of status 200.  Raises HttpError for any other status, with a Retry-After
    in its evidence; TransportError, DeadlineError, UrlError.
    """
    deadline = Deadline(limits.total_ms, request.operation)
    response = yield from _once(transport, request, limits, sink, deadline)
    if response.status in _REDIRECTS and response.location is not None:
        url = http_url.resolve(request.url, response.location)
        if request.url.secure and not url.secure:
            raise HttpError(
                "http-format", "a redirect from https to http is not followed", str(url)
            )
        redirected = Request(url, request.operation, None, request.body, request.content_type)
        response = yield from _once(transport, redirected, limits, sink, deadline)
        if response.status in _REDIRECTS:
            raise HttpError("http-format", "a second redirect is not followed", response.location)
    if response.status != 200:
        raise _refused(request, response)
    return response


def der_body(response, operation):
    """Return the body of an answer that must be DER; HttpError where it visibly is not."""
    body = response.body
    if not body:
        raise HttpError("http-format", operation + ": the answer is empty")
    if body[0] != SEQUENCE:
        raise HttpError(
            "http-format",
            "%s: the answer is %s, no SCEP message" % (operation, response.content_type),
            bytes(body[:64]),
        )
    return body


def _once(transport, request, limits, sink, deadline):
    url = request.url
    connection = yield from transport.connect(url.host, url.port, url.secure, deadline)
    try:
        silence = Deadline(limits.read_ms, "waiting for the answer to " + request.operation)
        yield from _send(connection, request, silence, deadline)
        response = Response(limits.size, sink)
        yield from _receive(connection, response, silence, deadline)
    finally:
        connection.close()
    yield {
        "event": "http",
        "op": request.operation,
        "status": response.status,
        "bytes": response.size,
    }
    return response


def _send(connection, request, silence, deadline):
    gathered = bytearray()
    for part in request.parts():
        if len(part) < _SEND:
            gathered += part
            if len(gathered) < _SEND:
                continue
        else:
            yield from _send_all(connection, gathered, silence, deadline)
            yield from _send_all(connection, part, silence, deadline)
            part = b""
            gathered = bytearray()
            continue
        yield from _send_all(connection, gathered, silence, deadline)
        gathered = bytearray()
    yield from _send_all(connection, gathered, silence, deadline)


def _send_all(connection, data, silence, deadline):
    view = memoryview(data)
    at = 0
    while at < len(view):
        try:
            sent = connection.send(view[at:])
        except TransportError:
            # a server may answer (413, 401) and close without reading all: read what it says
            return
        if sent:
            at += sent
            silence.restart()
        else:
            yield from _wait(silence, deadline)


def _receive(connection, response, silence, deadline):
    buffer = bytearray(_SEND)
    view = memoryview(buffer)
    while not response.done():
        size = connection.recv_into(buffer)
        if size is None:
            yield from _wait(silence, deadline)
        elif size == 0:
            response.finish()
        else:
            at = 0
            while at < size and not response.done():
                start, at = response.step(view, at, size)
                if at > start and response.streams():
                    steps = response.sink(view, start, at)
                    if steps is not None:
                        yield from steps
            silence.restart()
            deadline.check()


def _wait(silence, deadline):
    deadline.check()
    silence.check()
    yield None


def _refused(request, response):
    text = "%s: the server answered %d" % (request.operation, response.status)
    if response.excerpt:
        text += ": " + excerpt_text(response.excerpt[:80]).strip()
    length = request.line_length()
    if response.status in _TOO_LONG and length > _LONG_LINE:
        text += " (the URL has %d characters, perhaps more than it takes)" % length
    return HttpError(
        "http-status",
        text,
        {
            "status": response.status,
            "text": excerpt_text(response.excerpt),
            "retry_after": response.retry_after,
            "retry_at": response.retry_at,
            "server": response.server,
        },
    )


def _base64_quoted(message):
    """Yield message in base64 (RFC 4648 section 4) with '+', '/' and '=' percent-encoded."""
    view = memoryview(message)
    for at in range(0, len(view), _GROUP):
        piece = binascii.b2a_base64(view[at : at + _GROUP]).strip()
        yield piece.replace(b"+", b"%2B").replace(b"/", b"%2F").replace(b"=", b"%3D")
