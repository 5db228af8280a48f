"""Events to the admin's log server, in the same words as `--json` prints them.

For the set's main loop. RFC 5424 over UDP (RFC 5426). Never blocks, never retries, is
rate-limited; secrets never reach it, since events hold none.
"""

from errors import Error
from phone.datagram import Datagram
from scep.deadline import Deadline

PORT = 514
_LONGEST = 1000
# Facility local0 (16); severities error, warning, informational [RFC 5424 6.2.1]
_FACILITY = 16
_SEVERITY = {"error": 3, "warning": 4}
_INFORMATIONAL = 6
# Bursts of this many events pass; then one a second.
_BURST = 20


class RemoteLog:
    """Sends events. dropped: int, events that the rate limit kept back since power on."""

    def __init__(self, host, mac, version, port=PORT):
        """host: str literal; mac: str of 12 capital hex digits, the HOSTNAME; version: str."""
        self._socket = Datagram(host)
        self._port = port
        self._mac = mac
        self._version = version
        self._tokens = _BURST
        self._second = Deadline(1000, "log")
        self.dropped = 0

    def event(self, name, fields, time):
        """Send one event. name: str, the MSGID; fields: dict; time: ISO text or None."""
        if not self._second.left():
            self._second = Deadline(1000, "log")
            self._tokens = min(_BURST, self._tokens + 1)
        if not self._tokens:
            self.dropped += 1
            return
        self._tokens -= 1
        try:
            self._socket.send(message(self._mac, self._version, name, fields, time), self._port)
        except Error:
            self.dropped += 1

    def close(self):
        """Give the socket back."""
        self._socket.close()


def message(mac, version, name, fields, time):
    """Return an RFC 5424 message as bytes, at most 1,000 octets.

    The fields stand as structured data `[microscep@0 ...]`, sorted, values escaped [6.3.3].
    """
    severity = _SEVERITY.get(name, _INFORMATIONAL)
    data = "".join([' %s="%s"' % (key, _escaped(fields[key])) for key in sorted(fields)])
    head = "<%d>1 %s %s microscep %s %s " % (
        _FACILITY * 8 + severity, time or "-", mac, version, name,
    )  # fmt: skip
    whole = bytes(head + "[microscep@0" + data + "]", "utf-8")
    if len(whole) > _LONGEST:
        whole = bytes(head + '[microscep@0 truncated="yes"]', "utf-8")
    return whole


def _escaped(value):
    text = "-" if value is None else str(value)
    for mark in ("\\", '"', "]"):
        text = text.replace(mark, "\\" + mark)
    return "".join([c if c >= " " and c != "\x7f" else " " for c in text])
