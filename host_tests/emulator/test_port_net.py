"""SMC91C111 and lwIP of the bare-metal port: DHCP, TCP, UDP, raw frames, floods."""

import binascii
import hashlib
import random
import socket
import struct
import threading
import time

import pytest

from emulator.cable import Cable
from emulator.noe import DHCP, HOST, Noe
from emulator.wire import PEER, Wire, arp_request, ethernet, ip, is_arp

pytestmark = pytest.mark.emulator

POLL = """
import socket, select, binascii
def tcp(port):
    s = socket.socket(); s.setblocking(False)
    try: s.connect(('10.0.2.2', port))
    except OSError as e:
        if e.errno not in (115, 119): raise
    p = select.poll(); p.register(s, select.POLLIN | select.POLLOUT)
    return s, p
"""


class Server:
    """A TCP server on loopback: each connection is handled by `handle(connection)`."""

    def __init__(self, handle):
        """Listen."""
        self._handle = handle
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        try:
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._one, args=(connection,), daemon=True).start()
        except OSError:
            pass

    def _one(self, connection):
        with connection:
            self._handle(connection)

    def __enter__(self):
        """Return the server."""
        return self

    def __exit__(self, *exception):
        """Stop listening."""
        self._listener.close()


def echo(connection):
    """Send back what comes."""
    while data := connection.recv(65536):
        connection.sendall(data)


ECHO = """
def echo(port, size):
    s, p = tcp(port)
    out = bytes((i * 31 + i // 256) & 255 for i in range(2048))
    view = memoryview(out); buf = bytearray(2048); sent = got = 0; cs = cr = 0
    while got < size:
        events = p.poll(10000)
        assert events, (sent, got)
        if events[0][1] & select.POLLIN:
            n = s.readinto(buf)
            if n:
                cr = binascii.crc32(memoryview(buf)[:n], cr); got += n
        if sent < size and events[0][1] & select.POLLOUT:
            at = sent % 2048
            n = s.write(view[at:at + min(2048 - at, size - sent)])
            if n:
                cs = binascii.crc32(view[at:at + n], cs); sent += n
        if sent == size: p.modify(s, select.POLLIN)
    s.close()
    return cs == cr, sent, got
"""


def test_dhcp_brings_address_and_name_server(tmp_path):
    with Noe(tmp_path) as s:
        code = DHCP + "print(noe.net.ifconfig(), noe.net.dns(), noe.net.link())"
        assert s.run(code) == (
            "('10.0.2.15', '255.255.255.0', '10.0.2.2', '10.0.2.3') ['10.0.2.3'] True"
        )


def test_next_server_and_boot_file_are_told(tmp_path):
    with Noe(tmp_path, nic=f"user,tftp={tmp_path},bootfile=lanpbx.cfg") as s:
        code = (
            DHCP + "print(noe.net.dhcp_option(0), noe.net.dhcp_option(1), noe.net.dhcp_option(66))"
        )
        assert s.run(code) == "b'10.0.2.2' b'lanpbx.cfg' None"


def dhcp_server(wire, extra, timeout=10):
    """Answer one DISCOVER and one REQUEST; the acknowledgement carries `extra` (RFC 2131)."""
    for kind in (2, 5):
        request = b""
        while request[34:38] != b"\0\x44\0\x43":
            request = wire.receive(timeout)
        message = request[42:]
        reply = b"\2" + message[1:16] + bytes([10, 0, 0, 1]) + bytes([10, 0, 0, 9]) + bytes(4)
        reply += message[28:240] + bytes([53, 1, kind, 54, 4, 10, 0, 0, 9, 51, 4, 0, 0, 14, 16])
        reply += (extra if kind == 5 else b"\x42\x05wrong") + b"\xff"
        datagram = struct.pack(">HHHH", 67, 68, 8 + len(reply), 0) + reply
        wire.send(ethernet(0x800, ip(17, datagram, destination=b"\xff" * 4), b"\xff" * 6))
    return message


def test_options_of_the_acknowledgement_are_kept(tmp_path, wire):
    extra = b"\x42\x0atftp.local" + b"\x2b\x03\1\2\3" + b"\x96\x04\x0a\0\0\5"
    with Noe(tmp_path, nic=wire.nic) as s:
        s.start(DHCP + "print(*(noe.net.dhcp_option(n) for n in (66, 43, 150, 67)))")
        request = dhcp_server(wire, extra)
        assert s.result() == r"b'tftp.local' b'\x01\x02\x03' b'\n\x00\x00\x05' None"
    options = request[240:]
    at = options.index(b"\x37")
    asked = options[at + 2 : at + 2 + options[at + 1]]
    assert {42, 43, 66, 67, 150} <= set(asked)


