"""Frames that no honest station sends: the set's network code must outlive them.

lwIP's own assertions end the set (crash.h): none may be reachable from the wire.
"""

import random
import struct
import time

import pytest

from emulator.noe import Noe
from emulator.wire import (
    PEER_IP,
    SET_IP,
    SET_MAC,
    Wire,
    arp_request,
    checksum,
    ethernet,
    ip,
    is_arp,
)

pytestmark = pytest.mark.emulator

SET = """
import noe, socket
noe.net.start(bytes.fromhex('02005e005301'))
noe.net.ifconfig(('10.0.0.1', '255.255.255.0', '10.0.0.9', '10.0.0.9'))
listener = socket.socket(); listener.bind(('0.0.0.0', 80)); listener.listen(2)
listener.setblocking(False)
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); datagrams.bind(('0.0.0.0', 5000))
datagrams.setblocking(False)
resolver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
def serve(us):
    end = noe.uptime_us() + us
    open_ = []
    turns = 0
    b = bytearray(2000)
    while noe.uptime_us() < end:
        turns += 1
        try: open_.append(listener.accept()[0])
        except OSError: pass
        try: datagrams.readinto(b)
        except OSError: pass
        noe.net.receive_frame(b)
        for s in open_:
            try:
                s.setblocking(False)
                if s.readinto(b) == 0: raise OSError
                s.write(b[:100])
            except OSError as e:
                if e.errno != 11: s.close(); open_.remove(s)
        if len(open_) > 4: open_.pop(0).close()
        noe.idle(5)
    for s in open_: s.close()
    return turns
"""


def tcp(source, destination, seq, ack, flags, options=b"", payload=b""):
    """Return a TCP segment (RFC 9293) with a right checksum."""
    length = (5 + len(options) // 4) << 4
    head = struct.pack(">HHIIBBHHH", source, destination, seq, ack, length, flags, 4096, 0, 0)
    segment = head + options + payload
    pseudo = PEER_IP + SET_IP + struct.pack(">BBH", 0, 6, len(segment))
    value = struct.pack(">H", checksum(pseudo + segment))
    return segment[:16] + value + segment[18:]


def udp(source, destination, payload, length=None):
    """Return a UDP datagram (RFC 768) without a checksum; length: a false one."""
    size = 8 + len(payload) if length is None else length
    return struct.pack(">HHHH", source, destination, size & 0xFFFF, 0) + payload


def bootp(generator):
    """Return a DHCP answer (RFC 2131) with options at random."""
    head = struct.pack(">BBBBIHH", 2, 1, 6, 0, generator.getrandbits(32), 0, 0)
    head += bytes(4) + SET_IP + PEER_IP + bytes(4) + SET_MAC + bytes(10) + bytes(192)
    options = b"\x63\x82\x53\x63" + b"\x35\x01" + bytes([generator.choice((2, 5, 6))])
    for _ in range(generator.randrange(8)):
        data = generator.randbytes(generator.choice((0, 1, 4, 5, 255)))
        options += bytes([generator.choice((1, 3, 6, 51, 52, 54, 58, 59, 66, 255)), len(data)])
        options += data
    return head + options[: generator.randrange(4, len(options) + 1)]


def dns(generator):
    """Return a DNS answer (RFC 1035) with compression loops and false counts."""
    head = struct.pack(
        ">HHHHHH", generator.getrandbits(16), 0x8180, 1, generator.randrange(5), 0, 0
    )
    name = generator.choice((b"\x01a\x00", b"\xc0\x0c", b"\x3f" + b"x" * 63, b"\xff\xff", b"\x00"))
    return head + name + b"\0\1\0\1" + name + b"\0\1\0\1\0\0\0\1\0\4\1\2\3\4"


def frame(generator):
    """Return one frame: well-formed around a false field, or with bytes changed at random."""
    port = generator.choice((80, 5000, 53, 68, 1, 65535))
    data = generator.randbytes(generator.choice((0, 1, 7, 64, 500, 1400)))
    options = generator.randbytes(4 * generator.randrange(11))
    seq = generator.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, generator.getrandbits(32)))
    made = [
        lambda: ethernet(0x800, ip(6, tcp(port, 80, seq, seq, generator.getrandbits(8), options))),
        lambda: ethernet(0x800, ip(6, tcp(999, 80, 1, 0, 2))),  # SYN
        lambda: ethernet(0x800, ip(6, tcp(999, 80, 2, seq, 0x18, b"", data))),
        lambda: ethernet(0x800, ip(17, udp(53, 5000, data, generator.choice((None, 0, 7, 65535))))),
        lambda: ethernet(0x800, ip(17, udp(67, 68, bootp(generator)))),
        lambda: ethernet(0x800, ip(17, udp(53, generator.choice((5000, 49152)), dns(generator)))),
        lambda: ethernet(0x800, ip(1, b"\x08\0" + data)),
        lambda: ethernet(0x800, ip(port & 255, data, options=options)),
        lambda: ethernet(0x800, ip(17, udp(1, 5000, data), total=generator.choice((0, 19, 65535)))),
        lambda: ethernet(0x800, ip(17, udp(1, 5000, data), flags=generator.getrandbits(16))),
        lambda: ethernet(0x800, ip(6, data, first=generator.getrandbits(8))),
        lambda: ethernet(0x800, ip(6, tcp(80, 80, 0, 0, 2), source=SET_IP)),  # from itself
        lambda: arp_request(generator.choice((SET_IP, bytes(4), b"\xff" * 4))),
        lambda: ethernet(0x806, generator.randbytes(28)),
        lambda: ethernet(0x88E, data),
        lambda: ethernet(0x888E, data),
        lambda: ethernet(generator.getrandbits(16), data),
    ]
    result = bytearray(generator.choice(made)())
    if generator.random() < 0.3:
        for _ in range(generator.randrange(1, 6)):
            result[generator.randrange(6, len(result))] = generator.getrandbits(8)
    if generator.random() < 0.1:
        del result[generator.randrange(14, len(result) + 1) :]
    return bytes(result)


@pytest.mark.check
@pytest.mark.parametrize("mode", ["static", "dhcp"])
def test_no_frame_stops_the_set(tmp_path, mode):
    """The seed of a failing run stands in the assertion: put it in place of the clock."""
    seed = time.time_ns() & 0xFFFFFFFF
    generator = random.Random(seed)
    wire = Wire()
    try:
        with Noe(tmp_path, nic=wire.nic) as s:
            s.run(SET + ("noe.net.dhcp(True)" if mode == "dhcp" else ""))
            s.start("print(serve(8000000))")
            end = time.monotonic() + 8
            count = 0
            while time.monotonic() < end:
                for _ in range(20):
                    wire.send(frame(generator))
                count += 20
                time.sleep(0.004)
            assert int(s.result(30)) > 0, f"seed {seed}"
            s.run("noe.net.ifconfig(('10.0.0.1', '255.255.255.0', '10.0.0.9', '10.0.0.9'))")
            reply = b""
            for _ in range(200):
                if is_arp(reply, 2):
                    break
                wire.send(arp_request(SET_IP))
                reply = wire.receive()
            assert is_arp(reply, 2), f"seed {seed}"
            assert count > 2000
    finally:
        wire.close()
