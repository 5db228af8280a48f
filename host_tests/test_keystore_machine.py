"""Any order of operations, power cuts, rot and failing sectors: four readings agree throughout.

The readings: the store on CPython, the store on MicroPython, tools/flashdump, and a dict. A cut
leaves the old or the new state. Rot may cost a record its newest value, never silently, and no
value appears that its name never had. A sector that fails, in any of five ways, costs nothing.
"""

import os
import random
import subprocess

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import ramflash
from flash.build import make
from flash.model import PowerCut
from keystore import KeystoreError, slots
from powercut import tears
from test_keystore_readings import FIRMWARE, NAMES, ROOT, Opened

# (blocks, block, span, unit): two and three log sectors, words and pages
GEOMETRIES = ((3, 2048, 1, 4), (4, 2048, 1, 4), (4, 4096, 1, 32), (12, 4096, 3, 256))
MODES = ("program-error", "erase-error", "read-error", "program-noop", "erase-noop")
TEARS = (
    "prefix1",
    "some3",
    "some11",
    "some40",
    "weak0",
    "weak4",
    "weak8",
    "half1",
    "bits2",
    "weak",
)
# The same reading under MicroPython: it mounts a copy, so it also writes what this mount wrote.
SCRIPT = """
import sys
sys.path[:0] = {paths!r}
import ramflash
while True:
    line = sys.stdin.readline().split()
    if not line:
        break
    device = ramflash.RamFlash(*[int(n) for n in line[1:]])
    with open(line[0], "rb") as file:
        file.readinto(device.data)
    print(ramflash.digest(device), sorted(ramflash.lines(ramflash.view(ramflash.mounted(device)))),
          ramflash.digest(device))
"""


