"""The block device as the store sees it: aligned programs, read back; erases, read back.

For sector.py; the board hands over an object of MicroPython's extended block protocol.
A flash that lies (silent no-op, stuck bit) is found here, before anything depends on it.
"""

from .error import broken, no_store
from .layout import CHUNK

_ERASED = b"\xff" * CHUNK


class Flash:
    """A region of flash, addressed in bytes from its start.

    device: readblocks(n, buf, off), writeblocks(n, buf, off) (programs, never erases),
    ioctl(4) -> blocks, ioctl(5) -> bytes a block, ioctl(6, n) erases block n;
    optional program_unit (bytes; 256 where the device does not say) and
    optional memory() -> read-only view of the whole region.
    Invariant: a program call is one to CHUNK bytes, whole aligned units, inside one block.
    """

    def __init__(self, device):
        """Ask the device for its geometry; nothing is read or written yet."""
        self._device = device
        self.blocks = device.ioctl(4, 0)
        self.block = device.ioctl(5, 0)
        self.unit = getattr(device, "program_unit", 256)
        if self.unit not in (1, 2, 4, 8, 16, 32, 64, 128, 256) or self.block % 256:
            raise no_store("the device has a geometry that no store fits", self.unit)
        memory = getattr(device, "memory", None)
        # The whole region as a read-only view, or None where it is not memory-mapped.
        self.memory = memory() if memory else None
        self._page = bytearray(CHUNK)
        self._back = bytearray(CHUNK)

    def mapped(self, addr, size):
        """Return a zero-copy view of the flash, or None where it is not memory-mapped."""
        if self.memory is None:
            return None
        return self.memory[addr : addr + size]

    def read_into(self, addr, buf):
        """Fill buf from addr; raises KeystoreError flash-io where the device cannot read."""
        done, size = 0, len(buf)
        n, off = addr // self.block, addr % self.block
        if off + size <= self.block:  # nearly always: without the pieces
            self._call(self._device.readblocks, n, buf, off)
            return
        view = memoryview(buf)
        while done < size:
            n, off = divmod(addr + done, self.block)
            part = min(size - done, self.block - off)
            self._call(self._device.readblocks, n, view[done : done + part], off)
            done += part

    def read(self, addr, size):
        """Return size bytes from addr: a view where mapped, else a new bytearray."""
        view = self.mapped(addr, size)
        if view is None:
            view = bytearray(size)
            self.read_into(addr, view)
        return view

    def program(self, addr, *parts):
        """Program the parts, one after the other, from addr on, padded to units with 0xFF.

        addr: aligned to the unit. Calls are cut at CHUNK and at block borders and each is read
        back; raises flash-io where the flash then holds something else.
        """
        self.start(addr)
        for part in parts:
            self.feed(part)
        self.flush()

    def start(self, addr, first=CHUNK):
        """Begin a stream of programs at addr; first: most bytes of the first call."""
        self._addr, self._fill = addr, 0
        self._limit = min(first, CHUNK - addr % CHUNK)

    def feed(self, part):
        """Append the bytes of part to the stream."""
        view, taken, size = memoryview(part), 0, len(part)
        while taken < size:
            n = min(self._limit - self._fill, size - taken)
            self._page[self._fill : self._fill + n] = view[taken : taken + n]
            taken += n
            self._advance(n)

    def feed_flash(self, source, size):
        """Append size bytes of the region itself, from source on, to the stream."""
        view = memoryview(self._page)
        while size:
            n = min(self._limit - self._fill, size)
            self.read_into(source, view[self._fill : self._fill + n])
            source += n
            size -= n
            self._advance(n)

    def _advance(self, n):
        self._fill += n
        if self._fill == self._limit:
            self.flush()

    def flush(self):
        """Program what the stream still holds, padded with 0xFF to whole units."""
        if self._fill:
            self._write(self._addr, self._fill)
            self._addr += self._fill
        self._fill, self._limit = 0, CHUNK - self._addr % CHUNK

    def _write(self, addr, fill):
        page = self._page
        while fill % self.unit:
            page[fill] = 0xFF
            fill += 1
        n, off = divmod(addr, self.block)
        view = memoryview(page)[:fill]
        self._call(self._device.writeblocks, n, view, off)
        back = memoryview(self._back)[:fill]
        self.read_into(addr, back)
        if back != view:
            raise broken("the flash did not take what was programmed", addr)

    def erase(self, n):
        """Erase block n and look at every byte; raises flash-io where one is not 0xFF."""
        self._call(self._device.ioctl, 6, n)
        if not self.is_erased(n * self.block, self.block):
            raise broken("a sector does not erase", n)

    def is_erased(self, addr, size):
        """Say whether size bytes from addr read 0xFF."""
        while size:
            part = min(size, CHUNK)
            back = memoryview(self._back)[:part]
            self.read_into(addr, back)
            if back != (_ERASED if part == CHUNK else _ERASED[:part]):
                return False
            addr += part
            size -= part
        return True

    def _call(self, function, *args):
        """Call the device; its OSError, or a negative or true answer, becomes flash-io."""
        try:
            answer = function(*args)
        except OSError as error:
            raise broken("the flash driver reports an error", error.args[0] if error.args else 0)
        if answer and answer is not True:
            raise broken("the flash driver reports an error", answer)
