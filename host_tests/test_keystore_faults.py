"""Flash that fails, memory that runs out, wrapping numbers: the store's answers."""

from binascii import crc32

import pytest

from flash.build import KEK, make
from flash.history import view
from flash.model import FlashModel, erase, program
from keystore import KeystoreError, Store, device, layout, log, sector, slots
from keystore.factory import write_factory
from test_keystore_readings import Opened


def mounted(model):
    store = Store(model, KEK)
    store.mount()
    return store


def worked(model, rounds=60):
    """Use a store for a while; return (store, state, codes of what was refused)."""
    store, state, codes = mounted(model), {}, []
    for n in range(rounds):
        tag = 1 + n % 3
        try:
            store.put("config", tag, b"value %d" % n * 3)
            state["config", tag] = b"value %d" % n * 3
        except KeystoreError as error:
            codes.append(error.code)
        assert view(store) == state, n
        store.tidy()
        if n % 11 == 5:
            store = mounted(model)
            assert view(store) == state, n
    return store, state, codes


@pytest.mark.parametrize("unit", [4, 256])
@pytest.mark.parametrize("mode", ["program-error", "erase-error", "program-noop", "erase-noop"])
def test_a_block_that_fails_costs_no_value(mode, unit):
    """With three log sectors one may fail in any way: the others carry the store."""
    blocks, block, span = (4, 4096, 1) if unit == 4 else (12, 4096, 3)
    for bad in range(1, 4):
        model = make(blocks, block, unit, span)
        store = mounted(model)
        store.put("state", slots.CLOCK, b"1")
        for n in range(span):
            model.modes[bad * span + n] = mode
        store, state, codes = mounted(model), {("state", slots.CLOCK): b"1"}, []
        for n in range(120):
            try:
                store.put("config", 1 + n % 3, b"value %d" % n * 4)
                state["config", 1 + n % 3] = b"value %d" % n * 4
            except KeystoreError as error:
                codes.append(error.code)
            assert view(store) == state
            store.tidy()
        assert view(mounted(model)) == state
        if bad != 1 or mode.startswith("program"):
            continue
        assert not codes


@pytest.mark.parametrize("mode", ["erase-error", "erase-noop"])
def test_with_two_log_sectors_and_one_stuck_the_store_reads_and_says_flash_io(mode):
    model = make(3, 2048, 4)
    model.modes[2] = mode
    model.writeblocks(2, bytes(4), 1000)  # not blank any more
    _, state, codes = worked(model, 200)
    assert codes and set(codes) == {"flash-io"}
    store = mounted(model)
    assert view(store) == state and store.damage
    assert not model.violations or mode


def test_a_stuck_bit_is_stepped_over_and_reported():
    model = make(4, 4096, 4)
    store = mounted(model)
    for at in range(4096 + 300, 8192, 97):
        model.stuck[at] = 0x10
    for n in range(60):
        store.put("config", 1 + n % 3, b"\x00value %d" % n * 3)
        store.tidy()
        assert bytes(store.get("config", 1 + n % 3)) == b"\x00value %d" % n * 3
    assert store.damage and view(mounted(model)) == view(store)


@pytest.mark.parametrize("bad", [0, 1])
def test_where_the_factory_s_or_the_log_s_sector_is_unreadable_nothing_is_touched(bad):
    model = make(3, 2048, 4, mapped=False)
    mounted(model).put("config", 1, b"value")
    model.modes[bad] = "read-error"
    before = bytes(model.data)
    store = Store(model, KEK)
    if bad == 0:
        with pytest.raises(KeystoreError) as caught:
            store.mount()
        assert caught.value.code == "flash-io"
    else:
        store.mount()
        assert store.error.code == "flash-io"
        assert store.tags("factory") == [slots.DEVICE]
    assert bytes(model.data) == before
    del model.modes[bad]
    assert bytes(mounted(model).get("config", 1)) == b"value"


