"""Misbehaviours of HTTP, by name: what `labca serve --fault NAME[@OPERATION]` does to the octets.

For the lab CA's server; FAULTS.md 'Network and HTTP', RFC 9112. Each function writes an answer to
a raw socket file in its own wrong way; a bound on time and size keeps the lab itself alive.
"""

import email.utils
import socket
import struct
import time

CRLF = b"\r\n"
# What `endless`, `slow` and `stall` do ends by itself after this many seconds.
PATIENCE = 300


def _head(answer, *lines):
    # Without `Connection: close` a client may send its next request into our close.
    text = [f"HTTP/1.1 {answer.status} Lab", f"Content-Type: {answer.mime}", "Connection: close"]
    text += [f"{name}: {value}" for name, value in answer.headers.items()]
    return "\r\n".join([*text, *lines, "", ""]).encode()


def honest(out, answer):
    """Write the answer with its Content-Length."""
    out.write(_head(answer, f"Content-Length: {len(answer.body)}") + answer.body)


def close_delimited(out, answer):
    """Write the answer without a length: the close ends it (allowed)."""
    out.write(_head(answer) + answer.body)


def chunked(out, answer):
    """Write the answer in chunks with an extension and a trailer (allowed)."""
    out.write(_head(answer, "Transfer-Encoding: chunked"))
    for start in range(0, len(answer.body), 700):
        piece = answer.body[start : start + 700]
        out.write(f"{len(piece):X};lab=1".encode() + CRLF + piece + CRLF)
    out.write(b"0\r\nX-Trailer: end\r\n\r\n")


def informational(out, answer):
    """Write two 1xx answers before the real one (allowed)."""
    out.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    honest(out, answer)


def stall(out, answer):
    """Answer nothing at all."""
    _wait(out, PATIENCE)


def slow(out, answer):
    """Write one octet a second."""
    whole = _head(answer, f"Content-Length: {len(answer.body)}") + answer.body
    for octet in whole[:PATIENCE]:
        out.write(bytes((octet,)))
        _wait(out, 1)


def endless(out, answer):
    """Write without length or end (64 MiB at most)."""
    out.write(_head(answer))
    for _ in range(1024):
        out.write(b"\x30" * 65536)


def empty(out, answer):
    """Write a good head with nothing behind it."""
    out.write(_head(answer, "Content-Length: 0"))


def html(out, answer):
    """Answer as a captive portal does."""
    body = b"<!DOCTYPE html><html><body>Please log in</body></html>"
    out.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n")
    out.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)


def retry_after(out, answer):
    """Answer 503 with Retry-After."""
    out.write(b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")


def retry_after_date(out, answer):
    """Answer 503 with a Retry-After that is a moment, by this server's own clock."""
    moment = email.utils.formatdate(time.time() + 7, usegmt=True)
    date = email.utils.formatdate(usegmt=True)
    out.write(f"HTTP/1.1 503 Busy\r\nDate: {date}\r\nRetry-After: {moment}\r\n".encode())
    out.write(b"Content-Length: 0\r\n\r\n")


def header_flood(out, answer):
    """Write one header of 64 KiB, then the answer."""
    out.write(_head(answer, "X-Flood: " + "a" * 65536, f"Content-Length: {len(answer.body)}"))
    out.write(answer.body)


def header_many(out, answer):
    """Write 10,000 headers, then the answer."""
    lines = [f"X-{index}: y" for index in range(10000)]
    out.write(_head(answer, *lines, f"Content-Length: {len(answer.body)}") + answer.body)


def redirect_loop(out, answer):
    """Redirect to the same address for ever."""
    out.write(b"HTTP/1.1 302 Found\r\nLocation: " + out.url.encode())
    out.write(b"\r\nContent-Length: 0\r\n\r\n")


def redirect_downgrade(out, answer):
    """Redirect from https to http."""
    target = out.url.replace("https://", "http://")
    out.write(b"HTTP/1.1 302 Found\r\nLocation: " + target.encode())
    out.write(b"\r\nContent-Length: 0\r\n\r\n")


def _length(text):
    def lie(out, answer):
        out.write(_head(answer, f"Content-Length: {text(len(answer.body))}") + answer.body)
        if str(text(0)).isdigit() and int(text(0)) > 0:
            _wait(out, PATIENCE)

    return lie


def _chunk(line):
    def lie(out, answer):
        out.write(_head(answer, "Transfer-Encoding: chunked"))
        out.write(line + CRLF + answer.body + CRLF + b"0\r\n\r\n")

    return lie


def _reset_at(count):
    def reset(out, answer):
        whole = _head(answer, f"Content-Length: {len(answer.body)}") + answer.body
        out.write(whole[:count])
        out.flush()
        # Linger 0: the close becomes a RST instead of a FIN.
        out.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        out.connection.close()

    return reset


def _status(code):
    def refuse(out, answer):
        body = b"the lab was told to refuse\n"
        out.write(b"HTTP/1.1 %d Refused\r\nContent-Type: text/plain\r\n" % code)
        out.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    return refuse


WIRE_FAULTS = {
    "stall": stall,
    "slow": slow,
    "endless": endless,
    "empty": empty,
    "html": html,
    "retry-after": retry_after,
    "retry-after-date": retry_after_date,
    "header-flood": header_flood,
    "header-many": header_many,
    "redirect-loop": redirect_loop,
    "redirect-downgrade": redirect_downgrade,
    "close-delimited": close_delimited,
    "chunked": chunked,
    "informational": informational,
    "length-short": _length(lambda n: max(n - 9, 0)),
    "length-long": _length(lambda n: n + 9),
    "length-negative": _length(lambda n: -1),
    "length-huge": _length(lambda n: 1 << 62),
    "length-garbled": _length(lambda n: "twelve"),
    "chunk-short": _chunk(b"10"),
    "chunk-huge": _chunk(b"FFFFFFFFFFFFFFFFF"),
    "chunk-negative": _chunk(b"-5"),
    "chunk-garbled": _chunk(b"xyz"),
}


def find(name):
    """Return the writer of a fault's name, or None; `reset-at-N` and `status-N` take a number."""
    if name in WIRE_FAULTS:
        return WIRE_FAULTS[name]
    stem, _, number = name.rpartition("-")
    if number.isdigit() and stem in ("reset-at", "status"):
        return {"reset-at": _reset_at, "status": _status}[stem](int(number))
    return None


def _wait(out, seconds):
    """Flush, then wait until the peer hangs up or `seconds` are over."""
    out.flush()
    out.connection.settimeout(seconds)
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline and out.connection.recv(1024):
            pass
    except OSError:
        pass
