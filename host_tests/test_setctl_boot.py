"""The boot procedure of the UNIX board: files, clock, and what is due, with the lab CA."""

import socket

import pytest

from lab_driver import Lab
from set_driver import CHALLENGE, MAC, Set
from tools.setctl_host.fileserver import FileServer

pytestmark = pytest.mark.micropython
SUBJECT = "CN={mac},O=Ministère des Affaires Etrangères,C=FR"


@pytest.fixture(name="lab", scope="module")
def _shared_lab(tmp_path_factory):
    with Lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(name="factory", scope="module")
def _factory(tmp_path_factory):
    return Set("UNIX", tmp_path_factory.mktemp("factory")).factory()


@pytest.fixture(name="fresh")
def _fresh(factory, tmp_path):
    return factory.copy(tmp_path)


def _keys(lab, **more):
    values = {
        "scep_run": "yes",
        "scep_url": f"http://127.0.0.1:{lab.port}{lab.path}",
        "scep_psk": CHALLENGE,
        "scep_ca_fingerprint": lab.ca_sha256,
        "scep_spread": "0",
        **more,
    }
    return "".join(f'{key}="{value}"\r\n' for key, value in values.items())


def _file(tmp_path, text, name="lanpbx.cfg", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def test_a_factory_set_needs_only_its_lanpbx_file(fresh, lab, tmp_path):
    path = _file(tmp_path, "# site 7\r\n" + _keys(lab, scep_subject=SUBJECT), encoding="latin-1")
    answer = fresh.ok("boot", "--lanpbx", path, "--until", "enrolled", "--timeout", "120")
    assert [event["step"] for event in answer.named("boot")] == [1, 2, 3, 4, 5]
    changed = {event["key"]: event["new"] for event in answer.named("config")}
    assert changed["scep_psk"] == "********" and changed["scep_run"] == "yes"
    status = fresh.ok("status").last
    assert status["state"] == "active"
    assert status["subject"] == SUBJECT.replace("{mac}", MAC)
    assert CHALLENGE.encode() not in fresh.serial.read_bytes()
    assert CHALLENGE.encode() not in fresh.flash.read_bytes()


def test_the_same_file_again_changes_nothing_and_enrols_nobody(fresh, lab, tmp_path):
    path = _file(tmp_path, _keys(lab))
    fresh.ok("boot", "--lanpbx", path, "--until", "enrolled", "--timeout", "120")
    before = fresh.identity()
    answer = fresh.ok("boot", "--lanpbx", path)
    assert answer.named("config") == [] and answer.named("http") == []
    assert fresh.identity() == before


def test_a_dm_file_does_the_same(fresh, lab, tmp_path):
    settings = "".join(
        f'<setting id="{line.split("=", 1)[0]}" value={line.split("=", 1)[1]}/>'
        for line in _keys(lab).split("\r\n")
        if line
    )
    path = _file(tmp_path, f'<?xml version="1.0"?><dm>{settings}</dm>', "dm.xml")
    fresh.ok("boot", "--dm", path, "--until", "enrolled", "--timeout", "120")
    assert fresh.identity()["state"] == "active"


# (name, file, code of the warning)
BAD_FILES = (
    ("bad value", b"scep_renew=0\n", "config"),
    ("UTF-16", b"\xff\xfea\0=\x001\0", "config"),
    ("open quote", b'scep_url="http://x', "config"),
    ("a megabyte", b"#" * (1 << 20), "too-large"),
)


@pytest.mark.parametrize(("name", "content", "code"), BAD_FILES, ids=[r[0] for r in BAD_FILES])
def test_a_bad_file_is_a_warning_and_the_set_boots(fresh, tmp_path, name, content, code):
    path = tmp_path / "lanpbx.cfg"
    path.write_bytes(content)
    answer = fresh.ok("boot", "--lanpbx", path)
    assert code in [event["code"] for event in answer.named("warning")]
    assert 5 in [event["step"] for event in answer.named("boot")]
    assert answer.named("config") == []


def test_a_rogue_file_draws_no_challenge_and_takes_no_identity(fresh, lab, tmp_path):
    fresh.ok("boot", "--lanpbx", _file(tmp_path, _keys(lab)), "--until", "enrolled")
    before, pem = fresh.identity(), fresh.pem()
    with Lab(tmp_path / "rogue", challenge="other") as rogue:
        text = _keys(rogue, scep_action="enroll", scep_action_id="1")
        text = "".join(line + "\n" for line in text.split("\r\n") if "scep_psk" not in line)
        answer = fresh.ok("boot", "--lanpbx", _file(tmp_path, text))
        requests = [row for row in rogue.log() if "PKI" in str(row)]
    events = {event["key"]: (event["old"], event["new"]) for event in answer.named("config")}
    assert events["scep_url"][0] and events["scep_url"][1] and events["scep_ca_fingerprint"]
    assert requests == []
    assert fresh.identity() == before and fresh.pem() == pem


@pytest.mark.parametrize("step", [2, 3, 4, 5])
def test_until_step_n_stops_there(fresh, step):
    answer = fresh.ok("boot", "--until", f"step={step}")
    assert [event["step"] for event in answer.named("boot")] == list(range(1, step + 1))


def test_a_dead_ca_does_not_keep_the_phone_from_booting(fresh, lab, tmp_path):
    text = _keys(lab, scep_url="http://127.0.0.1:1/scep")
    answer = fresh.ok("boot", "--lanpbx", _file(tmp_path, text))
    assert "connect" in [event["code"] for event in answer.named("warning")]
    status = fresh.ok("status").last
    assert status["state"] == "factory" and status["last_error"]["code"] == "connect"


def test_spread_is_waited_before_the_first_request(fresh, lab, tmp_path):
    text = _keys(lab, scep_spread="600000")
    answer = fresh.ok("boot", "--lanpbx", _file(tmp_path, text))
    assert answer.named("http") == []


def test_an_action_is_carried_out_once_for_its_number(fresh, lab, tmp_path):
    fresh.ok("boot", "--lanpbx", _file(tmp_path, _keys(lab)), "--until", "enrolled")
    first = fresh.identity()["serial"]
    path = _file(tmp_path, _keys(lab, scep_action="renew", scep_action_id="5"))
    fresh.ok("boot", "--lanpbx", path)
    second = fresh.identity()["serial"]
    assert second != first
    fresh.ok("boot", "--lanpbx", path)
    assert fresh.identity()["serial"] == second


def test_half_of_the_validity_makes_it_renew_and_expiry_enrol_anew(fresh, tmp_path):
    # a lab of its own: the test moves its clock
    with Lab(tmp_path / "own") as lab:
        path = _file(tmp_path, _keys(lab))
        fresh.ok("boot", "--lanpbx", path, "--until", "enrolled")
        first = fresh.ok("status").last
        later = _plus_days(first["not_after"], -100)
        lab.act("clock", later)
        fresh.ok("--time", later, "boot", "--lanpbx", path)
        second = fresh.ok("--time", later, "status").last
        assert second["serial"] != first["serial"] and second["state"] == "active"
        late = _plus_days(second["not_after"], 1)
        assert fresh.ok("--time", late, "status").last["state"] == "suspended"
        lab.act("clock", late)
        fresh.ok("--time", late, "boot", "--lanpbx", path)
        third = fresh.ok("--time", late, "status").last
        assert third["serial"] != second["serial"] and third["state"] == "active"


def test_events_go_to_the_log_host_without_a_secret(fresh, lab, tmp_path):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as log:
        log.bind(("127.0.0.1", 0))
        log.settimeout(10)
        host = f"127.0.0.1:{log.getsockname()[1]}"
        path = _file(tmp_path, _keys(lab, log_host=host))
        fresh.ok("boot", "--lanpbx", path, "--until", "enrolled", "--timeout", "120")
        messages = []
        while not messages or b" slot " not in messages[-1]:
            messages.append(log.recv(2000))
    assert any(b" http " in message for message in messages)
    assert all(MAC.encode() in m and CHALLENGE.encode() not in m for m in messages)


def test_the_call_server_tells_the_time(fresh, lab, tmp_path):
    with FileServer() as desk:
        server = f"127.0.0.1:{desk.ports['session']}"
        path = _file(tmp_path, f"call_server={server}\n")
        answer = fresh.ok("--time", "none", "boot", "--lanpbx", path)
    assert [event["time"] for event in answer.named("boot") if event["step"] == 5][0]


def _plus_days(iso, days):
    import datetime

    moment = datetime.datetime.fromisoformat(iso.rstrip("Z")) + datetime.timedelta(days=days)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
