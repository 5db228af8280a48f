"""TFTP, SNTP, the call-server session and the remote log, against tools/callserver's servers."""

import asyncio
import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from phone import callsession, remotelog, sntp, tftp
from real_time import drive
from scep.deadline import Deadline, DeadlineError
from tools.desk.commands import Desk

ROOT = Path(__file__).resolve().parent.parent
FIRMWARE = ROOT / "build" / "UNIX" / "firmware.elf"
BUILD = 1700000000


@pytest.fixture
def desk(tmp_path):
    """Start a Desk in a thread: make(**flags) -> Desk; files are served from tmp_path."""
    running = []

    def make(**flags):
        made, loop, up = Desk(str(tmp_path), **flags), asyncio.new_event_loop(), threading.Event()

        def serve():
            asyncio.set_event_loop(loop)
            loop.run_until_complete(made.start())
            up.set()
            loop.run_forever()
            # What was cancelled ends here, within its loop.
            loop.run_until_complete(asyncio.sleep(0.01))
            loop.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        assert up.wait(5)
        running.append((made, loop, thread))
        made.call = lambda function, *words: loop.call_soon_threadsafe(function, *words)
        return made

    yield make
    for made, loop, thread in running:
        loop.call_soon_threadsafe(made.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def wait_for(condition, seconds=3):
    """Wait until the desk's thread has read what was sent to it; return whether it has."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def fetch(made, name="lanpbx.cfg", limit=65536, seconds=20):
    deadline = Deadline(seconds * 1000, name)
    return drive(tftp.fetch("127.0.0.1", name, limit, deadline, made.ports["tftp"]))


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 1024, 1427, 1428, 1429, 2856, 65536])
@pytest.mark.parametrize("fault", [None, "no-options"])
def test_tftp_reads_files_of_every_edge_size(desk, tmp_path, size, fault):
    content = os.urandom(size)
    (tmp_path / "lanpbx.cfg").write_bytes(content)
    assert fetch(desk(tftp_fault=fault)) == content


@pytest.mark.parametrize("fault", ["duplicate", "foreign-port", "refuse-options", "lose-first"])
def test_tftp_survives_a_server_that_misbehaves(desk, tmp_path, fault, monkeypatch):
    monkeypatch.setattr("tools.desk.tftp.RETRANSMIT", 0.2)
    content = os.urandom(5000)
    (tmp_path / "lanpbx.cfg").write_bytes(content)
    assert fetch(desk(tftp_fault=fault)) == content


@pytest.mark.parametrize(
    "fault, code", [("unasked-oack", "tftp"), ("access", "tftp"), ("stall", "tftp"),
                    ("silent", "tftp"), ("huge", "too-large"), ("long-block", "tftp")],
)  # fmt: skip
def test_tftp_gives_up_with_a_code(desk, tmp_path, fault, code, monkeypatch):
    monkeypatch.setattr(tftp, "_PATIENCE_MS", 20)
    (tmp_path / "lanpbx.cfg").write_bytes(b"#" * 5000)
    with pytest.raises(tftp.TftpError) as caught:
        fetch(desk(tftp_fault=fault))
    assert caught.value.code == code and not caught.value.missing


def test_tftp_tells_a_missing_file_apart(desk):
    with pytest.raises(tftp.TftpError) as caught:
        fetch(desk(), "lanpbx_00809F59E1A0.cfg")
    assert caught.value.missing


def test_tftp_refuses_a_file_that_announces_too_much(desk, tmp_path):
    (tmp_path / "lanpbx.cfg").write_bytes(b"#" * 1000000)
    with pytest.raises(tftp.TftpError) as caught:
        fetch(desk())
    assert caught.value.code == "too-large"


def test_tftp_has_a_deadline_of_its_own(desk):
    with pytest.raises(DeadlineError):
        fetch(desk(tftp_fault="silent"), seconds=0.2)


def test_tftp_arrives_over_a_lossy_line(desk, tmp_path, monkeypatch):
    monkeypatch.setattr("tools.desk.tftp.RETRANSMIT", 0.1)
    monkeypatch.setattr(tftp, "_PATIENCE_MS", 100)
    content = os.urandom(20000)
    (tmp_path / "lanpbx.cfg").write_bytes(content)
    assert fetch(desk(loss=0.1, latency=5)) == content


def ask(made, pivot=BUILD, seconds=20):
    deadline = Deadline(seconds * 1000, "time")
    return drive(sntp.ask("127.0.0.1", os.urandom, pivot, deadline, made.ports["sntp"]))


@pytest.mark.parametrize("moment", [1764000000, 2085978495, 2085978496, 2085978497, 4000000000])
def test_sntp_tells_the_time_on_both_sides_of_2036(desk, moment):
    assert 0 <= ask(desk(clock=moment)) - moment <= 2


@pytest.mark.parametrize(
    "fault",
    ["stratum-0", "stratum-16", "unsynchronised", "zero", "originate", "mode", "short", "silent"],
)
def test_sntp_believes_no_answer_that_is_not_a_time(desk, fault, monkeypatch):
    monkeypatch.setattr(sntp, "_PATIENCE_MS", 50)
    with pytest.raises(sntp.SntpError) as caught:
        ask(desk(sntp_fault=fault))
    assert caught.value.code == "clock"


def until(session, condition, seconds=3):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        session.step()
        time.sleep(0.002)
    assert condition()


def session_of(made, mac="00809F59E1A0"):
    return callsession.Session("127.0.0.1", mac, os.urandom, made.ports["session"])


def test_a_session_learns_the_time_once_per_hello(desk):
    session = session_of(desk(clock=1900000000))
    until(session, lambda: session.time is not None)
    assert 0 <= session.take_time() - 1900000000 <= 2
    assert session.take_time() is None and session.connected
    session.close()


def test_a_reload_storm_is_obeyed_once(desk):
    made = desk()
    session = session_of(made)
    until(session, lambda: session.connected)
    for _ in range(50):
        made.call(made.session.reload)
    until(session, lambda: session.ignored > 10)
    assert session.take_reload() and not session.take_reload()
    assert session.reloads == 1
    session.close()


def test_a_time_with_another_nonce_is_not_taken():
    session = callsession.Session("127.0.0.1", "00809F59E1A0", os.urandom, 9)
    session._hello()
    session._take(b"TIME 1 nonce=0000000000000000 utc=1900000000")
    assert session.time is None
    good = b"TIME 1 nonce=" + session._nonce.encode() + b" utc=1900000000"
    session._take(good)
    assert session.take_time() == 1900000000
    session._take(good)
    assert session.time is None
    session.close()


NOISE = (
    b"", b"\xff\xfe", b"TIME", b"TIME 2 nonce=a utc=1", b"RELOAD 1", b"RELOAD 1 mac=other",
    b"TIME 1 utc=99999999999999999999",
)  # fmt: skip


@pytest.mark.parametrize("line", NOISE)
def test_noise_on_the_session_changes_nothing(line):
    session = callsession.Session("127.0.0.1", "00809F59E1A0", os.urandom, 9)
    session._nonce = ""
    session._take(line)
    assert session.time is None and not session.take_reload()
    session.close()


def test_remote_log_sends_rfc5424_and_limits_its_rate(desk):
    made = desk()
    log = remotelog.RemoteLog("127.0.0.1", "00809F59E1A0", "1.0", made.ports["log"])
    for number in range(100):
        log.event("error", {"error": "timeout", "message": 'a "b" ]\\\n', "n": number}, None)
    assert log.dropped == 100 - 20
    wait_for(lambda: len(made.events) >= 20)
    first = made.events[0]["message"]
    assert first.startswith("<131>1 - 00809F59E1A0 microscep 1.0 error [microscep@0 error=")
    assert 'message="a \\"b\\" \\]\\\\ "' in first
    log.close()


def test_remote_log_never_sends_more_than_its_limit():
    whole = remotelog.message("M", "1", "error", {"x": "y" * 5000}, "2030-01-01T00:00:00Z")
    assert len(whole) < 1000 and b"truncated" in whole


@pytest.mark.micropython
def test_the_same_clients_run_on_the_unix_build(desk, tmp_path):
    content = os.urandom(3000)
    (tmp_path / "lanpbx.cfg").write_bytes(content)
    made = desk(clock=1900000000)
    script = ROOT / "host_tests" / "micropython" / "boot_services.py"
    ports = [str(made.ports[name]) for name in ("tftp", "sntp", "session", "log")]
    done = subprocess.run(
        [FIRMWARE, script, *ports], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    size, moment, told = done.stdout.split()[-3:]
    assert (int(size), int(told) - int(moment)) in ((3000, 0), (3000, 1), (3000, -1))
    assert 0 <= int(moment) - 1900000000 <= 5
    assert wait_for(lambda: any(event["event"] == "syslog" for event in made.events))
