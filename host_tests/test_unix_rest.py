"""A UNIX set to which nothing comes leaves the host's processor alone, and answers all the same."""

import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from set_driver import ROOT, need

pytestmark = pytest.mark.micropython


@pytest.fixture(name="set_")
def _set(tmp_path):
    """A set that is up: it has said that it is ready; its flash is blank."""
    need("UNIX")
    (tmp_path / "flash").write_bytes(b"\xff" * 327680)
    (tmp_path / "secret").write_bytes(bytes(32))
    environment = dict(
        os.environ,
        MICROSCEP_FLASH=str(tmp_path / "flash"),
        MICROSCEP_SECRET=str(tmp_path / "secret"),
        MICROPYPATH=".frozen",
    )
    process = subprocess.Popen(
        [ROOT / "build" / "UNIX" / "firmware.elf", "-X", "heapsize=512k", "-m", "main"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    )
    assert b'"ready"' in process.stdout.readline()
    yield process
    process.stdin.close()
    assert process.wait(10) == 0
    process.stdout.close()


def switches(process):
    """Return how often the process gave its processor back by itself."""
    lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return int([line.split()[1] for line in lines if line.startswith("voluntary")][0])


def test_a_set_that_waits_turns_a_few_times_a_second(set_):
    before = switches(set_)
    time.sleep(1)
    turns = switches(set_) - before
    assert 5 <= turns <= 150  # it turned 900 times as it looked around each millisecond


# What has happened before a wait of 1.5 s, and whether that ends it.
WAITS = (
    ("nothing", "", False),
    ("octets on a socket", "other.send(b'x')", True),
    ("octets that were read", "other.send(b'x'); time.sleep_ms(50); own.recv(1)", False),
    ("a connection that is refused", "listener.close(); s = connecting()", True),
    ("a datagram", "listening.bind(to); sending.connect(to); sending.send(b'x')", True),
    ("an end of the other side", "other.close()", True),
)
SCRIPT = """
import socket, time, unixboard
def connecting():
    s = socket.socket()
    s.setblocking(False)
    try:
        s.connect(address)
    except OSError:
        pass
    return s
address = socket.getaddrinfo("127.0.0.1", %d)[0][-1]
to = socket.getaddrinfo("127.0.0.1", %d)[0][-1]
listener = socket.socket()
listener.bind(address)
listener.listen(2)
own = socket.socket()
own.connect(address)
other = listener.accept()[0]
listening, sending = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
%s
start = time.ticks_ms()
unixboard.wait(1500)
print(time.ticks_diff(time.ticks_ms(), start))
"""


def free_port(kind):
    """Return a port of 127.0.0.1 that nobody has."""
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@pytest.mark.parametrize(("name", "before", "ends"), WAITS, ids=[row[0] for row in WAITS])
def test_what_comes_ends_a_wait_and_nothing_else_does(name, before, ends):
    need("UNIX")
    ports = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_DGRAM)
    read, write = os.pipe()  # a line on which nothing comes
    done = subprocess.run(
        [ROOT / "build" / "UNIX" / "firmware.elf", "-c", SCRIPT % (*ports, before)],
        stdin=read,
        stdout=subprocess.PIPE,
        timeout=60,
    )
    os.close(read)
    os.close(write)
    assert done.returncode == 0
    assert (int(done.stdout) < 1400) == ends


def test_what_is_left_unread_does_not_keep_a_set_from_resting():
    need("UNIX")
    script = "import time, unixboard\nstart = time.ticks_ms()\nfor _ in range(50):\n"
    script += " unixboard.wait(2000)\nprint(time.ticks_diff(time.ticks_ms(), start))"
    done = subprocess.run(
        [ROOT / "build" / "UNIX" / "firmware.elf", "-c", script],
        input=b"left",
        stdout=subprocess.PIPE,
        timeout=60,
    )
    assert 45 <= int(done.stdout) < 60_000
