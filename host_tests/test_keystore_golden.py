"""Images that released formats wrote, as files: every later firmware reads them.

`make_golden()` wrote host_tests/golden/keystore-1-*.z once; it is never run again for version 1.
"""

import zlib
from pathlib import Path

import pytest

from flash.build import KEK, make
from flash.history import view
from flash.model import FlashModel
from keystore import Store, slots
from powercut import closure, tears
from test_keystore_readings import Opened

GOLDEN = Path(__file__).with_name("golden")
STATE = {
    ("active", slots.KEY): b"golden key",
    ("active", slots.CERTIFICATE): b"golden certificate",
    ("next", slots.TRANSACTION): b"golden transaction",
    ("anchors", slots.CA): b"golden anchor",
    ("config", slots.SETTINGS): b"scep_url=http://golden/scep",
    ("config", slots.CHALLENGE): b"golden psk",
    ("state", slots.CLOCK): b"1700000000",
}
# name -> (blocks, block, unit)
IMAGES = {"keystore-1-word": (3, 2048, 4), "keystore-1-page": (3, 16384, 256)}


def make_golden():
    """Write the golden images of the current format version."""
    for name, (blocks, block, unit) in IMAGES.items():
        model = make(blocks, block, unit, 1, [(slots.MAC, 0, closure.MAC)])
        store = Store(model, KEK)
        store.mount()
        for n in range(40):
            store.put("state", slots.CLOCK, b"%d" % n)
            store.tidy()
        for (slot, tag), value in STATE.items():
            if slot == "active":
                store.put("next", tag, value, secret=tag == slots.KEY)
        store.activate()
        for (slot, tag), value in STATE.items():
            if slot != "active":
                store.put(slot, tag, value, secret=tag == slots.CHALLENGE and slot == "config")
        GOLDEN.mkdir(exist_ok=True)
        (GOLDEN / (name + ".z")).write_bytes(zlib.compress(bytes(model.data), 9))


@pytest.fixture(params=IMAGES)
def golden(request):
    blocks, block, unit = IMAGES[request.param]
    image = zlib.decompress((GOLDEN / (request.param + ".z")).read_bytes())
    return FlashModel(blocks, block, unit, image)


def mounted(model):
    store = Store(model, KEK)
    store.mount()
    return store


def test_an_image_of_each_released_format_is_read(golden, monkeypatch):
    monkeypatch.setattr("ramflash.KEK", KEK)
    assert Opened(bytes(golden.data)).state == STATE
    store = mounted(golden)
    assert view(store) == STATE and not store.damage
    assert bytes(store.get("factory", slots.MAC)) == closure.MAC


def test_an_image_of_each_released_format_is_carried_on_under_cuts(golden):
    """Power-on and a compaction, cut at every step: what the old image held stays."""
    image = bytes(golden.data)
    golden.trace = []
    mounted(golden)._log.compact()
    steps = golden.trace
    done = FlashModel(golden.blocks, golden.block, golden.program_unit, image)
    for step in steps:
        for tear in ("none", "some3", "some11") if step[0] == "program" else ("half1", "weak"):
            cut = FlashModel(golden.blocks, golden.block, golden.program_unit, bytes(done.data))
            tears.apply(cut, step, tear)
            assert view(mounted(cut)) == STATE
        if step[0] == "erase":
            tears.flash.erase(done, step[1] // done.block)
        else:
            tears.flash.program(done, *step[1:])
