"""The boot-parameter block of emulated boards, as the host writes it.

For machines.py. DESIGN.md section 6; the layout is firmware/port/bootblock.h's (a test compares).
"""

import hashlib
import os
import shutil
import struct
import tempfile

MAGIC = 0x4250534D
VERSION = 1
SIZE = 4096
HAS_SECRET, HAS_MAC, HAS_TIME, SEEDED, PROMPT = 0x01, 0x02, 0x04, 0x08, 0x10
TEAR_NONE, TEAR_PARTIAL, TEAR_DONE = 0, 1, 2
NOISE_BYTES = 48
# magic, version, flags, heap_kib, start_time, power_cut_step, power_cut_tear, mac, reserved,
# secret, noise
LAYOUT = "<IIIIqII6s26x32s48s"


def noise(seed=None, dead=False):
    """Return the 48 bytes of the noise field: the host's randomness, of `seed`, or zeros."""
    if dead:
        return bytes(NOISE_BYTES)
    if seed is None:
        return os.urandom(NOISE_BYTES)
    return hashlib.shake_256(b"microscep --seed %d" % seed).digest(NOISE_BYTES)


def encode(
    secret, noise_bytes, *, mac=None, time=None, heap_kib=0, power_cut=0, seeded=False, prompt=False
):
    """Return the page. secret: 32 bytes; mac: 6 bytes or None; time: int seconds or None."""
    flags = HAS_SECRET
    flags |= HAS_MAC if mac else 0
    flags |= HAS_TIME if time is not None else 0
    flags |= SEEDED if seeded else 0
    flags |= PROMPT if prompt else 0
    head = struct.pack(
        LAYOUT,
        MAGIC,
        VERSION,
        flags,
        heap_kib or 0,
        time or 0,
        power_cut or 0,
        TEAR_PARTIAL if power_cut else TEAR_NONE,
        mac or bytes(6),
        secret,
        noise_bytes,
    )
    return head.ljust(SIZE, b"\0")


class PrivateFile:
    """The block in a file that only this user can read, gone once the emulator has read it."""

    def __init__(self, data):
        """Write `data`; in memory where the machine has a file system there."""
        shm = "/dev/shm"
        base = shm if os.access(shm, os.W_OK) else None
        self._folder = tempfile.mkdtemp(prefix="setctl-", dir=base)  # mode 0700
        self.path = os.path.join(self._folder, "bootblock")
        fd = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(fd, "wb") as f:
            f.write(data)

    def remove(self):
        """Overwrite and delete the file; idempotent."""
        if self._folder is None:
            return
        with open(self.path, "r+b") as f:
            f.write(bytes(SIZE))
        shutil.rmtree(self._folder)
        self._folder = None
