"""What mounting a well-filled store costs on NOE: at most 10 M executed instructions.

Counted by virtual time under `-icount shift=0` (one instruction is one nanosecond). Two log sectors
hold what 100 renewals and 1,000 state records left.
"""

import pytest

from emulator.noe import FLASH_BYTES, Noe
from flash.build import KEK, make
from flash.history import view
from keystore import Store, slots

pytestmark = pytest.mark.emulator

SECTORS, SECTOR = 3, 256 * 1024
MOUNT = """
import gc, time
import noe
from keystore import Store
def mount():
    gc.collect()
    start = time.ticks_us()
    store = Store(noe.Flash(0, 3), {kek!r})
    store.mount()
    return time.ticks_diff(time.ticks_us(), start), store
cost, store = mount()
print(cost, store.error, len(store.damage), store.boots, len(store.get("active", 2)))
"""


def filled():
    """Return (image, power-ons so far, records in the log) of a store with a past."""
    model = make(SECTORS, SECTOR, 4)
    store = Store(model, KEK)
    store.mount()
    for slot, tag, size in (("config", 1, 400), ("config", 2, 24), ("anchors", 1, 1200)):
        store.put(slot, tag, bytes(size), secret=tag == 2)
    for n in range(100):
        store.put("next", slots.KEY, bytes(713), secret=True)
        store.put("next", slots.TRANSACTION, bytes(300))
        store.put("next", slots.CERTIFICATE, bytes(1000))
        store.put("next", slots.CHAIN, bytes(1100))
        store.activate()
        for i in range(10):
            store.put("state", 1 + i % 4, b"a state of %d" % n)
        while store.tidy():
            pass
        if n % 5 == 0:
            store = Store(model, KEK)
            store.mount()
    assert view(store) and not store.damage
    return bytes(model.data), store.boots


def test_mounting_a_filled_store_takes_at_most_ten_million_instructions(tmp_path, record_property):
    image, boots = filled()
    path = tmp_path / "filled.flash"
    path.write_bytes(image + b"\xff" * (FLASH_BYTES - len(image)))
    with Noe(tmp_path, flash=path, nic=None, extra=("-icount", "shift=0")) as noe:
        cost, error, damage, booted, size = noe.run(MOUNT.format(kek=KEK)).split()
    assert (error, damage, size) == ("None", "0", "1000") and int(booted) == boots + 1
    instructions = 1000 * int(cost)
    record_property("instructions", instructions)
    print(f"mount: {instructions} instructions")
    assert instructions <= 10_000_000
