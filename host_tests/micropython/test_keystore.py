"""The key store on both Pythons: slots, roles, seals, refusals, wear, heap."""

import gc
import sys

from keystore import KeystoreError, Store, slots
from ramflash import GEOMETRIES, KEK, MAC, RamFlash, fresh, life, mounted, view

WORD = (4, 4096, 1, 4)
# Objects are twice as large where pointers have 64 bits; sets have 32.
HEAP = 4096 if sys.maxsize > 0x7FFFFFFF else 2048


def refused(code, function, *args):
    try:
        function(*args)
    except KeystoreError as error:
        assert error.code == code, error
        return error
    raise AssertionError("nothing was refused")


def test_a_random_life_shows_what_a_dict_shows_in_every_geometry():
    for geometry in GEOMETRIES:
        for mapped in (False, True):
            device = fresh(*geometry, mapped=mapped)
            for store, model in life(device, 120, geometry[3]):
                assert view(store) == model
                assert not store.damage and not store.error
            assert view(mounted(device)) == model


def test_factory_values_are_there_and_cannot_be_written():
    store = mounted(fresh(*WORD))
    assert bytes(store.get("factory", slots.MAC)) == MAC
    assert store.tags("factory") == [slots.DEVICE, slots.MAC]
    refused("internal", store.put, "factory", slots.MAC, b"other")


def test_activation_moves_the_whole_identity_and_ends_its_transaction():
    device = fresh(*WORD)
    store = mounted(device)
    refused("internal", store.activate)
    for n in (b"1", b"2", b"3"):
        store.put("next", slots.KEY, b"key " + n, secret=True)
        store.put("next", slots.TRANSACTION, b"pending " + n)
        refused("internal", store.activate)
        store.put("next", slots.CERTIFICATE, b"certificate " + n)
        store.activate()
        for again in (store, mounted(device)):
            assert bytes(again.get("active", slots.KEY)) == b"key " + n
            assert bytes(again.get("active", slots.CERTIFICATE)) == b"certificate " + n
            assert again.tags("active") == [slots.KEY, slots.CERTIFICATE]
            assert again.tags("next") == []
        store = again


def test_values_larger_than_a_page_and_empty_ones_come_back():
    for geometry in ((3, 65536, 1, 4), (12, 4096, 4, 256)):
        device = fresh(*geometry)
        store = mounted(device)
        chain = bytes([i & 255 for i in range(5000)])
        store.put("anchors", slots.CA_CHAIN, chain)
        store.put("config", slots.CHALLENGE, chain[:700], secret=True)
        store.put("state", 64, b"")
        store = mounted(device)
        assert bytes(store.get("anchors", slots.CA_CHAIN)) == chain
        assert bytes(store.get("config", slots.CHALLENGE)) == chain[:700]
        assert bytes(store.get("state", 64)) == b""
        assert store.get("state", 65) is None


def test_a_power_on_without_changes_programs_one_unit():
    for geometry in GEOMETRIES:
        device = fresh(*geometry)
        store = mounted(device)
        store.put("config", slots.SETTINGS, b"scep_run=yes")
        mounted(device)
        for _ in range(5):
            before, erases = device.programs, device.erases
            store = mounted(device)
            assert device.programs - before == 1
            assert device.erases == erases


def test_boots_and_counter_rise_with_every_power_on():
    device = fresh(*WORD)
    boots = counter = 0
    for n in range(300):
        store = mounted(device)
        assert store.boots == boots + 1
        assert store.counter > counter
        boots, counter = store.boots, store.counter
        if n % 3 == 0:
            store.put("state", slots.CLOCK, b"%d" % n)
        store.tidy()


def test_another_device_is_refused_and_nothing_changes():
    device = fresh(*WORD)
    mounted(device).put("config", slots.CHALLENGE, b"psk", secret=True)
    before = bytes(device.data)
    refused("wrong-device", Store(device, b"\x08" * 32).mount)
    assert bytes(device.data) == before


def test_foreign_content_sizes_and_newer_formats_are_refused_untouched():
    device = fresh(*WORD)
    newer = bytes(device.data[:5] + device.data[4:5])
    cases = [
        (RamFlash(4, 4096, 4), None),
        (RamFlash(5, 4096, 4), device.data),
        (RamFlash(2, 8192, 4), device.data),
        (RamFlash(4, 4096, 32), device.data),
    ]
    foreign = RamFlash(4, 4096, 4)
    for i in range(len(foreign.data)):
        foreign.data[i] = (i * 7 + (i >> 8)) & 255
    cases.append((foreign, None))
    assert newer
    for other, content in cases:
        if content is not None:
            n = min(len(content), len(other.data))
            other.data[:n] = content[:n]
        before = bytes(other.data)
        refused("flash-corrupt", Store(other, KEK).mount)
        assert bytes(other.data) == before and not other.programs and not other.erases