class OnMicroPython:
    """The store of build/UNIX/firmware.elf as one more reader of images."""

    def __init__(self, folder):
        self.image, script = folder / "image", folder / "reader.py"
        script.write_text(SCRIPT.format(paths=[str(ROOT / "firmware"), str(ROOT / "host_tests")]))
        self.process = subprocess.Popen(
            [FIRMWARE, "-X", "heapsize=4M", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ, MICROPYPATH=""),
        )

    def __call__(self, data, *geometry):
        """Return (digest before, lines of the view, digest after mounting) of an image."""
        self.image.write_bytes(data)
        self.process.stdin.write(" ".join(map(str, (self.image, *geometry))) + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip()

    def close(self):
        self.process.stdin.close()
        assert self.process.wait(20) == 0


def read_here(data, blocks, block, unit):
    """Return what OnMicroPython returns, by the store on this Python."""
    device = ramflash.RamFlash(blocks, block, unit)
    device.data[:] = data
    before = ramflash.digest(device)
    shown = sorted(ramflash.lines(ramflash.view(ramflash.mounted(device))))
    return f"{before} {shown} {ramflash.digest(device)}"


class Hostile(RuleBasedStateMachine):
    """A life with everything that flash and power do to it."""

    on_micropython = None

    @initialize(geometry=st.sampled_from(GEOMETRIES), seed=st.integers(0, 999))
    def born(self, geometry, seed):
        self.blocks, self.block, self.span, self.unit = geometry
        values = [(slots.MAC, 0, ramflash.MAC)]
        self.device = make(
            self.blocks, self.block, self.unit, self.span, values, False, ramflash.KEK
        )
        self.device.rng = random.Random(seed)
        self.logs = self.blocks // self.span - 1
        self.model, self.ever = {}, {}
        self.rotten = {}  # sector -> erases of its first block when it rotted
        self.mount()

    # -- what a set does ---------------------------------------------------------------------

    def do(self, act, new):
        """Do an operation; it succeeds, or fails for a stuck sector, and then changes nothing."""
        try:
            act()
        except KeystoreError as error:
            if error.code != "flash-full":
                # With a log sector left that never failed, those that did are no reason to fail.
                spares = set(range(1, self.logs + 1)) - {self.store._log.current.index}
                assert error.code == "flash-io" and spares <= self.failed, error
            self.settle([self.model])
        else:
            self.settle([new])

    def mount(self):
        """Power is on. A sector that fails, or did, may be left alone until the next time."""
        self.failed = {n // self.span for n in self.device.modes}
        self.store = ramflash.mounted(self.device)

    @rule(name=NAMES, value=st.binary(max_size=90), secret=st.booleans())
    def put(self, name, value, secret):
        self.do(lambda: self.store.put(*name, value, secret=secret), {**self.model, name: value})

    @rule(name=NAMES)
    def delete(self, name):
        left = {n: v for n, v in self.model.items() if n != name}
        self.do(lambda: self.store.delete(*name), left)

    def activated(self):
        """Return the state after activate(), or None where next is not complete."""
        if not {("next", slots.KEY), ("next", slots.CERTIFICATE)} <= set(self.model):
            return None
        kept = {n: v for n, v in self.model.items() if n[0] not in ("next", "active")}
        for (slot, tag), value in self.model.items():
            if slot == "next" and tag != slots.TRANSACTION:
                kept["active", tag] = value
        return kept

    @precondition(lambda self: self.activated() is not None)
    @rule()
    def activate(self):
        self.do(self.store.activate, self.activated())

    @rule()
    def discard(self):
        self.do(self.store.discard_next, {n: v for n, v in self.model.items() if n[0] != "next"})

    @rule()
    def wipe(self):
        try:
            self.store.wipe()
        except KeystoreError as error:
            assert error.code == "flash-io" and self.failed
            self.settle([{}, self.model])
        else:
            self.settle([{}])

    @rule(times=st.integers(1, 5))
    def tidy(self, times):
        for _ in range(times):
            self.store.tidy()

    @rule(times=st.integers(1, 3))
    def power_on(self, times):
        for _ in range(times):
            self.device.boot()
            self.mount()
            self.settle([self.model])

    @rule(seed=st.integers(0, 10**6), count=st.just(40))
    def go_on(self, seed, count):
        """Operations by the dozen, as after every recovery."""
        rng = random.Random(seed)
        for _ in range(count):
            name = rng.choice(("anchors", "config", "state")), rng.randrange(1, 4)
            self.put(name, rng.randbytes(rng.randrange(40)), rng.random() < 0.3)
            self.store.tidy()

    # -- what happens to it ------------------------------------------------------------------

    @rule(
        after=st.integers(1, 40), tear=st.sampled_from(TEARS), name=NAMES, which=st.integers(0, 3)
    )
    def cut(self, after, tear, name, which):
        """Power goes at a step of an operation or of what follows it, any number of times."""
        operations = {
            0: (lambda: self.store.put(*name, b"cut"), {**self.model, name: b"cut"}),
            1: (lambda: self.store.put(*name, b"", secret=True), {**self.model, name: b""}),
            2: (self.store.discard_next, {n: v for n, v in self.model.items() if n[0] != "next"}),
            3: (
                lambda: self.store.delete(*name),
                {n: v for n, v in self.model.items() if n != name},
            ),
        }
        act, new = operations[which]
        if which == 2 and self.activated() is not None:
            act, new = self.store.activate, self.activated()
        old, device = self.model, self.device
        device.tear = lambda at, was, now: _torn(tear, at, was, now)
        device.cut_at = device.steps + after
        allowed = [old, new]
        try:
            act()
            allowed = [new]
            while self.store.tidy():
                pass
        except PowerCut:
            pass
        except KeystoreError as error:
            assert error.code in ("flash-full", "flash-io"), error
            allowed = [old]
        device.cut_at = None
        self.note(new)
        for _ in range(3):
            device.boot()
            self.mount()
            self.settle(allowed)
            allowed = [self.model]

    @rule(sector=st.integers(0, 3), at=st.integers(0), size=st.integers(1, 8))
    def rot(self, sector, at, size):
        """A burst of up to 8 flipped bits; one a sector between two erases."""
        sector %= self.logs + 1
        if self.device.erases[sector * self.span] == self.rotten.get(sector):
            return
        whole = self.block * self.span
        place = 8 * sector * whole + at % (8 * whole - size)
        before = bytes(self.device.data)
        for bit in range(place, place + size):
            self.device.data[bit >> 3] ^= 1 << (bit & 7)
        self.mount()
        if self.store.error:
            # Nothing was written: the set runs on its factory identity until it is wiped.
            assert self.store.error.code == "flash-corrupt"
            assert bytes(self.store.get("factory", slots.MAC)) == ramflash.MAC
            self.device.data[:] = before
            self.mount()
        else:
            self.rotten[sector] = self.device.erases[sector * self.span]
        self.settle([self.model])

    @precondition(lambda self: not self.device.modes)
    @rule(mode=st.sampled_from(MODES), number=st.integers(0, 2))
    def stick(self, mode, number):
        """A sector that is not the log's fails from now on."""
        current = self.store._log.current.index
        spare = [n for n in range(1, self.logs + 1) if n != current]
        self.failed.add(spare[number % len(spare)])
        for n in range(self.span):
            self.device.modes[spare[number % len(spare)] * self.span + n] = mode

    @precondition(lambda self: self.device.modes)
    @rule(power_on=st.booleans())
    def mend(self, power_on):
        self.device.modes.clear()
        if power_on:
            self.power_on(1)

    # -- what must hold ----------------------------------------------------------------------

    def note(self, state):
        for name, value in state.items():
            self.ever.setdefault(name, set()).add(value)

    def settle(self, allowed):
        """The store shows one of the allowed states; with rot about, older values and a word."""
        for state in allowed:
            self.note(state)
        shown = ramflash.view(self.store)
        if shown not in allowed:
            rotten = [n for n in self.rotten if self.device.erases[n * self.span] == self.rotten[n]]
            assert rotten and self.store.damage, f"{shown} is none of {allowed}"
            for name, value in shown.items():
                assert value in self.ever.get(name, ()), f"a value that never was: {name}"
        self.model = shown
        self.note(shown)

    @invariant()
    def readings_agree(self):
        if not hasattr(self, "store"):
            return
        image = bytes(self.device.data)
        assert ramflash.view(self.store) == self.model
        assert not self.store.error
        # A flipped bit in erased flash is a unit that was programmed, to the model.
        whole = self.block * self.span
        assert all(at // whole in self.rotten for _, at in self.device.violations)
        assert bytes(self.store.get("factory", slots.MAC)) == ramflash.MAC
        if not self.device.modes:
            assert Opened(image).state == self.model
            if self.on_micropython:
                geometry = self.blocks, self.block, self.unit
                assert self.on_micropython(image, *geometry) == read_here(image, *geometry)


def _torn(name, at, old, new):
    """Return what a tear leaves of a program or (at None) an erase; names that fit neither: all."""
    if at is None:
        return tears._erase(old, name if name in ("half1", "bits2", "weak") else "bits5", len(old))
    return tears._program(new, name if name not in ("half1", "bits2", "weak") else "some5", at)


SIZES = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
TestHostile = Hostile.TestCase
# The same lives each time; new ones in `make soak`.
TestHostile.settings = settings(max_examples=8, stateful_step_count=25, derandomize=True, **SIZES)


@pytest.mark.check
@pytest.mark.micropython
@pytest.mark.parametrize(
    "examples, steps", [(40, 60), pytest.param(400, 200, marks=pytest.mark.soak)]
)
def test_four_readings_agree_through_cuts_rot_and_failing_sectors(examples, steps, tmp_path):
    reader = OnMicroPython(tmp_path)
    kind = type("HostileOnBoth", (Hostile,), {"on_micropython": staticmethod(reader)})
    # The same lives in each `make check`, so that a failure there is due to the change that it
    # checks; new ones in each `make soak`, which is where to search.
    longer = settings(
        max_examples=examples, stateful_step_count=steps, derandomize=examples < 100, **SIZES
    )
    run_state_machine_as_test(kind, settings=longer)
    reader.close()
