"""Bit rot and foreign content: never a wrong value, never a lost factory identity, no silence."""

import random
import time

import pytest

from flash.build import make
from flash.history import Past, view
from flash.model import FlashModel
from keystore import KeystoreError, Store, log
from test_keystore_faults import mounted, worked

KEK = bytes(range(32))
# 64 KiB: blocks, block, unit, span
IMAGES = {"word": (4, 16384, 4, 1), "page": (16, 4096, 256, 4)}


@pytest.fixture(scope="module", params=IMAGES)
def past(request):
    return Past(*IMAGES[request.param], KEK)


def flipped(past, bits):
    image = bytearray(past.image)
    for bit in bits:
        image[bit >> 3] ^= 1 << (bit & 7)
    return image


def used_bits(past):
    """Bits of bytes that are programmed, and of those just behind them."""
    image, used = past.image, []
    for at in range(0, len(image), 16):
        if image[max(0, at - 32) : at + 32].count(0xFF) != len(image[max(0, at - 32) : at + 32]):
            used.extend(range(8 * at, 8 * at + 128))
    return used


def test_a_flipped_bit_never_makes_a_wrong_value(past):
    rng, reported = random.Random(1), 0
    for bit in rng.sample(used_bits(past), 1500):
        reported += past.judge(flipped(past, [bit]))
    assert reported > 100  # the flips did hit what is read


def test_a_burst_of_flipped_bits_never_makes_a_wrong_value(past):
    rng, used = random.Random(2), used_bits(past)
    for _ in range(700):
        start, size = rng.choice(used), rng.randrange(2, 9)
        bits = [start] + [start + i for i in range(1, size) if rng.random() < 0.6]
        past.judge(flipped(past, [bit for bit in bits if bit < 8 * len(past.image)]))


@pytest.mark.soak
def test_each_single_flip_of_the_image(past):
    for bit in range(8 * len(past.image)):
        past.judge(flipped(past, [bit]))


@pytest.mark.soak
def test_100000_bursts(past):
    rng, bits = random.Random(3), 8 * len(past.image)
    for _ in range(100_000):
        start, size = rng.randrange(bits - 8), rng.randrange(2, 9)
        past.judge(flipped(past, [start + i for i in range(size) if rng.random() < 0.7]))


def random_image(rng, past):
    """Random content of several kinds; some start as a store does."""
    size, kind = len(past.image), rng.randrange(6)
    if kind == 0:
        return rng.randbytes(size)
    if kind == 1:
        return bytes([rng.randrange(256)]) * size
    image = bytearray(past.image)
    quarter = size // 4
    if kind == 2:
        image[quarter:] = rng.randbytes(size - quarter)
    elif kind == 3:
        image[:quarter] = rng.randbytes(quarter)
    elif kind == 4:
        for _ in range(rng.randrange(1, 400)):
            image[rng.randrange(size)] = rng.randrange(256)
    else:
        a, b = rng.randrange(1, 4), rng.randrange(1, 4)
        image[a * quarter : (a + 1) * quarter] = image[b * quarter : (b + 1) * quarter]
    return bytes(image)


@pytest.mark.parametrize("count", [300, pytest.param(3000, marks=pytest.mark.soak)])
def test_random_images_are_refused_or_read_in_bounded_time_and_never_erased(past, count):
    rng = random.Random(4)
    for number in range(count):
        image = random_image(rng, past)
        device = FlashModel(past.device.blocks, past.device.block, past.device.program_unit, image)
        store, start = Store(device, KEK), time.process_time()
        try:
            store.mount()
        except KeystoreError as error:
            assert error.code in ("flash-corrupt", "wrong-device"), number
            refused = True
        else:
            refused = store.error is not None
        assert time.process_time() - start < 2, number
        if refused:
            assert bytes(device.data) == image, f"image {number} was written to"
        assert not sum(device.erases) or not refused, number


def test_the_worst_images_are_bounded_by_their_size(past):
    """A table without end, a log of tiny records, lengths past the sector."""
    for fill in (0x00, 0x52, 0xA5, 0xFE):
        image = bytearray(past.image)
        quarter = len(image) // 4
        for sector in range(1, 4):
            start = sector * quarter + past.device.program_unit * 8 + 2048
            image[start : (sector + 1) * quarter] = bytes([fill]) * ((sector + 1) * quarter - start)
        device = FlashModel(past.device.blocks, past.device.block, past.device.program_unit, image)
        start = time.process_time()
        Store(device, KEK).mount()
        assert time.process_time() - start < 2


@pytest.mark.parametrize("unit", [4, 256])
@pytest.mark.parametrize("logs, stuck", [(2, False), (3, False), (3, True)])
def test_rot_in_an_erased_sector_goes_with_its_erase_and_the_sector_serves(logs, stuck, unit):
    """It fails a copy as a worn sector would; with the other spare one stuck it is all there is."""
    block, span = (2048, 1) if unit == 4 else (4096, 3)
    model = make((logs + 1) * span, block, unit, span)
    store, state, _ = worked(model, 20)
    while store.tidy():
        pass
    spares = [s for s in store._log.sectors if s is not store._log.current]
    for spare in spares:
        model.data[spare.base + store._log.layout.at_log] ^= 2
    for n in range(span if stuck else 0):
        model.modes[spares[0].index * span + n] = "program-error"
    for n in range(200):
        store.put("config", 1 + n % 3, b"value %d" % n * 3)
        state["config", 1 + n % 3] = b"value %d" % n * 3
        assert view(store) == state
    assert [s.bad for s in spares] == [stuck, False][: logs - 1] and store.damage
    assert view(mounted(model)) == state


def test_a_sector_that_erases_but_never_takes_a_copy_is_tried_twice_and_then_left_alone():
    model = make(3, 2048, 4)
    store, state, _ = worked(model, 20)
    while store.tidy():
        pass
    spare = next(s for s in store._log.sectors if s is not store._log.current)
    model.stuck[spare.base + store._log.layout.at_log] = 0x01
    before = model.erases[spare.index]
    for _ in range(3):
        with pytest.raises(KeystoreError) as caught:
            log.Log.compact(store._log)
        assert caught.value.code == "flash-io" and spare.bad
        assert model.erases[spare.index] == before + 2 and view(store) == state
