"""HTTP and DNS over real sockets, on CPython and on the MicroPython unix build."""

import contextlib
import socket
import subprocess
import threading
from pathlib import Path

import pytest

import scepcore
from errors import Error
from hostile_http import OK, Server, answer, endless, reset_after, slow, stall
from real_time import drive
from scep import http, http_url, resolve
from scep.transport import Transport

ROOT = Path(__file__).resolve().parent.parent
FIRMWARE = ROOT / "build" / "UNIX" / "firmware.elf"


def on_cpython(url, dns=()):
    """Return the body as str, or the code of the error."""
    try:
        query = http.Request(http_url.parse(url), "X")
        limits = http.Limits(1000, 1500, 500)
        response = drive(http.exchange(Transport(dns, connect_ms=700), query, limits))
    except Error as e:
        return e.code
    return bytes(response.body).decode()


SCRIPT = """
import sys, time
sys.path.insert(0, {firmware!r})
from errors import Error
from scep import http, http_url
from scep.transport import Transport
query = http.Request(http_url.parse({url!r}), "X")
steps = http.exchange(Transport({dns!r}, connect_ms=700), query, http.Limits(1000, 1500, 500))
try:
    while True:
        if next(steps) is None:
            time.sleep_ms(1)
except StopIteration as e:
    print(str(bytes(e.value.body), "ascii"))
except Error as e:
    print(e.code)
"""


def on_micropython(url, dns=()):
    script = SCRIPT.format(firmware=str(ROOT / "firmware"), url=url, dns=dns)
    done = subprocess.run([FIRMWARE, "-c", script], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


BOTH = pytest.mark.parametrize(
    "exchange",
    [on_cpython, pytest.param(on_micropython, marks=pytest.mark.micropython)],
)

ROWS = {
    "plain": (answer(OK), "hello"),
    "in single octets": (slow(OK, 0.001), "hello"),
    "closed without an answer": (answer(b""), "http-format"),
    "reset without an answer": (reset_after(b""), "connect"),
    "reset in the header": (reset_after(OK[:20]), "connect"),
    "reset in the body": (reset_after(OK[:-1]), "connect"),
    "closed in the body": (answer(OK[:-1]), "http-format"),
    "silent": (stall(), "timeout"),
    "silent in the body": (stall(OK[:-1]), "timeout"),
    "too slow as a whole": (slow(OK, 0.2), "timeout"),
    "endless": (endless(b"HTTP/1.1 200 OK\r\n\r\n"), "too-large"),
    "endless header": (endless(b"HTTP/1.1 200 OK\r\nX: "), "too-large"),
}


@BOTH
@pytest.mark.parametrize("name", ROWS)
def test_servers(name, exchange):
    script, expected = ROWS[name]
    with Server(script) as server:
        assert exchange(server.url) == expected


@BOTH
def test_connection_refused(exchange):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # taken, but nobody listens
        assert exchange(f"http://127.0.0.1:{bound.getsockname()[1]}/") == "connect"


@BOTH
def test_an_ipv6_literal(exchange):
    with Server(answer(OK), "::1") as server:
        assert exchange(server.url) == "hello"


def test_a_large_post_through_a_slow_reader():
    def script(connection, request):
        body = request.partition(b"\r\n\r\n")[2]
        connection.sendall(OK if body == sent else b"HTTP/1.1 500 no\r\n\r\n")

    sent = bytes(range(256)) * 8000
    with Server(script) as server:
        query = http.Request(http_url.parse(server.url), "X", body=sent, content_type="t")
        response = drive(http.exchange(Transport(), query, http.Limits(10, 20000, 5000)))
    assert bytes(response.body) == b"hello"


class NameServer:
    """A DNS server on loopback: `script(query)` returns what is sent back (list of bytes)."""

    def __init__(self, script):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.asked = []
        self._script = script
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()

    def _serve(self):
        while True:
            try:
                query, peer = self._socket.recvfrom(512)
            except OSError:
                return
            self.asked.append(query)
            for reply in self._script(query):
                with contextlib.suppress(OSError):
                    self._socket.sendto(reply, peer)


def reply_to(query, records=b"", count=0, code=0):
    counts = bytes((0, 1, 0, count, 0, 0, 0, 0))
    return query[:2] + bytes((0x81, 0x80 | code)) + counts + query[12:] + records


def address(query, octets=b"\x7f\x00\x00\x01"):
    return reply_to(query, b"\xc0\x0c\x00\x01\x00\x01\0\0\0\x3c\x00\x04" + octets, 1)


def named(server):
    return server.url.replace("127.0.0.1", "ca.test")


@pytest.fixture(autouse=True)
def _seeded():
    if not scepcore.seeded():
        scepcore.seed(bytes(48))


def test_a_name_is_looked_up(monkeypatch):
    with (
        NameServer(lambda q: [b"junk", address(q)[:-1], address(q)]) as dns,
        Server(answer(OK)) as server,
    ):
        monkeypatch.setattr(resolve, "PORT", dns.port)
        assert on_cpython(named(server), ("127.0.0.1",)) == "hello"
        assert len(dns.asked) == 1
        assert on_cpython(named(server), lambda: ["127.0.0.1"]) == "hello"
        assert dns.asked[0][:2] != dns.asked[1][:2]


@pytest.mark.parametrize(
    "script",
    [
        lambda q: [reply_to(q, code=3)],
        lambda q: [reply_to(q, code=2)],
        lambda q: [reply_to(q)],
    ],
    ids=["no such name", "server failure", "no address"],
)
def test_a_name_that_is_not_there(monkeypatch, script):
    with NameServer(script) as dns:
        monkeypatch.setattr(resolve, "PORT", dns.port)
        assert on_cpython("http://ca.test/", ("127.0.0.1",)) == "dns"


def test_a_silent_name_server(monkeypatch):
    with NameServer(lambda q: []) as dns:
        monkeypatch.setattr(resolve, "PORT", dns.port)
        monkeypatch.setattr(resolve, "_PATIENCE_MS", 100)
        assert on_cpython("http://ca.test/", ("127.0.0.1",)) == "dns"
        assert len(dns.asked) == 6


def test_a_lost_query_is_repeated(monkeypatch):
    def script(query):
        return [address(query)] if len(dns.asked) > 1 else []

    with NameServer(script) as dns, Server(answer(OK)) as server:
        monkeypatch.setattr(resolve, "PORT", dns.port)
        monkeypatch.setattr(resolve, "_PATIENCE_MS", 100)
        assert on_cpython(named(server), ("127.0.0.1",)) == "hello"


def test_the_next_address_is_tried():
    def two(query):
        records = b"".join(
            b"\xc0\x0c\x00\x01\x00\x01\0\0\0\x3c\x00\x04" + octets
            for octets in (b"\x7f\x00\x00\x02", b"\x7f\x00\x00\x01")
        )
        return [reply_to(query, records, 2)]

    with NameServer(two) as dns, Server(answer(OK)) as server, pytest.MonkeyPatch.context() as m:
        m.setattr(resolve, "PORT", dns.port)
        assert on_cpython(named(server), ("127.0.0.1",)) == "hello"


def test_the_hostile_server_itself_is_honest_by_default():
    with Server(answer(OK)) as server, socket.create_connection(("127.0.0.1", server.port)) as s:
        s.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert s.recv(100) == OK