@pytest.mark.parametrize("blocks, unit", [(3, 4), (4, 4), (9, 256), (12, 256)])
def test_a_spare_sector_that_cannot_be_read_is_left_alone_and_the_others_serve(blocks, unit):
    """Also once it reads again: what it held is older than what was written meanwhile."""
    span = 3 if unit == 256 else 1
    block = 4096 if span == 3 else 2048
    model = make(blocks, block, unit, span, mapped=False)
    store, state, _ = worked(model, 60)
    logs = store._log.sectors
    spare = next(s for s in logs if s is not store._log.current).index
    before = bytes(model.data[spare * block * span : (spare + 1) * block * span])
    for n in range(span):
        model.modes[spare * span + n] = "read-error"
    store = mounted(model)
    assert store.error is None and view(store) == state
    assert any("cannot be read" in sentence for _, sentence in store.damage)
    codes = []
    for n in range(120):
        try:
            store.put("config", 1 + n % 3, b"later %d" % n * 4)
            state["config", 1 + n % 3] = b"later %d" % n * 4
        except KeystoreError as error:
            codes.append(error.code)
        assert view(store) == state
        store.tidy()
        if n % 40 == 39:
            store = mounted(model)
    # With one log sector left there is none to compact into; with two the life goes on.
    assert set(codes) == ({"flash-io"} if len(logs) == 2 else set())
    assert bytes(model.data[spare * block * span : (spare + 1) * block * span]) == before
    model.modes.clear()
    store = mounted(model)
    assert view(store) == state and not model.violations
    store.put("config", 1, b"as ever")
    assert bytes(mounted(model).get("config", 1)) == b"as ever"


def steps_of_a_compaction(model):
    """Return a model's steps from here through a compaction and one write more."""
    model.trace = []
    store = mounted(model)
    log.Log.compact(store._log)
    store.put("config", 1, b"written behind the compaction")
    return model.trace


