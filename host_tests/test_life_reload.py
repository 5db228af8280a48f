"""A running set whose call server asks for a reload: it reads its file again, and acts on it."""

import asyncio
import contextlib
import time

import pytest

from lab_driver import Lab
from set_driver import CHALLENGE, Set
from tools.setctl_host import arguments, machines
from tools.setctl_host.fileserver import FileServer
from tools.setctl_host.session import Session, command_line

pytestmark = pytest.mark.micropython


@contextlib.contextmanager
def _running(device):
    """Power a set on and keep it; yield its Session."""
    args = arguments.parse(["--board", "UNIX", "--flash", str(device.flash), "boot"])
    args.time = int(time.time())
    machine = machines.start(args)
    try:
        session = Session(machine)
        session.wait_ready()
        yield session
    finally:
        machine.stop()


def _until(session, name, **fields):
    """Read events until one has this name and these fields; return it and those before it."""
    end = time.monotonic() + 30
    seen = []
    for event in session._events(lambda: end - time.monotonic()):
        seen.append(event)
        if event["event"] == name and all(event.get(k) == v for k, v in fields.items()):
            return seen
    raise AssertionError((name, fields, seen))


def _reload(desk):
    async def tell():
        return desk._desk.session.reload()

    assert asyncio.run_coroutine_threadsafe(tell(), desk._loop).result(10) == 1


def test_a_reload_makes_a_running_set_read_its_file_and_enrol(tmp_path):
    device = Set("UNIX", tmp_path).factory()
    path = tmp_path / "lanpbx.cfg"
    path.write_text("")
    with Lab(tmp_path) as lab, FileServer(path) as desk, _running(device) as session:
        host = "127.0.0.1"
        path = f"{desk._folder}/lanpbx.cfg"
        with open(path, "w") as f:
            f.write(f"call_server={host}:{desk.ports['session']}\n")
        words = [("until", "idle"), ("tftp", f"{host}:{desk.ports['tftp']}")]
        *_, last = session.run(command_line("boot", pairs=words), 60)
        assert last["event"] == "result"
        with open(path, "a") as f:
            f.write(
                f"scep_run=yes\nscep_url={lab.url()}\nscep_psk={CHALLENGE}\nscep_spread=0\n"
                f"scep_ca_fingerprint={lab.ca_sha256}\n"
            )
        _reload(desk)
        seen = _until(session, "slot", slot="active")
        assert "scep_url" in [event.get("key") for event in seen if event["event"] == "config"]
        # another one within the same minute is not obeyed
        _reload(desk)
        session.machine.write(command_line("status"))
        seen = _until(session, "result")
        assert seen[-1]["state"] == "active"
        assert not [event for event in seen if event["event"] == "boot"]


def _storm(desk, count):
    """Send so many RELOAD within a second or so, from the call server's own port."""

    async def send():
        session = desk._desk.session
        ((address, _state),) = session.sets.values()
        for number in range(count):
            session._transport.sendto(b"RELOAD 1 mac=all id=%d" % number, address)
            if number % 10 == 9:
                await asyncio.sleep(0.01)

    asyncio.run_coroutine_threadsafe(send(), desk._loop).result(60)


def test_a_thousand_reloads_a_second_are_one_and_the_set_goes_on_answering(tmp_path):
    device = Set("UNIX", tmp_path).factory()
    path = tmp_path / "lanpbx.cfg"
    path.write_text("scep_renew=44\n")
    with FileServer(path) as desk, _running(device) as session:
        server = f"127.0.0.1:{desk.ports['session']}"
        list(session.run(command_line("config", pairs=[("call_server", server)]), 60))
        words = [("until", "idle"), ("tftp", f"127.0.0.1:{desk.ports['tftp']}")]
        *_, last = session.run(command_line("boot", pairs=words), 60)
        assert last["event"] == "result"
        _storm(desk, 1000)
        seen = _until(session, "boot", step=3)
        _storm(desk, 1000)
        session.machine.write(command_line("status"))
        seen += _until(session, "result")
        assert seen[-1]["state"] == "factory"
        time.sleep(3)  # what a queue still holds would be obeyed by now
        session.machine.write(command_line("status"))
        seen += _until(session, "result")
        assert [event["step"] for event in seen if event["event"] == "boot"] == [3]
        assert [row for row in desk._desk.events if row["event"] == "tftp"][-1]["found"]
