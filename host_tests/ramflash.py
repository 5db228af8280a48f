"""Flash in RAM and a random life on it, for tests that run on CPython and on MicroPython.

The strict model with tears is host_tests/flash; this one only keeps NOR's rule.
"""

import scepcore
from keystore import KeystoreError, Store, layout, slots
from keystore.device import Flash
from keystore.factory import write_factory

MAC = b"\x00\x80\x9f\x59\xe1\xa0"
KEK = b"\x07" * 32
NAMES = ("active", "next", "anchors", "config", "state")
# blocks, block, span, unit
GEOMETRIES = ((3, 2048, 1, 4), (4, 4096, 1, 32), (12, 4096, 4, 256), (3, 16384, 1, 4))


class RamFlash:
    """MicroPython's extended block protocol over a bytearray; a program only clears bits."""

    def __init__(self, blocks, block, unit, mapped=False):
        self.blocks, self.block, self.program_unit = blocks, block, unit
        self.data = bytearray(blocks * block)
        for i in range(len(self.data)):
            self.data[i] = 0xFF
        self.programs = self.erases = 0
        if mapped:
            self.memory = lambda: memoryview(self.data)

    def readblocks(self, n, buf, off):
        at = n * self.block + off
        buf[:] = self.data[at : at + len(buf)]

    def writeblocks(self, n, buf, off):
        at = n * self.block + off
        if off % self.program_unit or len(buf) % self.program_unit:
            raise OSError(22)
        self.programs += len(buf) // self.program_unit
        for i in range(len(buf)):
            if buf[i] & ~self.data[at + i]:
                raise OSError(1)
            self.data[at + i] = buf[i]

    def ioctl(self, op, arg):
        if op == 4:
            return self.blocks
        if op == 5:
            return self.block
        if op == 6:
            self.erases += 1
            for i in range(arg * self.block, (arg + 1) * self.block):
                self.data[i] = 0xFF
        return 0


def fresh(blocks, block, span, unit, mapped=False):
    """Return a RamFlash with a factory-fresh store."""
    device = RamFlash(blocks, block, unit, mapped)
    at = layout.Layout(unit, block, span, blocks // span)
    write_factory(Flash(device), at, KEK, [(slots.MAC, 0, MAC)], 0x1234567)
    return device


def mounted(device):
    """Return the store on a device, mounted."""
    store = Store(device, KEK)
    store.mount()
    return store


def view(store):
    """Return {(slot, tag): bytes} of everything that the store shows."""
    return {(s, tag): bytes(store.get(s, tag)) for s in NAMES for tag in store.tags(s)}


def life(device, count, seed):
    """Do count random operations; yield (store, model) after each; model: dict as view() returns.

    The same sequence on every Python: an own generator of numbers.
    """
    state = [seed]

    def draw(n):
        state[0] = (state[0] * 1103 + 12345) % 1000003
        return state[0] % n

    store, model = mounted(device), {}
    for number in range(count):
        choice = draw(20)
        slot, tag = ("next", "anchors", "config", "state")[draw(4)], 1 + draw(3)
        if choice < 13:
            value = bytes([draw(256) for _ in range(draw(48))])
            store.put(slot, tag, value, secret=draw(3) == 0)
            model[(slot, tag)] = value
        elif choice < 15:
            store.delete(slot, tag)
            model.pop((slot, tag), None)
        elif choice < 17:
            try:
                store.activate()
            except KeystoreError as error:
                assert error.code == "internal"
            else:
                kept = {k: model[k] for k in model if k[0] not in ("active", "next")}
                for key in model:
                    if key[0] == "next" and key[1] != slots.TRANSACTION:
                        kept[("active", key[1])] = model[key]
                model = kept
        elif choice == 17:
            store.discard_next()
            model = {k: model[k] for k in model if k[0] != "next"}
        elif choice == 18:
            store = mounted(device)
        elif number % 7 == 0:
            store.wipe()
            model = {}
        store.tidy()
        yield store, model


def lines(shown):
    """Return a view as text lines that read the same on every Python."""
    found = []
    for slot, tag in shown:
        found.append("%s %d " % (slot, tag) + "".join(["%02x" % b for b in shown[(slot, tag)]]))
    return found


def digest(device):
    """Return the SHA-256 of the image in hex."""
    total = scepcore.hash("sha256")
    total.update(device.data)
    return "".join(["%02x" % b for b in total.digest()])
