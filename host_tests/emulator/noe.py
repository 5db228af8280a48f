"""A development image of firmware/port in QEMU, driven through MicroPython's raw prompt.

For the tests of firmware/port; the set's own main program is driven by tools/setctl instead.
"""

import functools
import os
import re
import select
import shutil
import struct
import subprocess
import time
from pathlib import Path

from tools.setctl_host import bootblock
from tools.setctl_host import image as flash_image
from tools.setctl_host.machines import EMULATED

ROOT = Path(__file__).resolve().parent.parent.parent
FLASH_BYTES = flash_image.GEOMETRY["NOE"][0]
HOST = "10.0.2.2"  # this machine's loopback as the set sees it
MARKS = ("!crash", "!reset", "!off", "!power-cut")


@functools.cache
def _make(*arguments):
    command = ["make", "-s", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def build(board="NOE", *options):
    """Build a board's image (options: "DEV=1") once a run; return its path."""
    done = _make(f"BOARD={board}", *options)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    suffix = "-dev" if "DEV=1" in options else ""
    return ROOT / "build" / f"{board}{suffix}" / "firmware.elf"


def development_image(board="NOE"):
    """Build a board's development image; return its path."""
    return build(board, "DEV=1")


def breaking(image, symbol, copy):
    """Copy an image to `copy` with an undefined instruction at a function; return its address."""
    names = subprocess.run(["arm-none-eabi-nm", image], capture_output=True, text=True, check=True)
    address = int(re.search(rf"^(\w+) \w {symbol}$", names.stdout, re.M).group(1), 16)
    data = bytearray(Path(image).read_bytes())
    (offset,) = struct.unpack_from("<I", data, 28)  # e_phoff
    size, count = struct.unpack_from("<HH", data, 42)
    for i in range(count):
        kind, at, virtual, _, length = struct.unpack_from("<5I", data, offset + i * size)
        if kind == 1 and virtual <= address < virtual + length:
            struct.pack_into("<I", data, at + address - virtual, 0xE7F000F0)
    Path(copy).write_bytes(data)
    return address


def erased_flash(path, board="NOE"):
    """Make a flash image of the board's size, erased; return the path."""
    piece = b"\xff" * (1 << 20)
    with open(path, "wb") as f:
        for _ in range(flash_image.GEOMETRY[board][0] // len(piece)):
            f.write(piece)
    return path


class Noe:
    """A running set. Use as a context manager: the emulator ends with it."""

    def __init__(self, folder, flash=None, nic="user", board="NOE", image=None, extra=(), **block):
        """Power on. folder: scratch; image: in place of the board's development image;
        block: arguments of bootblock.encode, prompt=True.
        """
        path = Path(folder) / "bootblock.bin"
        block.setdefault("prompt", True)
        secret = block.pop("secret", bytes(range(32)))
        noise = block.pop("noise", os.urandom(48))
        path.write_bytes(bootblock.encode(secret, noise, **block))
        hardware = EMULATED[board]
        command = [shutil.which("qemu-system-arm"), *hardware.options(flash)]
        command += ["-display", "none", "-no-reboot", "-serial", "stdio"]
        if "-monitor" not in extra:
            command += ["-monitor", "none"]
        command += ["-kernel", str(image or development_image(board))]
        command += hardware.block(str(path))
        if nic:
            command += ["-nic", f"{nic},model={hardware.nic}"]
        self._process = subprocess.Popen(
            [*command, *extra],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(os.environ, QEMU_AUDIO_DRV="none"),
        )
        self.pid = self._process.pid
        self.output = b""
        self.prompt = block["prompt"]
        if self.prompt:
            self.until(b">>> ", 10)
            self.write(b"\x01")
            self.until(b"raw REPL; CTRL-B to exit\r\n>", 5)

    def __enter__(self):
        """Return the set."""
        return self

    def __exit__(self, *exception):
        """Power off."""
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def write(self, data):
        """Send bytes to the serial line."""
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def read(self, timeout):
        """Take what the line has sent; False at its end or after `timeout` seconds of silence."""
        out = self._process.stdout
        if not select.select([out], [], [], timeout)[0]:
            return False
        data = os.read(out.fileno(), 65536)
        self.output += data
        return bool(data)

    def until(self, mark, timeout):
        """Read until `mark`; return what stood before it. AssertionError with the output if not."""
        end = time.monotonic() + timeout
        while mark not in self.output:
            left = end - time.monotonic()
            assert left > 0 and self.read(left), f"no {mark!r} in {self.output[-2000:]!r}"
        before, _, self.output = self.output.partition(mark)
        return before

    def start(self, code):
        """Send code to the raw prompt without waiting for its end."""
        self.write(code.encode() + b"\x04")

    def result(self, timeout=10):
        """Return what the started code printed. AssertionError with its traceback if it raised."""
        self.until(b"OK", timeout)
        text = self.until(b"\x04", timeout)
        error = self.until(b"\x04>", timeout)
        assert not error, error.decode()
        return text.decode().replace("\r\n", "\n").rstrip("\n")

    def run(self, code, timeout=10):
        """Run code; return what it printed."""
        self.start(code)
        return self.result(timeout)

    def ending(self, timeout=10):
        """Wait until the emulator ends; return the lines that begin with a mark of crash.h."""
        end = time.monotonic() + timeout
        while self.read(max(0, end - time.monotonic())):
            pass
        assert self._process.wait(max(0.1, end - time.monotonic())) == 0
        lines = self.output.decode(errors="replace").splitlines()
        return [line for line in lines if line.startswith(MARKS)]


DHCP = """
import noe, time
noe.net.start(noe.mac() or b"\\x02\\0\\x5e\\0\\x53\\1")
noe.net.dhcp(True)
while noe.net.ifconfig()[0] == "0.0.0.0":
    noe.idle(100)
"""
