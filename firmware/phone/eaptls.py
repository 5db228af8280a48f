"""EAP-TLS: a TLS handshake in EAP requests and responses, in fragments both ways.

For eapol.py, over scepcore.tls. RFC 5216; TLS 1.2 (RFC 9190's 1.3 is not spoken).
"""

import scepcore
from errors import Error
from phone.eap import EapError
from scep.tls import CLOSED, SENDAPP, SENDREC, TlsError

# Flags, RFC 5216 section 3.1; the other bits are ignored.
LENGTH, MORE, START = 0x80, 0x40, 0x20

# An EAP packet of ours is at most 1000 octets: code, identifier, length, type, flags, total, data.
FRAGMENT = 1000 - 10
# Octets of one message of the server's, whatever number of fragments. It goes through the engine
# as it comes: the bound is for time, not for memory.
MAX_TOTAL = 65536
# Room for the server's chain: three certificates of 4096 bits and a root; and the engine's record
# buffer with it. With the engine's context below 24 KiB. A record of up to 12 KiB is taken, though
# servers that know max_fragment_length send 4 KiB at most.
CHAIN = 6144
BUFFER = 12288 + 325 + CHAIN
# The same where memory is short: such a server must honour max_fragment_length, and send a chain
# of two certificates of 2048 bits and a root.
LEAN_CHAIN = 4096
LEAN_BUFFER = 4096 + 325 + LEAN_CHAIN
# Octets of one message of ours: certificates (at most four) and their framing.
MAX_OURS = 8192

# RFC 5246 section 7.2; BearSSL adds 256 to the number of an alert that came.
_HANDSHAKE_FAILURE, _UNKNOWN_CA = 40, 48
_ALERT_CAME = 256

_ACKNOWLEDGEMENT = b"\x00"
_CHUNK = 512


