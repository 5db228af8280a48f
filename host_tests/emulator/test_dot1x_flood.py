"""A hostile wire before a NOE set's supplicant: floods, foreign frames, a network that refuses."""

import time

import pytest

from eap_server import GROUP, SET, answer, eapol, request
from emulator.wire import Wire
from set_driver import Set
from tools.setctl_host import arguments, machines
from tools.setctl_host.session import Session, command_line

pytestmark = [pytest.mark.check, pytest.mark.emulator]

MAC = bytes.fromhex("00809f59e1a0")


class Booting:
    """A factory-fresh set that has begun to boot, with dot1x=yes; `wire` is its cable."""

    def __init__(self, folder):
        phone = Set("NOE", folder).factory()
        phone.ok("config", "dot1x=yes")
        self.wire = Wire()
        line = ["--board", "NOE", "--flash", str(phone.flash), "--nic", self.wire.nic, "status"]
        self._machine = machines.start(arguments.parse([*line, "--time", "none"]))
        self._session = Session(self._machine)

    def __enter__(self):
        self._session.wait_ready()
        self._machine.write(command_line("boot", pairs=[("until", "step=2")]))
        return self

    def __exit__(self, *exception):
        self._machine.stop()
        self.wire.close()

    def eapol(self, timeout=10):
        """Return the next EAPOL frame of the set."""
        end = time.monotonic() + timeout
        while True:
            frame = self.wire.receive(max(0, end - time.monotonic()))
            if frame[12:14] == b"\x88\x8e":
                return frame

    def ask(self, identifier, kind=1, data=b""):
        """Send a request and return the answer to it (identifier, type, data)."""
        self.wire.send(eapol(request(identifier, kind, data)))
        while True:
            frame = self.eapol()
            if frame[15] == 0 and frame[19] == identifier:
                length = int.from_bytes(frame[16:18], "big")  # the controller pads short frames
                return answer(GROUP + SET + frame[12 : 18 + length])[1:]

    def status(self):
        """Return the events up to the answer to `status`: the set's line is alive."""
        return list(self._session.run(command_line("status"), 20))


def test_floods_and_foreign_frames_stop_neither_the_supplicant_nor_the_set(tmp_path):
    with Booting(tmp_path) as phone:
        start = phone.eapol(20)
        assert start[:18] == GROUP + MAC + b"\x88\x8e\x01\x01\x00\x00"
        assert phone.ask(1) == (1, 1, b"00809F59E1A0")
        for i in range(2000):
            phone.wire.send(eapol(request(i % 256, 1)))
            if i % 5 == 0:
                phone.wire.send(eapol(bytes(40), kind=5))
                phone.wire.send(eapol(request(i % 256, 13, b"\xc0\xff\xff\xff\xffx"), length=1400))
                phone.wire.send(eapol(b"\x01\x07\xff\xff\x0d\x20"))
        phone.wire.drain()
        assert phone.ask(77) == (77, 1, b"00809F59E1A0")
        assert phone.ask(78, 4, b"challenge") == (78, 3, b"\x0d")
        assert phone.status()[-1]["state"] == "factory"
        # a ClientHello after all that
        identifier, kind, data = phone.ask(79, 13, b"\x20")
        assert (kind, data[:2]) == (13, b"\x00\x16")


def test_a_network_that_refuses_for_ever_does_not_keep_the_set_from_answering(tmp_path):
    with Booting(tmp_path) as phone:
        phone.eapol(20)
        for silence in (6, 15):
            phone.ask(9)
            phone.wire.send(eapol(b"\x04\x09\x00\x04"))
            began = time.monotonic()
            while phone.eapol(40)[15] != 1:
                pass
            assert silence - 1 < time.monotonic() - began < silence + 5
        events = phone.status()
        assert any(e["event"] == "port" and e["state"] == "rejected" for e in events)
        assert events[-1]["last_error"]["code"] == "eap"
