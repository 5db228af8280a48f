"""QEMU's monitor on a UNIX socket, as much of it as the tests use.

For test_noe_secrets.py.
"""

import contextlib
import os
import socket
import time


class Monitor:
    """A connection to the human monitor; every command waits for the next prompt."""

    PROMPT = b"(qemu) "

    def __init__(self, path):
        """Connect and read the greeting."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(30)
        self._socket.connect(str(path))
        self._answer()

    def command(self, text):
        """Run a command; return what the monitor printed."""
        self._socket.sendall(text.encode() + b"\n")
        return self._answer()

    def quit(self, pid):
        """End the emulator and wait until its process is gone."""
        # read to the end: a monitor whose other side has gone reads no command
        with contextlib.suppress(OSError):
            self._socket.sendall(b"quit\n")
            while self._socket.recv(4096):
                pass
        self._socket.close()
        for _ in range(200):
            if not _alive(pid):
                return
            time.sleep(0.05)
        raise AssertionError("the emulator does not end")

    def _answer(self):
        data = b""
        while not data.endswith(self.PROMPT):
            piece = self._socket.recv(65536)
            if not piece:
                raise AssertionError("the monitor hung up: " + repr(data[-200:]))
            data += piece
        return data.decode("utf-8", "replace")


def _alive(pid):
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    # an orphan that ended but was not waited for is gone as well
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat") as f:
        return f.read().rpartition(")")[2].split()[0] != "Z"
    return False