def test_a_full_store_refuses_a_value_and_still_activates_and_deletes():
    for geometry in GEOMETRIES[:3]:
        device = fresh(*geometry)
        store = mounted(device)
        store.put("next", slots.KEY, b"key", secret=True)
        store.put("next", slots.CERTIFICATE, b"certificate")
        tag = 64
        while tag < 250:
            try:
                store.put("state", tag, b"x" * 60)
            except KeystoreError as error:
                assert error.code == "flash-full"
                break
            tag += 1
            store.tidy()
        before = view(store)
        refused("flash-full", store.put, "state", tag, b"x" * 60)
        assert view(store) == before == view(mounted(device))
        store = mounted(device)
        store.activate()
        store.delete("state", 64)
        store.delete("state", 65)
        store = mounted(device)
        assert bytes(store.get("active", slots.KEY)) == b"key"
        assert store.get("state", 64) is None
        store.tidy()
        store.put("state", 64, b"y" * 60)
        assert bytes(mounted(device).get("state", 64)) == b"y" * 60


def test_wipe_leaves_the_factory_identity_and_no_customer_byte():
    device = fresh(*WORD)
    store = mounted(device)
    store.put("config", slots.SETTINGS, b"a sentence to search for")
    store.put("state", slots.CLOCK, b"1")
    boots = store.boots
    store.wipe()
    for again in (store, mounted(device)):
        assert view(again) == {}
        assert bytes(again.get("factory", slots.MAC)) == MAC
        assert again.boots >= boots
    assert bytes(device.data).find(b"a sentence") < 0


def test_a_log_that_nobody_can_read_leaves_the_factory_values_and_wipe_mends_it():
    device = fresh(*WORD)
    mounted(device).put("config", slots.SETTINGS, b"x")
    for i in range(4096, 4 * 4096):
        device.data[i] &= 0x55
    before = bytes(device.data)
    store = mounted(device)
    assert store.error.code == "flash-corrupt"
    assert bytes(store.get("factory", slots.MAC)) == MAC
    refused("flash-corrupt", store.get, "config", slots.SETTINGS)
    refused("flash-corrupt", store.put, "config", slots.SETTINGS, b"y")
    assert bytes(device.data) == before
    store.wipe()
    store.put("config", slots.SETTINGS, b"y")
    assert bytes(mounted(device).get("config", slots.SETTINGS)) == b"y"


def test_clear_values_are_views_of_mapped_flash():
    device = fresh(*WORD, mapped=True)
    store = mounted(device)
    store.put("anchors", slots.CA, b"certificate")
    value = store.get("anchors", slots.CA)
    assert isinstance(value, memoryview) and bytes(value) == b"certificate"


def fill_heap(left):
    """Return what must be kept so that `left` bytes of heap in one piece are all that is free."""
    gc.collect()
    reserve = bytearray(left)
    kept = None
    size = gc.mem_free()
    while size >= 8:
        try:
            kept = (kept, bytearray(size))
        except MemoryError:
            size //= 2
    reserve = None
    gc.collect()
    return (kept, reserve)


def replace_and_delete(device, value, left):
    """Replace and delete a value of a new store with `left` bytes of heap; tell if it fitted."""
    store = mounted(device)
    store.put("anchors", slots.CA_CHAIN, value)
    kept = fill_heap(left)
    try:
        store.put("anchors", slots.CA_CHAIN, value)
        store.delete("anchors", slots.CA_CHAIN)
    except MemoryError:
        return False
    finally:
        kept = None
    assert kept is None and store.get("anchors", slots.CA_CHAIN) is None
    return True


def test_a_put_takes_two_kilobytes_of_heap_beyond_the_value():
    if sys.implementation.name != "micropython":
        return
    # What a put needs is the least of several runs: the collector is conservative, so a word on
    # the stack that only looks like an address can hold back a dead buffer in any one of them.
    device = fresh(4, 8192, 1, 4, mapped=True)
    value = bytes(3000)
    assert any(replace_and_delete(device, value, HEAP) for _ in range(5))
    assert not any(replace_and_delete(device, value, 256) for _ in range(5))
