"""Four readings agree: the firmware on CPython and on MicroPython, flashdump, and a dict."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import ramflash
import scepcore
from keystore import KeystoreError, Store, slots
from tools.flashreader.image import Image

ROOT = Path(__file__).resolve().parent.parent
FIRMWARE = ROOT / "build" / "UNIX" / "firmware.elf"
# A life on MicroPython: the image's digest and the store's view after each operation.
SCRIPT = """
import sys
sys.path[:0] = {paths!r}
import ramflash
device = ramflash.fresh(*{geometry!r})
for store, model in ramflash.life(device, {count}, {seed}):
    shown = ramflash.view(store)
    assert shown == model
    print(ramflash.digest(device), sorted(ramflash.lines(shown)))
"""


class Opened(Image):
    """flashdump's reading with the test's kek in place of one that comes from a device secret."""

    def __init__(self, data):
        class Seals:
            @staticmethod
            def _bound(record):
                kind = bytes((1, record.slot, record.tag, record.flags & 7))
                return b"MSKS" + kind + record.version.to_bytes(4, "little")

            def open(self, record, blob):
                return bytes(scepcore.unseal(ramflash.KEK, blob, self._bound(record)))

            def opens(self, record, payload):
                if record.flags & 3:
                    return bool(self.open(record, payload)) or True
                size = len(payload) - record.trailer
                digest = scepcore.hash("sha256")
                digest.update(payload[:size])
                aad = self._bound(record) + digest.digest()
                return scepcore.unseal(ramflash.KEK, payload[size:], aad) == b""

        self.given = Seals()
        super().__init__(data)

    @property
    def seals(self):
        return self.given

    @seals.setter
    def seals(self, _):
        pass


@pytest.mark.parametrize("geometry", ramflash.GEOMETRIES)
def test_flashdump_and_a_dict_read_what_the_firmware_reads_after_each_step(geometry):
    device = ramflash.fresh(*geometry)
    for number, (store, model) in enumerate(ramflash.life(device, 250, 5)):
        reading = Opened(bytes(device.data))
        assert reading.state == model == ramflash.view(store), number
        assert reading.boots == store.boots and not reading.damage
        assert reading.factory[slots.MAC] == ramflash.MAC


@pytest.mark.micropython
@pytest.mark.parametrize("geometry", ramflash.GEOMETRIES)
def test_micropython_writes_and_reads_the_same_bytes_after_each_step(geometry, tmp_path):
    paths = [str(ROOT / "firmware"), str(ROOT / "host_tests")]
    both = []
    for number, command in enumerate(([FIRMWARE, "-X", "heapsize=2M"], [sys.executable])):
        script = tmp_path / f"life{number}.py"
        core = [str(Path(scepcore.__file__).parent.parent)] if number else []
        script.write_text(SCRIPT.format(paths=paths + core, geometry=geometry, count=150, seed=9))
        # Neither is seeded: nonces then depend on nothing but what is sealed.
        result = subprocess.run(
            [*command, script],
            capture_output=True,
            text=True,
            timeout=300,
            env=dict(os.environ, MICROPYPATH=""),
            check=False,
        )
        assert result.returncode == 0, result.stdout[-500:] + result.stderr[-500:]
        both.append(result.stdout.splitlines())
    assert len(both[0]) == 150
    for number, (theirs, ours) in enumerate(zip(*both, strict=True)):
        assert theirs == ours, number


NAMES = st.tuples(st.sampled_from(("next", "anchors", "config", "state")), st.integers(1, 3))


class Life(RuleBasedStateMachine):
    """Any order of operations and power-ons against a dict and flashdump."""

    @initialize(geometry=st.sampled_from(ramflash.GEOMETRIES))
    def born(self, geometry):
        self.device = ramflash.fresh(*geometry)
        self.store = ramflash.mounted(self.device)
        self.model = {}

    @rule(name=NAMES, value=st.binary(max_size=120), secret=st.booleans())
    def put(self, name, value, secret):
        try:
            self.store.put(*name, value, secret=secret)
        except KeystoreError as error:
            assert error.code == "flash-full"
        else:
            self.model[name] = value

    @rule(name=NAMES)
    def delete(self, name):
        self.store.delete(*name)
        self.model.pop(name, None)

    @rule()
    def activate(self):
        complete = {("next", slots.KEY), ("next", slots.CERTIFICATE)} <= set(self.model)
        try:
            self.store.activate()
        except KeystoreError as error:
            assert error.code == "internal" and not complete
            return
        moved = {("active", tag): v for (slot, tag), v in self.model.items() if slot == "next"}
        moved.pop(("active", slots.TRANSACTION), None)
        kept = {n: v for n, v in self.model.items() if n[0] not in ("next", "active")}
        self.model = {**kept, **moved}

    @rule()
    def discard(self):
        self.store.discard_next()
        self.model = {n: v for n, v in self.model.items() if n[0] != "next"}

    @rule()
    def wipe(self):
        self.store.wipe()
        self.model = {}

    @rule()
    def tidy(self):
        self.store.tidy()

    @rule(times=st.integers(1, 3))
    def power_on(self, times):
        for _ in range(times):
            self.store = Store(self.device, ramflash.KEK)
            self.store.mount()

    @invariant()
    def readings_agree(self):
        if hasattr(self, "store"):
            assert ramflash.view(self.store) == self.model
            assert Opened(bytes(self.device.data)).state == self.model
            assert not self.store.damage and not self.store.error


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=12,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@pytest.mark.check
def test_any_order_of_operations_at_length():
    from hypothesis.stateful import run_state_machine_as_test

    longer = settings(max_examples=100, stateful_step_count=120, deadline=None)
    run_state_machine_as_test(Life, settings=longer)
