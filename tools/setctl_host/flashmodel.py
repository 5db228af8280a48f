"""A flash image in memory as MicroPython's block device, for what the host writes into it.

For factory.py. Strict as NOR is: a program only clears bits.
"""


class MemoryFlash:
    """`sectors` sectors of `size` bytes, erased; extended block protocol."""

    program_unit = 4

    def __init__(self, size, sectors, unit=program_unit):
        """All 0xFF. unit: bytes of which programs are whole multiples."""
        self.program_unit = unit
        self._size = size
        self._sectors = sectors
        self.data = bytearray(b"\xff" * (size * sectors))

    def readblocks(self, n, buf, off=0):
        """Fill buf from offset `off` of sector `n`."""
        at = n * self._size + off
        buf[:] = self.data[at : at + len(buf)]

    def writeblocks(self, n, buf, off=0):
        """Program whole units; OSError where a bit would be set."""
        at = n * self._size + off
        if off % self.program_unit or len(buf) % self.program_unit or off + len(buf) > self._size:
            raise OSError(22)
        old = self.data[at : at + len(buf)]
        if any(new & ~was for new, was in zip(buf, old, strict=True)):
            raise OSError(1)
        self.data[at : at + len(buf)] = buf

    def ioctl(self, op, arg=0):
        """Answer 3 (sync), 4 (sectors), 5 (sector size), 6 (erase)."""
        if op == 4:
            return self._sectors
        if op == 5:
            return self._size
        if op == 6:
            self.data[arg * self._size : (arg + 1) * self._size] = b"\xff" * self._size
        return 0