def test_static_address_is_used_without_dhcp(tmp_path):
    with Noe(tmp_path) as s, Server(echo) as server:
        code = """
import noe
noe.net.start(b'\\x00\\x80\\x9f\\x59\\xe1\\xa0')
noe.net.ifconfig(('10.0.2.77', '255.255.255.0', '10.0.2.2', '10.0.2.3'))
"""
        code += POLL + ECHO + f"print(echo({server.port}, 1000), noe.net.ifconfig()[0])"
        assert s.run(code) == "(True, 1000, 1000) 10.0.2.77"


def test_tcp_echo_of_200_kb_is_whole_both_ways(tmp_path):
    with Noe(tmp_path) as s, Server(echo) as server:
        code = DHCP + POLL + ECHO + f"print(echo({server.port}, 200000), noe.net.counters()[1:3])"
        assert s.run(code, timeout=30) == "(True, 200000, 200000) (0, 0)"


def test_refused_connection_is_an_error_at_once(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    code = f"""
try:
    s, p = tcp({port})
    assert p.poll(5000)
    s.readinto(bytearray(1))
    print('no error')
except OSError as e: print(e.errno in (103, 104, 111))
"""
    with Noe(tmp_path) as s:
        assert s.run(DHCP + POLL + code) == "True"


def test_udp_datagrams_go_both_ways(tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(10)
        code = f"""
import socket, select
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.setblocking(False)
try: u.recvfrom(10); print('?')
except OSError as e: print(e.errno)
u.sendto(bytes(range(256)) * 5, ('{HOST}', {peer.getsockname()[1]}))
p = select.poll(); p.register(u, select.POLLIN)
print(bool(p.poll(5000)))
d, a = u.recvfrom(2000)
print(len(d), a[0])
"""
        with Noe(tmp_path) as s:
            s.start(DHCP + code)
            data, address = peer.recvfrom(2000)
            assert data == bytes(range(256)) * 5
            peer.sendto(b"x" * 1400, address)
            assert s.result().split() == ["11", "True", "1400", HOST]


@pytest.fixture
def wire():
    """A cable whose other end is the test."""
    w = Wire()
    yield w
    w.close()


# The emulated SMC91C111 pads short frames to this, without its CRC: lengths are the protocol's.
SHORTEST = 64
GROUP = bytes.fromhex("0180c2000003")
START = "import noe\nnoe.net.start(bytes.fromhex('02005e005301'))\n"


@pytest.mark.parametrize("length", [60, 61, 100, 101, 1513, 1514])
def test_eapol_frames_reach_python_whole_and_lead_back(tmp_path, wire, length):
    with Noe(tmp_path, nic=wire.nic) as s:
        s.run(START)
        payload = bytes(i * 7 & 255 for i in range(length - 14))
        wire.send(GROUP + PEER + b"\x88\x8e" + payload)
        code = """
b = bytearray(1600)
while True:
    n = noe.net.receive_frame(b)
    if n: break
    noe.idle(50)
f = memoryview(b)[:n]
print(noe.net.send_frame(bytes.fromhex('020000000002') + bytes(f[6:12]) + bytes(f[12:])), n)
"""
        assert s.run(code) == f"True {max(length, SHORTEST)}"
        assert wire.receive()[14:] == payload.ljust(SHORTEST - 14, b"\0")


def test_oldest_eapol_frames_are_lost_when_nobody_reads(tmp_path, wire):
    with Noe(tmp_path, nic=wire.nic) as s:
        s.run(START)
        for i in range(10):
            wire.send(GROUP + PEER + b"\x88\x8e" + bytes([i]) * 46)
        code = """
import time
time.sleep_ms(300)
b = bytearray(100); got = []
while noe.net.receive_frame(b): got.append(b[14])
print(got)
"""
        assert s.run(code) == "[6, 7, 8, 9]"


# EtherType 0x88B5: IEEE 802 local experiments
SEND_FOR_A_SECOND = """
frame = bytes.fromhex('02000000000202005e00530188b5') + bytes(500)
sent = failed = 0
t = noe.uptime_us()
while noe.uptime_us() - t < 1000000:
    if noe.net.send_frame(frame): sent += 1
    else: failed += 1
print(sent, failed)
"""


def test_flood_does_not_stop_the_set_and_it_recovers(tmp_path, wire):
    """Frames as fast as the host can send, of every length, for a second."""
    generator = random.Random(1)
    frames = [
        (b"\xff" * 6 + PEER + generator.randbytes(2 + n))[: 14 + n]
        for n in (0, 1, 46, 47, 300, 999, 1499, 1500, 1501, 2000)
    ]
    with Noe(tmp_path, nic=wire.nic) as s:
        s.run(START + "noe.net.ifconfig(('10.0.0.1', '255.255.255.0', '10.0.0.9', '10.0.0.9'))")
        s.start(SEND_FOR_A_SECOND)
        end = time.monotonic() + 1
        while time.monotonic() < end:
            for frame in frames:
                wire.send(frame)
            time.sleep(0.0005)
        sent, failed = map(int, s.result(20).split())
        assert sent > 100, "the set starved"
        received, dropped = map(int, s.run("print(*noe.net.counters()[:2])").split())
        assert received > 100
        wire.drain()
        assert s.run("print(sum(noe.net.send_frame(frame) for _ in range(50)))") == "50"
        for _ in range(50):
            while wire.receive()[12:14] != b"\x88\xb5":
                pass
        reply = b""
        for _ in range(50):  # what is left of the flood may still push a request out
            if is_arp(reply, 2):
                break
            wire.send(arp_request(bytes([10, 0, 0, 1])))
            reply = wire.receive()
        assert is_arp(reply, 2)
        assert s.run("print('alive')") == "alive"


def test_sequence_numbers_and_ports_differ_from_boot_to_boot(tmp_path, wire):
    def first_syn(noise):
        w = Wire()
        try:
            with Noe(tmp_path, nic=w.nic, noise=noise) as s:
                code = START + POLL
                code += "noe.net.ifconfig(('10.0.0.1', '255.255.255.0', '10.0.0.9', '10.0.0.9'))\n"
                s.run(code)
                s.start("a = tcp(80)")
                while True:
                    frame = w.receive()
                    if is_arp(frame, 1):
                        body = struct.pack(">HHBBH", 1, 0x800, 6, 4, 2) + PEER + frame[38:42]
                        body += frame[22:32]
                        w.send(frame[6:12] + PEER + b"\x08\x06" + body.ljust(46, b"\0"))
                    elif frame[12:14] == b"\x08\x00" and frame[23] == 6:
                        return frame[34:36], int.from_bytes(frame[38:42], "big")
        finally:
            w.close()

    one, two, other = first_syn(b"1" * 48), first_syn(b"1" * 48), first_syn(b"2" * 48)
    assert one[0] == two[0]
    assert one[0] != other[0]
    # the hash is the same; the clock, 4 us a step, is another boot's: a minute apart at most
    apart = 60_000_000 // 4
    assert (one[1] - two[1] + apart) % 2**32 < 2 * apart
    assert (one[1] - other[1] + apart) % 2**32 >= 2 * apart


@pytest.mark.check
def test_a_megabyte_each_way_arrives_whole(tmp_path):
    sent = random.Random(2).randbytes(1 << 20)
    got = hashlib.sha256()
    done = threading.Event()

    def handle(connection):
        connection.sendall(sent)
        n = 0
        while n < 1 << 20:
            data = connection.recv(65536)
            if not data:
                break
            got.update(data)
            n += len(data)
        done.set()

    code = """
s, p = tcp(%d)
buf = bytearray(1460); n = c = 0
while n < 1048576:
    p.modify(s, select.POLLIN); assert p.poll(10000)
    k = s.readinto(buf)
    if k: c = binascii.crc32(memoryview(buf)[:k], c); n += k
print(c)
out = bytes(range(256)) * 4; m = memoryview(out); n = 0
while n < 1048576:
    p.modify(s, select.POLLOUT); assert p.poll(10000)
    k = s.write(m[n %% 1024:])
    if k: n += k
s.close()
print(noe.net.counters())
"""
    with Noe(tmp_path) as s, Server(handle) as server:
        lines = s.run(DHCP + POLL + code % server.port, timeout=60).split("\n")
        assert int(lines[0]) == binascii.crc32(sent)
        assert done.wait(10)
        assert got.hexdigest() == hashlib.sha256(bytes(range(256)) * 4096).hexdigest()


@pytest.mark.check
def test_two_hundred_connections_leak_nothing(tmp_path):
    code = """
import gc
def many(n):
    for _ in range(n): assert echo(%d, 300)[0]
many(20); gc.collect(); a = gc.mem_free()
many(180); gc.collect(); print(a - gc.mem_free() < 500)
"""
    with Noe(tmp_path) as s, Server(echo) as server:
        assert s.run(DHCP + POLL + ECHO + code % server.port, timeout=90) == "True"


@pytest.mark.check
def test_tcp_gets_everything_through_a_bad_cable(tmp_path):
    with Cable(loss=0.03, double=0.02, delay=0.005, jitter=0.01) as cable, Server(echo) as server:
        with Noe(tmp_path, nic=cable.nic) as s:
            code = DHCP + POLL + ECHO + f"print(echo({server.port}, 100000))"
            assert s.run(code, timeout=120) == "(True, 100000, 100000)"
        assert cable.lost > 0
