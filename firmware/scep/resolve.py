"""A DNS query that does not block: names to IPv4 and IPv6 addresses.

For transport.py: MicroPython's getaddrinfo waits in C until the DNS server answers.
RFC 1035 (messages, name compression) and RFC 3596 (AAAA), over UDP.
"""

import errno
import socket

import scepcore
from errors import Error
from scep import const, is_number
from scep.deadline import Deadline

PORT = 53
_A = const(1)
_CNAME = const(5)
_AAAA = const(28)
_TRIES = const(3)  # of each server
_PATIENCE_MS = const(2000)  # for one answer
_AGAIN = getattr(errno, "EAGAIN", 11)
_LARGEST = const(512)  # octets of an answer over UDP [RFC 1035 2.3.4]


class ResolveError(Error):
    """There is no such name, or no server that tells: code `dns`."""


def is_literal(host):
    """Tell whether host (str) is an IPv4 or IPv6 address rather than a name."""
    if ":" in host:
        return True
    parts = host.split(".")
    return len(parts) == 4 and all(is_number(p, 3) and int(p) < 256 for p in parts)


def lookup(name, servers, deadline, ipv6=True):
    """Generator: ask DNS servers for a name's addresses.

    name: str; servers: sequence of str, literals; deadline: Deadline of the whole exchange;
    ipv6: bool, IPv6 addresses are of use.
    Returns a tuple of literals (str), IPv4 first.  Raises ResolveError, DeadlineError.
    """
    if name.lower() == "localhost":  # RFC 6761 section 6.3: never asked of a server
        return ("127.0.0.1", "::1") if ipv6 else ("127.0.0.1",)
    if not servers:
        raise ResolveError("dns", "no DNS server is known to look up " + name, name)
    reason = "no DNS server answered"
    for kind in (_A, _AAAA) if ipv6 else (_A,):
        for attempt in range(_TRIES * len(servers)):
            answer = yield from _ask(name, kind, servers[attempt % len(servers)], deadline)
            if answer is None:
                continue
            code, addresses = answer
            if addresses:
                return addresses
            if code not in (0, 3):
                reason = "the DNS server failed (code %d)" % code
                continue
            reason = "there is no such name"
            break
    raise ResolveError("dns", "%s: %s" % (name, reason), name)


def query(name, kind, ident):
    """Build a query.  name: str; kind: int, the RR type; ident: 2 bytes.  Returns bytes.

    Raises ResolveError where the name cannot be a host name.
    """
    message = bytearray(ident)
    message += b"\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"  # recursion desired, one question
    for label in name.rstrip(".").split("."):
        octets = label.encode()
        if not 0 < len(octets) < 64:
            raise ResolveError("dns", name + " is not a host name", name)
        message.append(len(octets))
        message += octets
    if len(message) > 12 + 254:
        raise ResolveError("dns", name + " is too long for a host name", name)
    message += b"\x00\x00" + bytes((kind, 0, 1))
    return bytes(message)


def read_answer(message, asked):
    """Read an answer.

    message: bytes as received; asked: bytes, what `query` built.
    Returns (response code, tuple of addresses as str), or None where it is not the answer to
    this query (a stray, a forgery, damage).
    """
    try:
        return _read_answer(message, asked)
    except (IndexError, ValueError):
        return None


def _read_answer(message, asked):
    # ident and question must come back; QR set, one question
    if len(message) < len(asked) or bytes(message[:2]) != asked[:2] or not message[2] & 0x80:
        return None
    if bytes(message[4:6]) != b"\x00\x01":
        return None
    if bytes(message[12 : len(asked)]).lower() != asked[12:].lower():
        return None
    code = message[3] & 0x0F
    kind = asked[-3]
    owner, _ = _name(message, 12)
    position = len(asked)
    addresses = []
    for _ in range(min(message[6] << 8 | message[7], 64)):
        name, position = _name(message, position)
        this = message[position] << 8 | message[position + 1]
        start = position + 10
        position = start + (message[position + 8] << 8 | message[position + 9])
        if position > len(message):
            return None
        if name != owner:
            continue
        if this == _CNAME:
            owner, _ = _name(message, start)
        elif this == kind and position - start == (4 if kind == _A else 16):
            addresses.append(_text(message[start:position]))
    return code, tuple(addresses)


def _name(message, position):
    """Return (the name at position, lower case, with its length octets; where it ends)."""
    labels = bytearray()
    after = -1
    for _ in range(128):
        size = message[position]
        if size >= 0xC0:  # a pointer [RFC 1035 4.1.4]
            if after < 0:
                after = position + 2
            position = (size & 0x3F) << 8 | message[position + 1]
        elif size >= 0x40:
            raise ValueError
        elif size == 0:
            return bytes(labels).lower(), after if after >= 0 else position + 1
        else:
            labels += message[position : position + 1 + size]
            position += 1 + size
            if len(labels) > 255:
                raise ValueError
    raise ValueError


def _text(octets):
    if len(octets) == 4:
        return ".".join(["%d" % o for o in octets])
    return ":".join(["%x" % (octets[i] << 8 | octets[i + 1]) for i in range(0, 16, 2)])


def _ask(name, kind, server, deadline):
    """Generator: one question to one server; returns read_answer's pair, None without one."""
    asked = query(name, kind, scepcore.random(2))
    patience = Deadline(_PATIENCE_MS, "the DNS server")
    sock = None
    try:
        info = socket.getaddrinfo(server, PORT)[0]
        sock = socket.socket(info[0], socket.SOCK_DGRAM)
        sock.setblocking(False)
        # connected: the stack drops what other hosts send
        sock.connect(info[-1])
        sock.send(asked)
        while patience.left():
            deadline.check()
            try:
                message = sock.recv(_LARGEST)
            except OSError as e:
                if not e.args or e.args[0] != _AGAIN:
                    return None
                message = None
            if message:
                answer = read_answer(message, asked)
                if answer is not None:
                    return answer
            else:
                yield None
    except OSError:
        return None
    finally:
        if sock is not None:
            sock.close()
    return None
