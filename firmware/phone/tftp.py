"""A TFTP client that reads one file: how a NOE set gets its lanpbx.cfg.

For the boot procedure, step 3. RFC 1350, options of RFC 2347 to 2349. Nothing here is
authenticated: what the file says is judged by config.py and lifecycle.py.
"""

from errors import Error
from phone.datagram import Datagram
from scep.deadline import Deadline

PORT = 69
# Opcodes [RFC 1350 5; RFC 2347]
_RRQ, _DATA, _ACK, _ERROR, _OACK = 1, 3, 4, 5, 6
# Error codes that we send [RFC 1350 5, RFC 2347]
_UNKNOWN_ID, _REFUSED_OPTION = 5, 8
_NOT_FOUND = 1
# One Ethernet frame: 1,500 octets less IP, UDP and TFTP headers.
_BLOCK = 1428
_DEFAULT_BLOCK = 512
# First wait for an answer; doubled each time.
_PATIENCE_MS = 1000
_TRIES = 5


class TftpError(Error):
    """The file did not come: code `tftp`, or `too-large`; `missing` tells 'no such file' apart."""

    def __init__(self, code, message, evidence=None, missing=False):
        """missing: True where the server said that it has no such file."""
        Error.__init__(self, code, message, evidence)
        self.missing = missing


def request(name, options=True):
    """Return the RRQ of file `name` (str), with our options or, for old servers, without."""
    message = bytearray((0, _RRQ))
    words = [name, "octet"]
    if options:
        words += ["blksize", str(_BLOCK), "tsize", "0"]
    for word in words:
        message += bytes(word, "utf-8")
        message.append(0)
    return bytes(message)


def fetch(host, name, limit, deadline, port=PORT):
    """Generator: read file `name` from the server `host`; return a bytearray.

    host: str, a literal; name: str; limit: octets, a larger file is `too-large`; deadline:
    Deadline of the whole transfer. Yields None while it waits. Raises TftpError, DeadlineError.
    """
    socket = Datagram(host)
    try:
        transfer = _Transfer(socket, host, name, limit, port)
        yield from transfer.run(deadline)
        return transfer.content
    finally:
        socket.close()


class _Transfer:
    """One transfer. Invariant: `expected` is the next block's number, its predecessors are in
    `content`, and `last` is what is repeated when nothing comes.
    """

    def __init__(self, socket, host, name, limit, port):
        self.socket, self.host, self.name, self.limit = socket, host, name, limit
        self.well_known = port
        self.peer = None  # the port that answered first, and the only one that is heard
        self.content = bytearray()
        self.block = _DEFAULT_BLOCK
        self.expected = 1
        self.options = True
        self.last = request(name)
        self.done = False

    def run(self, deadline):
        patience, tries = Deadline(_PATIENCE_MS, self.name), 0
        self._repeat()
        while not self.done:
            deadline.check()
            got = self.socket.receive(_BLOCK + 5)  # one more than allowed, to see what is longer
            if got is None:
                if not patience.left():
                    tries += 1
                    if tries == _TRIES:
                        raise TftpError(
                            "tftp", "%s does not answer for %s" % (self.host, self.name), self.name
                        )
                    patience = Deadline(_PATIENCE_MS << tries, self.name)
                    self._repeat()
                yield None
                continue
            if self._take(*got):
                patience, tries = Deadline(_PATIENCE_MS, self.name), 0

    def _repeat(self):
        self.socket.send(self.last, self.peer or self.well_known)

    def _take(self, data, host, port):
        """Act on a datagram; True where the transfer went on."""
        if host != self.host or len(data) < 4 or data[0]:
            return False
        if self.peer is not None and port != self.peer:
            # A stranger's port [RFC 1350 4]: told so, and the transfer is not disturbed.
            self.socket.send(_error(_UNKNOWN_ID, "unknown transfer"), port)
            return False
        kind = data[1]
        if kind == _ERROR:
            return self._refused(data)
        if kind == _OACK and self.expected == 1 and not self.content:
            self.peer = port
            return self._agree(data)
        if kind == _DATA:
            self.peer = port
            return self._store(data)
        return False

    def _refused(self, data):
        code = data[2] << 8 | data[3]
        if code == _REFUSED_OPTION and self.options and self.expected == 1:
            # An old server that minds options: asked again without.
            self.options, self.peer = False, None
            self.last = request(self.name, False)
            self._repeat()
            return True
        raise TftpError(
            "tftp",
            "%s refuses %s (error %d)" % (self.host, self.name, code),
            code,
            missing=code == _NOT_FOUND,
        )

    def _agree(self, data):
        """Read an OACK [RFC 2347]: only what we asked for, block size at most ours."""
        words = bytes(data[2:]).split(b"\0")
        names = [word.lower() for word in words[0:-1:2]]
        values = words[1::2]
        for i in range(len(names)):
            number = int(values[i]) if values[i].isdigit() and len(values[i]) < 10 else -1
            if not self.options or names[i] not in (b"blksize", b"tsize"):
                return self._spoilt("an option that was not asked for")
            if names[i] == b"tsize" and number > self.limit:
                self._too_large()
            if names[i] == b"blksize":
                if not 8 <= number <= _BLOCK:
                    return self._spoilt("a block size that was not offered")
                self.block = number
        self._acknowledge(0)
        return True

    def _spoilt(self, what):
        self.socket.send(_error(_REFUSED_OPTION, what), self.peer)
        raise TftpError("tftp", "%s answers with %s" % (self.host, what), self.name)

    def _store(self, data):
        number = data[2] << 8 | data[3]
        if number == (self.expected - 1) & 0xFFFF and self.expected > 1:
            self._repeat()  # our acknowledgement was lost
            return False
        if number != self.expected & 0xFFFF:
            return False
        size = len(data) - 4
        if size > self.block:
            raise TftpError("tftp", "%s sends a block that is too long" % self.host, size)
        if len(self.content) + size > self.limit:
            self._too_large()
        self.content += data[4:]
        self.expected += 1
        self._acknowledge(number)
        self.done = size < self.block
        return True

    def _acknowledge(self, number):
        self.last = bytes((0, _ACK, number >> 8, number & 0xFF))
        self._repeat()

    def _too_large(self):
        self.socket.send(_error(3, "too large"), self.peer or self.well_known)
        raise TftpError(
            "too-large", "%s is larger than %d octets" % (self.name, self.limit), self.name
        )


def _error(code, text):
    return bytes((0, _ERROR, 0, code)) + bytes(text, "utf-8") + b"\0"
