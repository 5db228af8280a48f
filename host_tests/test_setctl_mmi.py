"""`setctl mmi`: the set's screen and keys in a terminal, on the UNIX board."""

import os
import pty
import select
import subprocess
import sys
import time

import pytest

from set_driver import SETCTL, Set

pytestmark = pytest.mark.micropython
F1, F3, DOWN, LEAVE = b"\x1bOP", b"\x1bOR", b"\x1b[B", b"\x1d"


class Terminal:
    """A terminal with `setctl mmi` in it; a context manager that ends it."""

    def __init__(self, unix, *arguments):
        """Start it on a set's flash."""
        self._fd, slave = pty.openpty()
        command = [sys.executable, SETCTL, "--board", "UNIX", "--flash", unix.flash]
        self.process = subprocess.Popen(
            [*command, "mmi", *arguments], stdin=slave, stdout=slave, stderr=subprocess.STDOUT
        )
        os.close(slave)
        self.text = ""

    def __enter__(self):
        """Return the terminal."""
        return self

    def __exit__(self, *exception):
        """End it, whatever it does."""
        self.process.kill()
        self.process.wait()
        os.close(self._fd)

    def press(self, *keys):
        """Send keys."""
        for key in keys:
            os.write(self._fd, key)

    def wait(self, text, seconds=20):
        """Read until `text` was shown; what came before it is passed over."""
        end = time.monotonic() + seconds
        while text not in self.text:
            assert time.monotonic() < end, f"no {text!r} in {self.text[-1500:]!r}"
            if select.select([self._fd], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self._fd, 65536).decode("utf-8", "replace")
                except OSError:  # the other end has gone
                    break
        assert text in self.text, self.text[-1500:]
        self.text = self.text.partition(text)[2]


@pytest.fixture(name="unix")
def _unix(tmp_path):
    return Set("UNIX", tmp_path).factory()


def test_the_menus_come_up_after_the_boot_and_give_the_line_back(unix):
    with Terminal(unix) as terminal:
        terminal.wait("No certificate")
        terminal.press(F3)
        terminal.wait("Admin password")
        terminal.press(DOWN, DOWN, DOWN, b"\r", DOWN, b"\r")
        terminal.wait("Langue")
        terminal.press(LEAVE)
        assert terminal.process.wait(20) == 0
        assert '{"event"' not in terminal.text
    with Terminal(unix) as terminal:  # the language was kept
        terminal.wait("Pas de certificat")
        terminal.press(LEAVE)
        assert terminal.process.wait(20) == 0


def test_a_url_typed_at_the_terminal_is_what_config_stored(unix):
    with Terminal(unix) as terminal:
        terminal.wait("No certificate")
        terminal.press(F3, b"\r", DOWN, DOWN, b"\r")
        for title in ("Choose a password", "Enter it again"):
            terminal.wait(title)
            terminal.press(b"correct horse", F3)
        terminal.wait("Save")
        terminal.press(b"http://pki/scep", F3)
        terminal.wait("Saved")
        terminal.press(LEAVE)
        assert terminal.process.wait(20) == 0
    answer = unix.ok("config", "scep_url=http://other/scep")
    assert answer.named("config")[0]["old"] == "http://pki/scep"
    assert b"correct horse" not in unix.flash.read_bytes()


def test_the_lanpbx_file_of_the_boot_reaches_the_menus(unix, tmp_path):
    path = tmp_path / "lanpbx.cfg"
    path.write_text("scep_url=http://from.file/scep\n")
    with Terminal(unix, "--lanpbx", path) as terminal:
        terminal.wait("No certificate")
        terminal.press(F3, b"\r")
        terminal.wait("http://from.file/scep")


def test_a_set_that_goes_down_is_said(unix):
    with Terminal(unix, "--power-cut", "1") as terminal:
        terminal.wait("lost power")
        assert terminal.process.wait(20) == 3
