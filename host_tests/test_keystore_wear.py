"""Wear and cost: erases spread, bytes programmed for bytes stored, units at power-on."""

import pytest

from flash.build import KEK, make
from keystore import Store, layout, slots

KEY, CERTIFICATE, CHAIN = bytes(713), bytes(900), bytes(1100)
TRANSACTION = bytes(300)


def mounted(model):
    store = Store(model, KEK)
    store.mount()
    return store


def renew(store):
    """What a renewal stores; return the bytes of its values, as records hold them."""
    store.put("next", slots.KEY, KEY, secret=True)
    store.put("next", slots.TRANSACTION, TRANSACTION)
    store.put("next", slots.CERTIFICATE, CERTIFICATE)
    store.put("next", slots.CHAIN, CHAIN)
    store.activate()
    store.put("state", slots.CLOCK, b"1700000000")
    return [len(KEY), len(TRANSACTION), len(CERTIFICATE), len(CHAIN), 5, 10]


def stored(values, unit):
    """Bytes of header, value and seal of each, rounded to program units."""
    return sum(layout.align(20 + size + 29, unit) for size in values)


@pytest.mark.parametrize("blocks, block, span, unit", [(3, 65536, 1, 4), (96, 4096, 32, 256)])
def test_a_renewal_programs_at_most_half_more_than_it_stores(blocks, block, span, unit):
    model = make(blocks, block, unit, span)
    store = mounted(model)
    total = used = 0
    for _ in range(200):
        before = model.programmed
        total += stored(renew(store), unit)
        used += model.programmed - before
        store.tidy()
    assert used <= 1.5 * total, used / total


def lives(count, blocks, block, unit):
    """Renew count times on a store; return (erases of the log sectors, bytes stored)."""
    model = make(blocks, block, unit)
    store, total = mounted(model), 0
    for n in range(count):
        model.in_commit = True
        total += stored(renew(store), unit)
        model.in_commit = False
        while store.tidy():
            pass
        if n % 10 == 0:
            store = mounted(model)
    assert not model.erases_in_commit and not model.violations and not store.damage
    return model.erases[1:], total


@pytest.mark.parametrize(
    "count, block",
    [
        (600, 65536),
        # The VLE board's region: two log sectors of 256 KiB.
        pytest.param(10_000, 262144, marks=pytest.mark.check),
    ],
)
def test_renewals_wear_the_log_sectors_evenly_and_little_more_than_they_must(
    count, block, record_property
):
    erases, total = lives(count, 3, block, 4)
    mean, least = sum(erases) / len(erases), total / block
    record_property("erases", erases)
    record_property("payload-bound minimum", least)
    assert max(abs(n - mean) for n in erases) <= 1
    assert sum(erases) <= 1.2 * least + 1, (erases, least)