class EapTls:
    """The peer's side of one authentication.

    Invariant: `done` is set only after the server's Finished: then both ends have proved
    themselves. error: the Error for which the handshake failed, or None.
    """

    def __init__(self, judge, key, chain, lean=False):
        """judge: function (DER certificates one behind the other), raises Error to refuse; key:
        function () -> scepcore.RSAKey, called at a TLS-Start, wiped with this; chain: list of DER;
        lean: take less memory.
        """
        self.done = False
        self.error = None
        self.started = False
        self._judge_chain = judge
        self._open_key = key
        self._key = None
        self._chain = chain
        self._sizes = (LEAN_BUFFER, LEAN_CHAIN) if lean else (BUFFER, CHAIN)
        self._tls = None
        self._begin_message()
        self._leaves = b""  # our message, and how much of it has left
        self._left = 0

    def process(self, data):
        """Take a request's type-data (flags and the rest); return that of the response.

        data: memoryview. None: the request is to be discarded. Raises EapError where fragments or
        records do not fit together.
        """
        if not len(data):
            return None
        flags, total, body = _read(data)
        if flags & START:
            if len(body):
                raise EapError("eap", "a TLS-Start carries data", len(body))
            self._start()
            return self._send()
        if self._tls is None:
            return None
        if self._left < len(self._leaves):
            # our fragments are under way: only their acknowledgement is due
            return None if len(body) else self._next()
        if not len(body):
            return self._nothing(flags)
        self._take(flags, total, body)
        if flags & MORE:
            return _ACKNOWLEDGEMENT
        self._begin_message()
        return self._send()

    def wipe(self):
        """Erase the connection and the key; idempotent."""
        if self._tls is not None:
            self._tls.wipe()
            self._tls = None
        if self._key is not None:
            self._key.wipe()
            self._key = None

    # -- private, in the order of use

    def _start(self):
        """A handshake from the beginning; a server may begin again."""
        self.wipe()
        self.started = True
        self.done = False
        self._messages = 0  # of ours; the second one ends with our Finished
        self.error = None
        self._begin_message()
        self._leaves, self._left = b"", 0
        self._key = self._open_key()
        try:
            # no server_name: nobody asked for a host
            self._tls = scepcore.tls(None, self._judge, self._key, self._chain, False, *self._sizes)
        except scepcore.EntropyError:
            raise EapError("entropy", "there is too little randomness for a TLS handshake")

    def _judge(self, chain):
        """Called by the engine with the server's certificates; an exception must not leave it."""
        try:
            self._judge_chain(chain)
        except Error as error:
            self.error = error
            return False
        return True

    def _begin_message(self):
        self._total = None  # octets of the message that comes, as its first fragment says
        self._came = 0  # of them

    def _take(self, flags, total, body):
        """Feed one fragment to the engine."""
        if self._total is None:
            self._total = total
        elif total is not None and total != self._total:
            raise EapError("eap", "a fragment tells another length of the message", total)
        self._came += len(body)
        limit = MAX_TOTAL if self._total is None else self._total
        if limit > MAX_TOTAL or self._came > limit:
            raise EapError("eap", "the server's message is too long", self._came)
        if self._total is not None and not flags & MORE and self._came != self._total:
            raise EapError("eap", "the server's message ends too early", self._came)
        if self.done:
            raise EapError("eap", "the server goes on after the handshake")
        while len(body) and not self._tls.state() & CLOSED:
            count = self._tls.push(body)
            if not count and not self._tls.state() & CLOSED:
                raise EapError("eap", "the server's records are out of turn")
            body = body[count:]

    def _nothing(self, flags):
        """An empty request with nothing to acknowledge: ignored, unless it would go on for ever."""
        if flags & MORE:
            raise EapError("eap", "a fragment is empty")
        return None

    def _send(self):
        """Collect what the engine has to say; return its first fragment."""
        message = bytearray()
        chunk = bytearray(_CHUNK)
        while self._tls.state() & SENDREC:
            count = self._tls.pull(chunk)
            message.extend(memoryview(chunk)[:count])
            if len(message) > MAX_OURS:
                raise EapError("eap", "our certificates are too long", len(message))
        state = self._tls.state()
        if state & CLOSED:
            message.extend(self._failed(len(message)))
        elif state & SENDAPP:
            self.done = True
        elif not len(message):
            # the message ended in the middle of a record
            raise EapError("eap", "the server's message is not whole")
        self._messages += 1
        self._leaves, self._left = message, 0
        return self._next()

    def _next(self):
        """Return the next fragment of our message; an acknowledgement if there is none."""
        whole = len(self._leaves)
        part = self._leaves[self._left : self._left + FRAGMENT]
        first = self._left == 0
        self._left += len(part)
        more = self._left < whole
        flags = MORE if more else 0
        if not (first and more):
            return bytes((flags,)) + part
        total = bytes((whole >> 24 & 0xFF, whole >> 16 & 0xFF, whole >> 8 & 0xFF, whole & 0xFF))
        return bytes((flags | LENGTH,)) + total + part

    def _failed(self, sent):
        """Keep why the engine ended the handshake; return the alert (bytes) that tells the server.

        The engine is silent where it fails; before our ChangeCipherSpec an alert is in clear.
        """
        number = self._tls.error()
        alert = _UNKNOWN_CA if self.error is not None else _HANDSHAKE_FAILURE
        if self.error is None:
            text = "the handshake with the network failed (error %d)" % number
            self.error = TlsError(text, number)
        if sent or self._messages > 1 or _ALERT_CAME <= number < 2 * _ALERT_CAME:
            return b""  # an alert is answered by an acknowledgement (RFC 5216 2.1.3)
        # ContentType alert, version, length; AlertLevel fatal, AlertDescription (RFC 5246 7.2)
        return bytes((21, 3, 3, 0, 2, 2, alert))


def _read(data):
    """Return (flags, total or None, body) of a request's type-data. Raises EapError."""
    flags = data[0]
    if not flags & LENGTH:
        return flags, None, data[1:]
    if len(data) < 5:
        raise EapError("eap", "a request's length field is cut", len(data))
    # a number beyond 31 bits is one more that is too long
    total = data[1] << 24 | data[2] << 16 | data[3] << 8 | data[4]
    return flags, total, data[5:]
