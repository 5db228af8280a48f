"""A strict model of flash: what NOR and RP2 flash do, and what they do when power goes.

For every key store test. Faults are injected by attributes; nothing is forgiven silently.
"""

import random


class PowerCut(BaseException):
    """Power went: nothing that catches Exception may go on."""


class FlashModel:
    """A block device of MicroPython's extended protocol with the physics of flash.

    A step is one program unit or one block erase. Programming only clears bits, and a unit is
    programmed once between erases (some parts allow more; the store asks for no more); anything
    else is refused (OSError) and noted in `violations`. Weak bits read differently from read to
    read, or from boot to boot
    (`boot()` draws them anew).
    """

    def __init__(self, blocks, block, unit, image=None, mapped=True, seed=0):
        self.blocks, self.block, self.program_unit = blocks, block, unit
        self.data = bytearray(image) if image is not None else bytearray(b"\xff" * blocks * block)
        assert len(self.data) == blocks * block
        if mapped:
            self.memory = self._memory
        self.rng = random.Random(seed)
        self.erases = [0] * blocks
        self.steps = self.programs = self.programmed = 0
        self.cut_at = None
        self.tear = None
        self.trace = None
        self.violations = []
        self.weak = {}  # address -> mask of bits that read differently
        self.restless = False  # weak bits change from read to read, not only from boot to boot
        self.modes = {}  # block -> program-error, erase-error, read-error, program-noop, erase-noop
        self.stuck = {}  # address -> mask of bits that never clear
        self.in_commit = False  # the harness sets it: an erase now is a failure of the store
        self.erases_in_commit = 0

    # -- the device protocol -------------------------------------------------------------------

    def ioctl(self, op, arg):
        if op == 4:
            return self.blocks
        if op == 5:
            return self.block
        if op == 6:
            return self._erase(arg)
        return None

    def readblocks(self, n, buf, off=0):
        at = n * self.block + off
        assert at >= 0 and at + len(buf) <= (n + 1) * self.block, "a read crosses a block"
        if self.modes.get(n) == "read-error":
            raise OSError(5)
        if self.restless and self.weak:
            self.boot()
        buf[:] = self.data[at : at + len(buf)]

    def writeblocks(self, n, buf, off=None):
        assert off is not None, "the store only ever programs, it never asks for erase-and-write"
        at, unit = n * self.block + off, self.program_unit
        assert off >= 0 and off + len(buf) <= self.block, "a program crosses a block"
        assert at % unit == 0 and len(buf) % unit == 0 and len(buf), "not whole aligned units"
        if self.modes.get(n) == "program-error":
            raise OSError(5)
        if self.modes.get(n) == "program-noop":
            return 0
        for i in range(0, len(buf), unit):
            self._program(at + i, bytes(buf[i : i + unit]))
        return 0

    def _memory(self):
        if any(mode == "read-error" for mode in self.modes.values()):
            raise AssertionError("a read error cannot be modelled on mapped flash")
        return memoryview(self.data).toreadonly()

    # -- physics ---------------------------------------------------------------------------------

    def _program(self, at, new):
        if self.data.count(0xFF, at, at + len(new)) != len(new):
            for i in range(at, at + len(new)):
                if ~self.data[i] & ~self.weak.get(i, 0) & 0xFF:
                    self.violations.append(("programmed twice", at))
                    raise OSError(5)
        if self._step(("program", at, new)):
            program_torn(self, at, new, self.tear)
            raise PowerCut
        self.programs += 1
        self.programmed += len(new)
        program(self, at, new)

    def _erase(self, n):
        if self.in_commit:
            self.erases_in_commit += 1
        if self.modes.get(n) == "erase-error":
            raise OSError(5)
        if self.modes.get(n) == "erase-noop":
            return 0
        if self._step(("erase", n * self.block, b"")):
            erase_torn(self, n, self.tear)
            raise PowerCut
        self.erases[n] += 1
        erase(self, n)
        return 0

    def _step(self, what):
        self.steps += 1
        if self.trace is not None:
            self.trace.append(what)
        return self.cut_at is not None and self.steps == self.cut_at

    def boot(self):
        """Power comes back: weak bits settle one way or the other."""
        for at, mask in self.weak.items():
            self.data[at] = self.data[at] & ~mask & 0xFF | self.rng.getrandbits(8) & mask


def program(model, at, new):
    """Clear the bits of new at `at`; they are firm afterwards."""
    data = model.data
    if not model.stuck and not model.weak:
        old = int.from_bytes(data[at : at + len(new)], "little")
        data[at : at + len(new)] = (old & int.from_bytes(new, "little")).to_bytes(
            len(new), "little"
        )
        return
    for i, byte in enumerate(new):
        data[at + i] &= byte | model.stuck.get(at + i, 0)
        if at + i in model.weak:
            left = model.weak[at + i] & byte
            if left:
                model.weak[at + i] = left
            else:
                del model.weak[at + i]


def program_torn(model, at, new, tear):
    """Clear only what the tear lets through: tear(at, old, new) -> (new bytes, weak mask bytes)."""
    old = bytes(model.data[at : at + len(new)])
    got, weak = tear(at, old, new)
    program(model, at, got)
    for i, mask in enumerate(weak):
        if mask:
            model.weak[at + i] = model.weak.get(at + i, 0) | mask


def erase(model, n):
    """Set a block to 0xFF."""
    start = n * model.block
    model.data[start : start + model.block] = b"\xff" * model.block
    for at in [a for a in model.weak if start <= a < start + model.block]:
        del model.weak[at]


def erase_torn(model, n, tear):
    """Erase as far as the tear says: tear(None, block's bytes, b"") -> (bytes, weak masks)."""
    start = n * model.block
    old = bytes(model.data[start : start + model.block])
    got, weak = tear(None, old, b"")
    model.data[start : start + model.block] = got
    for i, mask in enumerate(weak):
        model.weak.pop(start + i, None)
        if mask:
            model.weak[start + i] = mask
