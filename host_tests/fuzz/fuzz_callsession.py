"""Fuzz the session with the call server: datagrams, right and wrong, in any order.

The input is datagrams between octets 0xFF; one that begins with 0xFE comes from a stranger.
"""

import re

import target

with target.instrumented():
    from phone import callsession

HOST, MAC = "192.0.2.1", "00809F59E1A0"
TIME = re.compile(rb"\s*TIME\s+1\s.*utc=([0-9]{1,12})(\s|$)", re.S)
RELOAD = re.compile(rb"\s*RELOAD\s+1\s.*mac=(00809F59E1A0|all)(\s|$)", re.S)


class Wire:
    """In place of datagram.Datagram: gives what the input holds."""

    arriving = sent = ()

    def __init__(self, host):
        pass

    def send(self, data, port):
        Wire.sent.append(bytes(data))

    def receive(self, size):
        if not Wire.arriving:
            return None
        data = Wire.arriving.pop(0)
        stranger = data[:1] == b"\xfe"
        return data[:size], "192.0.2.2" if stranger else HOST, callsession.PORT

    def close(self):
        pass


callsession.Datagram = Wire


def check(data):
    Wire.arriving, Wire.sent = data.split(b"\xff"), []
    heard = [line[:256] for line in Wire.arriving if line[:1] != b"\xfe"]
    session = callsession.Session(HOST, MAC, bytes)  # the nonce is sixteen noughts
    while Wire.arriving:
        before = len(Wire.arriving)
        session.step()
        assert before - len(Wire.arriving) <= 8, "one step takes eight datagrams at most"
    told, wanted = session.take_time(), session.take_reload()
    assert told is None or any(
        (match := TIME.match(line)) and int(match[1]) == told for line in heard
    ), told
    assert not wanted or any(RELOAD.match(line) for line in heard)
    assert session.reloads <= 1 and session.take_time() is None and not session.take_reload()
    assert len(Wire.sent) <= 1, "nothing that comes in makes the set talk"


if __name__ == "__main__":
    target.run(check)
