"""An EAP-TLS server that tests script: OpenSSL (Python's ssl) behind EAP framing of its own.

For test_eaptls.py. It speaks as hostapd does or, with `lengths`, as FreeRADIUS does; requests go
out as whole Ethernet frames, responses come in as such.
"""

import ssl
import struct

SET = bytes.fromhex("02005e005301")
SWITCH = bytes.fromhex("020000000001")
GROUP = bytes.fromhex("0180c2000003")
REQUEST, RESPONSE, SUCCESS, FAILURE = 1, 2, 3, 4
LENGTH, MORE, START = 0x80, 0x40, 0x20


def eapol(packet, kind=0, destination=GROUP, source=SWITCH, length=None, version=2):
    """Return an EAPOL packet's frame, padded as on a wire; length: in place of the true one."""
    length = len(packet) if length is None else length
    head = destination + source + struct.pack(">HBBH", 0x888E, version, kind, length)
    return (head + packet).ljust(60, b"\0")


def request(identifier, kind, data=b""):
    """Return an EAP Request."""
    return struct.pack(">BBHB", REQUEST, identifier, 5 + len(data), kind) + data


def answer(frame):
    """Take a set's frame apart: (code, identifier, type, data); every length must fit."""
    assert frame[:14] == GROUP + SET + b"\x88\x8e" and frame[14] == 1 and frame[15] == 0
    (length,) = struct.unpack(">H", frame[16:18])
    assert length == len(frame) - 18 and length <= 1000
    code, identifier, inner, kind = struct.unpack(">BBHB", frame[18:23])
    assert inner == length
    return code, identifier, kind, frame[23:]


class Server:
    """One authentication. `log`: the (type, data) that came; `alert`: the one the set sent.

    size: octets of TLS data a fragment; lengths: the L flag on every fragment.
    """

    def __init__(self, context, size=1393, lengths=False, first=250):
        self.identifier, self._size, self._lengths = first, size, lengths
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._in, self._out, server_side=True)
        self.log, self.fragments = [], []
        self.identity = self.alert = self.verdict = None
        self._message, self._left, self._expect = b"", 0, None
        self._begun = False

    def begin(self):
        """Return the first frame: Request/Identity."""
        return self._request(1)

    def take(self, frame):
        """Return the frame that answers a response; the last one is Success or Failure."""
        code, identifier, kind, data = answer(frame)
        assert (code, identifier) == (RESPONSE, self.identifier)
        self.log.append((kind, data))
        if kind == 1:
            self.identity = data
            return self._request(13, bytes([START]))
        assert kind == 13
        return self._tls(data[0], data[1:])

    def end(self, code):
        """Return a Success or Failure frame."""
        self.verdict = code
        return eapol(struct.pack(">BBH", code, self.identifier, 4))

    # -- private

    def _request(self, kind, data=b""):
        self.identifier = (self.identifier + 1) % 256
        return eapol(request(self.identifier, kind, data))

    def _tls(self, flags, data):
        if self._left < len(self._message):
            assert (flags, data) == (0, b""), "an acknowledgement was due"
            return self._fragment()
        if flags & LENGTH:
            (self._expect,) = struct.unpack(">I", data[:4])
            data = data[4:]
        self.fragments.append(len(data))
        self._in.write(data)
        if flags & MORE:
            assert self._expect is not None and data
            return self._request(13, b"\0")
        if self._expect is not None:
            assert sum(self.fragments) == self._expect
        self._expect, self.fragments = None, []
        if data[:1] == b"\x15" and len(data) == 7:
            self.alert = data[6]
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            return self.end(FAILURE)
        self._message, self._left = self._out.read(), 0
        if not self._message:
            return self.end(SUCCESS)
        return self._fragment()

    def _fragment(self):
        part = self._message[self._left : self._left + self._size]
        first, self._left = self._left == 0, self._left + len(part)
        more = self._left < len(self._message)
        flags = MORE if more else 0
        if self._lengths or (first and more):
            part = struct.pack(">I", len(self._message)) + part
            flags |= LENGTH
        return self._request(13, bytes([flags]) + part)
