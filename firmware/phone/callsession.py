"""The set's session with its call server: the time, and the message that makes it re-read.

For the boot procedure, step 5. The wire format is this project's own; tools/callserver documents
it and plays the server. Not authenticated: clock.py judges the time, and a reload only makes the
set read its configuration again, rate-limited.

    set -> server   HELLO 1 mac=00809F59E1A0 nonce=0123456789abcdef state=active
    server -> set   TIME 1 nonce=0123456789abcdef utc=1900000000
    server -> set   RELOAD 1 mac=00809F59E1A0 id=7

One ASCII line in one UDP datagram; unknown words after the known ones are ignored.
"""

from errors import Error
from phone.datagram import Datagram
from scep import is_number
from scep.deadline import Deadline

PORT = 2576
_LONGEST = 256
_HELLO_MS = 3000
_KEEP_ALIVE_MS = 60000
# A reload is obeyed at most this often, whoever sends a thousand a second.
RELOAD_EVERY_MS = 60000


class CallSessionError(Error):
    """The call server cannot be reached: code `connect`."""


def fields(line, verb):
    """Return the fields of `line` (bytes) as a dict, or None where it is not a `verb` line."""
    try:
        # Blanks are ASCII's: CPython's str.split takes more of them than MicroPython's.
        words = [str(word, "utf-8") for word in bytes(line).split()]
    except (UnicodeError, ValueError):
        return None
    if words[:2] != [verb, "1"]:
        return None
    found = {}
    for word in words[2:]:
        name, _, value = word.partition("=")
        found[name] = value
    return found


class Session:
    """Keeps the session up: step() from time to time, it never waits.

    time: int seconds since 1970 that came last, or None (taken by take_time); reloads: RELOAD
    messages that were obeyed; ignored: those that came too fast.
    """

    def __init__(self, host, mac, random, port=PORT):
        """host: str literal; mac: str of 12 capital hex digits; random: function (n) -> bytes."""
        self._socket = Datagram(host)
        self._host, self._port, self._mac, self._random = host, port, mac, random
        self._nonce = None
        self._due = Deadline(0, "HELLO")
        self._quiet = Deadline(0, "RELOAD")
        self.state = "none"  # told to the server with the next HELLO
        self.connected = False
        self.time = None
        self.reloads = self.ignored = 0
        self._reload = False

    def step(self):
        """Send what is due, take what has come (at most 8 datagrams)."""
        if not self._due.left():
            self._hello()
        for _ in range(8):
            got = self._socket.receive(_LONGEST)
            if got is None:
                return
            data, host, port = got
            if host == self._host and port == self._port:
                self._take(data)

    def take_time(self):
        """Return the last time that came (int seconds since 1970), once, or None."""
        time, self.time = self.time, None
        return time

    def take_reload(self):
        """Return True once for each RELOAD that is to be obeyed."""
        wanted, self._reload = self._reload, False
        return wanted

    def close(self):
        """End the session."""
        self._socket.close()

    def _hello(self):
        nonce = "".join(["%02x" % b for b in self._random(8)])
        line = "HELLO 1 mac=%s nonce=%s state=%s" % (self._mac, nonce, self.state)
        self._nonce = nonce
        self._due = Deadline(_KEEP_ALIVE_MS if self.connected else _HELLO_MS, "HELLO")
        try:
            self._socket.send(bytes(line, "utf-8"), self._port)
        except Error:
            self.connected = False

    def _take(self, data):
        found = fields(data, "TIME")
        if found is not None:
            utc = found.get("utc", "")
            if found.get("nonce") == self._nonce and is_number(utc, 12):
                # One answer to one HELLO: a replay finds no nonce.
                self._nonce = None
                self.connected = True
                self._due = Deadline(_KEEP_ALIVE_MS, "HELLO")
                self.time = int(utc)
            return
        found = fields(data, "RELOAD")
        if found is not None and found.get("mac") in (self._mac, "all"):
            if self._quiet.left():
                self.ignored += 1
                return
            self._quiet = Deadline(RELOAD_EVERY_MS, "RELOAD")
            self.reloads += 1
            self._reload = True
