"""`setctl mmi` in a pseudo terminal, as a person has it.

For host_tests with the UNIX board's menus.
"""

import os
import pty
import select
import subprocess
import sys
import time

from set_driver import SETCTL

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

    def choose_password(self, password):
        """Be the first admin, from the resting screen on: ends where the URL may be changed."""
        self.wait("No certificate")
        self.press(F3, b"\r", DOWN, DOWN, b"\r")
        for title in ("Choose a password", "Enter it again"):
            self.wait(title)
            self.press(password, F3)
        self.wait("Save")

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
