"""A command on a set: events through, and each way in which a set goes down."""

import io
import json

import pytest

from tools.setctl_host import session as session_module
from tools.setctl_host.errors import Down, Failure
from tools.setctl_host.output import JsonOutput, TextOutput
from tools.setctl_host.session import Session, command_line

READY = b'{"event": "ready"}\n'


class Machine:
    """A set that says `pieces`, one a read, and then stays silent (or ends with b"")."""

    def __init__(self, *pieces):
        self.pieces = list(pieces)
        self.written = b""

    def ready(self):
        pass

    def write(self, data):
        self.written += data

    def read(self, timeout):
        if self.pieces:
            return self.pieces.pop(0)
        return None


def _run(*pieces, timeout=0.05):
    session = Session(Machine(READY, *pieces))
    session.wait_ready()
    return list(session.run(b"x\n", timeout))


def test_events_come_through_in_order_and_the_result_ends_them():
    got = _run(
        b'{"event": "http"}\r\n{"ev',
        b'ent": "alive"}\nnoise\n{"event": "result", "a": "\xc3\xa8"}\n',
    )
    assert got == [{"event": "http"}, {"event": "result", "a": "è"}]


def test_what_is_said_before_the_set_is_ready_is_kept():
    """A clock that is not believed is noticed at power on, before any command."""
    warning = b'{"event": "warning", "code": "clock", "message": "m"}\n'
    session = Session(Machine(b'{"event": "alive"}\n' + warning + READY + b'{"event": "result"}\n'))
    session.wait_ready()
    assert session.early == [{"event": "warning", "code": "clock", "message": "m"}]
    assert list(session.run(b"x\n", 0.05)) == [{"event": "result"}]


def test_what_is_said_before_a_set_gives_up_is_kept():
    warning = b'{"event": "warning", "code": "flash-corrupt", "message": "m"}\n'
    error = b'{"event": "error", "error": "wrong-device", "message": "m"}\n'
    session = Session(Machine(warning + error))
    with pytest.raises(Failure):
        session.wait_ready()
    assert [event["code"] for event in session.early] == ["flash-corrupt"]


def test_an_event_right_behind_a_result_is_told_before_it():
    got = _run(b'{"event": "result"}\n{"event": "port", "state": "open"}\n{"event": "alive"}\n')
    assert got == [{"event": "port", "state": "open"}, {"event": "result"}]


def test_what_follows_the_end_of_a_command_is_the_next_ones():
    session = Session(Machine(READY, b'{"event": "result", "n": 1}\n!reset\n'))
    session.wait_ready()
    assert list(session.run(b"x\n", 0.05)) == [{"event": "result", "n": 1}]
    with pytest.raises(Down):
        list(session.run(b"y\n", 0.05))


# (name, what the set says, words in the report)
DOWN = (
    ("crash", b"\r\n!crash data abort\r\n!crash pc=1\r\n!crash end\r\n", "crashed"),
    ("power cut", b"\r\n!power-cut 17\r\n", "flash step 17"),
    ("restart", b"!reset\r\n", "restarted"),
    ("end of the process", b"", "went down"),
    ("silence", b'{"event": "progress"}\n', "did not end"),
)


@pytest.mark.parametrize(("name", "said", "words"), DOWN, ids=[row[0] for row in DOWN])
def test_a_set_that_goes_down_is_status_3(name, said, words):
    with pytest.raises(Down) as down:
        _run(said)
    assert down.value.status == 3 and words in down.value.message


def test_a_crash_is_reported_with_what_the_set_said():
    with pytest.raises(Down) as down:
        _run(b"!crash data abort\n!crash pc=00010000\n!crash end\n")
    assert "data abort" in down.value.report and "pc=00010000" in down.value.report


def test_a_silent_set_hangs(monkeypatch):
    monkeypatch.setattr(session_module, "_SILENCE_SECONDS", 0.05)
    with pytest.raises(Down) as down:
        _run(timeout=None)
    assert "hangs" in down.value.message


def test_a_set_that_never_gets_ready(monkeypatch):
    monkeypatch.setattr(session_module, "_READY_SECONDS", 0.05)
    with pytest.raises(Down):
        Session(Machine(b"MicroPython\n")).wait_ready()
    with pytest.raises(Failure) as failure:
        error = b'{"event": "error", "error": "wrong-device", "message": "m"}\n'
        Session(Machine(error)).wait_ready()
    assert failure.value.status == 1 and failure.value.code == "wrong-device"


def test_values_are_quoted_so_that_the_firmwares_reader_gets_them_back():
    from phone.lanpbx import Reader

    nasty = {"a": "", "b": ' x "y" \\ #z ', "c": "\\\\", "d": "Ministère", "e": "=", "f": "\\"}
    line = command_line("config", ["word"], nasty.items())
    reader = Reader()
    pairs = reader.feed(line) + reader.finish()
    assert pairs[:2] == [("config", None), ("word", None)]
    assert {key: value.decode() for key, value in pairs[2:]} == nasty
    with pytest.raises(Failure):
        command_line("config", (), [("a", "x\nwipe")])


def test_everything_said_goes_to_the_log():
    log = io.BytesIO()
    session = Session(Machine(READY, b'boot\n{"event": "result"}\n'), log)
    session.wait_ready()
    list(session.run(b"x\n", 1))
    assert log.getvalue() == READY + b'boot\n{"event": "result"}\n'


def test_json_output_is_one_object_a_line_with_the_event_first(capsys):
    out = JsonOutput()
    out.event({"b": 1, "event": "boot", "a": "è"})
    out.failure(Failure("config", "m"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith('{"event": "boot"') and "è" in lines[0]
    assert json.loads(lines[1]) == {"event": "error", "error": "config", "message": "m"}


def test_an_event_of_a_newer_firmware_is_shown_by_its_fields(capsys):
    TextOutput().event({"event": "port", "state": "open", "n": 1})
    TextOutput().event({"event": "http", "op": "GetCACaps"})
    assert capsys.readouterr().err == "port: n 1, state open\nhttp: op GetCACaps\n"


def test_text_output_keeps_results_apart_from_progress(capsys):
    out = TextOutput()
    out.event({"event": "keygen", "primes": 1, "candidates": 40})
    out.event({"event": "result", "pem": "-----BEGIN\n"})
    out.failure(Failure("config", "m"))
    captured = capsys.readouterr()
    assert captured.out == "-----BEGIN\n"
    assert captured.err == "keygen: 40 candidates, 1 primes\nerror: config: m\n"