@pytest.mark.parametrize("unit", [4, 256])
def test_a_log_that_cannot_be_read_is_never_replaced_by_the_one_before_it(unit, monkeypatch):
    """Cut at each step of a compaction, then a sector fails to read: the values that the set then
    shows are those of now, or it says flash-io; and what it writes stays when that one reads
    again."""
    monkeypatch.setattr("ramflash.KEK", KEK)
    blocks, block, span = (4, 2048, 1) if unit == 4 else (12, 4096, 3)
    model = make(blocks, block, unit, span, mapped=False)
    _, state, _ = worked(model, 40)
    done = FlashModel(blocks, block, unit, bytes(model.data), mapped=False)
    outcomes = set()
    for kind, addr, data in steps_of_a_compaction(model):
        now = view(mounted(FlashModel(blocks, block, unit, bytes(done.data), mapped=False)))
        assert now in (state, {**state, ("config", 1): b"written behind the compaction"})
        for failing in (1, 2, 3):
            cut = FlashModel(blocks, block, unit, bytes(done.data), mapped=False)
            for n in range(span):
                cut.modes[failing * span + n] = "read-error"
            store = mounted(cut)
            outcomes.add(store.error.code if store.error else "serves")
            if store.error:
                continue
            assert view(store) == now
            store.put("state", 1, b"since")
            cut.modes.clear()
            assert Opened(bytes(cut.data)).state == {**now, ("state", 1): b"since"}
            assert view(mounted(cut)) == {**now, ("state", 1): b"since"}
        if kind == "program":
            program(done, addr, data)
        else:
            erase(done, addr // block)
    assert outcomes == {"serves", "flash-io"}


@pytest.mark.parametrize("unit", [4, 256])
@pytest.mark.parametrize("power_on", [False, True])
def test_a_copy_that_fails_to_read_and_reads_again_does_not_undo_what_came_after_it(
    unit, power_on, monkeypatch
):
    """The read error comes at the copy's last mark: complete, but not known to be."""
    monkeypatch.setattr("ramflash.KEK", KEK)
    blocks, block, span = (4, 2048, 1) if unit == 4 else (12, 4096, 3)
    model = make(blocks, block, unit, span, mapped=False)
    store, state, _ = worked(model, 40)
    while store.tidy():
        pass
    target = store._log._spare().index
    complete = target * span * block + store._log.layout.at_complete
    real = model.writeblocks

    def failing(n, buf, off=None):
        real(n, buf, off)
        if n * block + off == complete:
            for i in range(span):
                model.modes[target * span + i] = "read-error"

    model.writeblocks = failing
    log.Log.compact(store._log)
    assert store._log.current.index != target and model.modes
    if power_on:
        store = mounted(model)
    store.put("config", 1, b"written after it")
    state["config", 1] = b"written after it"
    model.modes.clear()
    model.writeblocks = real
    assert Opened(bytes(model.data)).state == state
    store = mounted(model)
    assert view(store) == state and store._log.current.index != target
    assert view(worked_on(store)) == {**state, ("config", 3): b"and on"}


def worked_on(store):
    for _ in range(40):
        store.put("config", 3, b"and on")
        store.tidy()
    return store


def test_a_record_that_cannot_be_read_is_flash_io_not_its_older_value():
    model = make(3, 2048, 4, mapped=False)
    store = mounted(model)
    store.put("config", slots.CHALLENGE, b"old psk", secret=True)
    store.put("config", slots.CHALLENGE, b"new psk", secret=True)
    model.modes[1] = "read-error"
    with pytest.raises(KeystoreError) as caught:
        store.get("config", slots.CHALLENGE)
    assert caught.value.code == "flash-io"
    model.modes.clear()
    assert bytes(store.get("config", slots.CHALLENGE)) == b"new psk"


@pytest.mark.parametrize("mode", ["erase-error", "erase-noop", "read-error"])
def test_a_wipe_that_leaves_something_in_a_sector_says_so(mode):
    model = make(4, 2048, 4, mapped=False)
    store = mounted(model)
    store.put("config", slots.CHALLENGE, b"psk", secret=True)
    model.modes[1] = mode
    if mode == "read-error":
        store = mounted(model)
        assert store.error.code == "flash-io"
    with pytest.raises(KeystoreError, match="may hold") as caught:
        store.wipe()
    assert caught.value.code == "flash-io" and view(store) == {}
    store.put("config", slots.SETTINGS, b"after the wipe")
    assert bytes(mounted(model).get("config", slots.SETTINGS)) == b"after the wipe"


def test_memory_errors_at_every_program_leave_the_old_or_the_new_state():
    """A MemoryError in the middle of each write, and a power cut at the next step after it."""
    real = device.Flash._write
    for number in range(1, 60):
        for cut_after in (False, True):
            model = make(3, 2048, 4)
            store = mounted(model)
            for n in range(14):
                store.put("config", 1 + n % 2, b"old %d" % n * 4)
                store.tidy()
            old = view(store)
            count = [0]

            def failing(self, addr, fill, count=count, number=number):
                count[0] += 1
                if count[0] == number:
                    raise MemoryError
                real(self, addr, fill)

            device.Flash._write = failing
            try:
                store.put("config", 1, b"new value" * 3)
            except MemoryError:
                pass
            finally:
                device.Flash._write = real
            new = {**old, ("config", 1): b"new value" * 3}
            if cut_after:
                store = mounted(model)
            assert view(store) in (old, new)
            store.put("config", 2, b"after it")
            assert bytes(mounted(model).get("config", 2)) == b"after it"
            assert not model.violations


def test_sequence_numbers_wrap(monkeypatch):
    model = make(4, 2048, 4)
    store = mounted(model)
    store._log.current.seq = 0xFFFFFFFD
    for n in range(200):
        store.put("config", 1, b"value %d" % n * 6)
        store.tidy()
    assert store._log.current.seq < 100
    assert bytes(mounted(model).get("config", 1)) == b"value 199" * 6


def test_two_sectors_that_claim_the_newest_log_are_refused_untouched():
    model = make(4, 2048, 4)
    mounted(model).put("config", 1, b"value")
    model.data[4096:6144] = model.data[2048:4096]
    before = bytes(model.data)
    store = mounted(model)
    assert store.error.code == "flash-corrupt" and bytes(model.data) == before


def test_sealed_records_do_not_open_in_another_slot_version_or_device():
    """What somebody with a programmer might do: the record is refused, its elder serves."""
    model = make(4, 4096, 4)
    store = mounted(model)
    store.put("config", slots.CHALLENGE, b"first psk", secret=True)
    store.put("config", slots.PASSWORD, b"password hash", secret=True)
    store.put("config", slots.CHALLENGE, b"second psk", secret=True)
    current = store._log.current
    where = dict(store._log.index)
    psk, other = where[5 << 8 | slots.CHALLENGE][0], where[5 << 8 | slots.PASSWORD][0]
    first = other - current.layout.extent(29 + 9, 1)

    def copied(source, target, **fields):
        """Put the payload of one record under the header of another."""
        image = bytearray(model.data)
        slot, tag, flags, version, length, trailer, crc = current.header(target)
        payload = bytes(image[source + 20 : source + 20 + current.header(source)[4]])
        head = bytearray(20)
        layout.header_into(
            head, current.salt, slot, tag, flags, trailer, version, len(payload), crc32(payload)
        )
        image[target : target + 20] = head
        image[target + 20 : target + 20 + len(payload)] = payload
        return image

    pristine = bytes(model.data)
    for source, target, expected in (
        (other, psk, b"first psk"),  # another tag's record
        (first, psk, b"first psk"),  # an older version under a newer number
    ):
        model.data[:] = copied(source, target)
        found = mounted(model)
        value = found.get("config", slots.CHALLENGE)
        assert value is None or bytes(value) == expected
        assert found.damage
        model.data[:] = pristine
    assert bytes(mounted(model).get("config", slots.CHALLENGE)) == b"second psk"


def test_a_newer_format_version_is_refused_untouched(monkeypatch):
    monkeypatch.setattr(layout, "VERSION", 2)
    model = make(4, 2048, 4)
    monkeypatch.setattr(layout, "VERSION", 1)
    before = bytes(model.data)
    with pytest.raises(KeystoreError, match="newer") as caught:
        Store(model, KEK).mount()
    assert caught.value.code == "flash-corrupt" and bytes(model.data) == before


def test_two_power_ons_in_the_middle_of_a_compaction_go_on_from_the_old_log(monkeypatch):
    model = make(4, 2048, 4)
    _, state, _ = worked(model, 20)
    monkeypatch.setattr(sector.Sector, "complete", lambda self: (_ for _ in ()).throw(MemoryError))
    store = mounted(model)
    with pytest.raises(MemoryError):
        log.Log.compact(store._log)
    monkeypatch.undo()
    for _ in range(2):
        assert view(mounted(model)) == state


def test_a_factory_cut_at_any_step_makes_no_store_or_one_without_a_customer_s_value():
    """mkflash starts from an erased image again: nothing that a cut leaves passes for more."""
    whole = make(3, 2048, 4, values=[(slots.MAC, 0, b"\x00\x80\x9f\x59\xe1\xa0")])
    trace = FlashModel(3, 2048, 4)
    trace.trace = []
    at = layout.Layout(4, 2048, 1, 3)
    values = [(slots.MAC, 0, b"\x00\x80\x9f\x59\xe1\xa0")]
    write_factory(device.Flash(trace), at, KEK, values, 0x1234567)
    assert len(trace.trace) == whole.steps
    cut, complete = FlashModel(3, 2048, 4), 0
    for kind, addr, data in trace.trace:
        copy = FlashModel(3, 2048, 4, bytes(cut.data))
        store = Store(copy, KEK)
        try:
            store.mount()
        except KeystoreError as error:
            assert error.code == "flash-corrupt"
        else:
            complete += store.error is None
            assert store.error is None or store.error.code == "flash-corrupt"
            if store.error is None:
                assert view(store) == {}
                assert bytes(store.get("factory", slots.MAC)) == values[0][2]
        assert kind == "program"
        program(cut, addr, data)
    assert 0 < complete < 20 and view(mounted(cut)) == {}
