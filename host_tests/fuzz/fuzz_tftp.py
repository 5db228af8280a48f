"""Fuzz the TFTP client: any datagrams from any port in any order, against a plain reading of them.

The input is a list of datagrams, each with a head of two octets: where it comes from, its length.
"""

import target

with target.instrumented():
    from errors import Error
    from phone import tftp
    from scep import deadline

LIMIT = 600
HOST = "192.0.2.1"


class Wire:
    """In place of datagram.Datagram: gives what the input holds, then time is up."""

    arriving = sent = ()

    def __init__(self, host):
        assert host == HOST
        self.arriving = list(Wire.arriving)

    def send(self, data, port):
        Wire.sent.append((bytes(data), port))

    def receive(self, size):
        if not self.arriving:
            raise deadline.DeadlineError("timeout", "the input ends", None)
        data, host, port = self.arriving.pop(0)
        return data[:size], host, port

    def close(self):
        pass


tftp.Datagram = Wire


def datagrams(data):
    found, at = [], 0
    while at + 2 <= len(data):
        source, length = data[at], data[at + 1] * 6
        host = HOST if source < 250 else "192.0.2.2"
        found.append((bytes(data[at + 2 : at + 2 + length]), host, 1000 + source % 3))
        at += 2 + length
    return found


def in_order(received, port, block):
    """Return what the DATA of one port say, in the order of their numbers; None: no end."""
    content, number = b"", 1
    for data, host, source in received:
        if (host, source, data[:2]) != (HOST, port, b"\0\3") or len(data) < 4:
            continue
        if data[2] << 8 | data[3] == number:
            content, number = content + data[4:], number + 1
            if len(data) - 4 < block:
                return content
    return None


def sizes(received):
    """Return every block size that some OACK may have agreed on."""
    found = {512}
    for data, _, _ in received:
        if data[:2] == b"\0\6":
            found |= {int(w) for w in data[2:].split(b"\0") if w.isdigit() and len(w) < 10}
    return found


def check(data):
    Wire.arriving, Wire.sent = datagrams(data), []
    content = None
    try:
        work = tftp.fetch(HOST, "lanpbx.cfg", LIMIT, deadline.Deadline(1000000, "file"))
        while True:
            try:
                next(work)
            except StopIteration as end:
                content = bytes(end.value)
                break
    except Error as error:
        assert error.code in ("tftp", "too-large", "timeout"), error.code
    # no answer is longer than what asked for it: the set amplifies nothing
    assert len(Wire.sent) <= len(Wire.arriving) + 2
    for message, port in Wire.sent:
        assert message[0] == 0 and message[1] in (1, 4, 5) and len(message) <= 64
        assert port == tftp.PORT or 1000 <= port < 1003
    if content is not None:
        assert len(content) <= LIMIT
        ports = {port for _, _, port in Wire.arriving}
        readings = [in_order(Wire.arriving, p, s) for p in ports for s in sizes(Wire.arriving)]
        assert content in readings, content


if __name__ == "__main__":
    target.run(check)
