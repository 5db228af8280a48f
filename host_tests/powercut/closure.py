"""The power-cut closure: every cut of every operation, then cuts of the recoveries, and so on.

A node is an image at rest (by its normal form) and the operation that is due. An edge is a cut at
one step of power-on, operation and idle work, with one tear, and then a power-on. An edge holds
when the store then shows exactly the old or the new state, keeps that over further power-ons
whatever weak bits read, has its factory values, and does the next operation.
"""

import contextlib
import hashlib
import random

import scepcore
from flash.model import FlashModel
from keystore import Store, layout, record, slots
from keystore.device import Flash
from keystore.factory import write_factory

from . import tears
from .life import LIFE, MAC, view
from .normal import normal_form

# name -> (blocks, block, span, unit)
GEOMETRIES = {
    "word": (3, 2048, 1, 4),
    "word4": (4, 2048, 1, 4),
    "byte": (3, 2048, 1, 1),
    "page": (9, 4096, 3, 256),
    "page32": (4, 4096, 1, 32),
}
EXACT = {
    layout.MARK_CLAIM,
    layout.MARK_COMPLETE,
    layout.MARK_COMMIT,
    layout.MARK_KILL,
}


class QuickSeal:
    """scepcore's seal for the closure: deterministic, so that a cut can be replayed."""

    Error = scepcore.Error
    hash = staticmethod(scepcore.hash)
    Kek = scepcore.Kek

    @staticmethod
    def seal(kek, plaintext, aad):
        body = bytes(a ^ 0x5A for a in plaintext)
        return b"\x01" + hashlib.blake2b(body + bytes(aad), digest_size=28).digest() + body

    @staticmethod
    def unseal(kek, blob, aad):
        blob = bytes(blob)
        if hashlib.blake2b(blob[29:] + bytes(aad), digest_size=28).digest() != blob[1:29]:
            raise ValueError("the seal does not open")
        return bytearray(a ^ 0x5A for a in blob[29:])


@contextlib.contextmanager
def quick_seal():
    """Let the store seal by QuickSeal while the context lasts."""
    real, record.scepcore = record.scepcore, QuickSeal
    try:
        yield
    finally:
        record.scepcore = real


class Failed(AssertionError):
    """An edge does not hold."""


class Node:
    """An image at rest, its weak bits, and what the next power-on may find in it.

    allowed: list of (state, due): a weak mark is decided by the power-on, not by the cut.
    """

    def __init__(self, image, weak, allowed, path=""):
        self.image, self.weak, self.allowed, self.path = image, weak, allowed, path


class World:
    """One geometry: makes devices, runs nodes, checks edges."""

    def __init__(self, name):
        self.name = name
        self.blocks, self.block, self.span, self.unit = GEOMETRIES[name]
        self.layout = layout.Layout(self.unit, self.block, self.span, self.blocks // self.span)
        self.kek = bytes(32)

    def device(self, image=None, weak=None, seed=0):
        device = FlashModel(self.blocks, self.block, self.unit, image, not weak, seed)
        if weak:
            device.weak = dict(weak)
            device.restless = True
        return device

    def factory(self):
        """Return the node of a factory-fresh store."""
        device = self.device()
        values = [(slots.MAC, 0, MAC)]
        write_factory(Flash(device), self.layout, self.kek, values, 0x1234567)
        return Node(bytes(device.data), {}, [({}, 0)])

    def mount(self, device):
        store = Store(device, self.kek)
        store.mount()
        if store.error:
            raise Failed(f"the log is lost: {store.error}")
        return store

    def run(self, node):
        """Power on, do what is due, idle. Return (trace, phases, last node).

        trace: steps; phases: for each step the states that a cut there may leave.
        """
        device = self.device(node.image, node.weak)
        device.trace = trace = []
        store = self.mount(device)
        state, due = self.decided(store, node.allowed)
        operation = LIFE[due % len(LIFE)]
        after = operation.after(state)
        marks = [len(trace)]
        device.in_commit = operation.name != "wipe"
        operation.act(store)
        device.in_commit = False
        if device.erases_in_commit:
            raise Failed("a commit waited for an erase")
        marks.append(len(trace))
        self.shows(store, after)
        # Sometimes power goes before idle work is done.
        while store.tidy() and due % 3:
            pass
        if device.violations:
            raise Failed(f"the flash refused: {device.violations[0]}")
        old, new = (state, due), (after, due + 1)
        allowed = [
            node.allowed if i < marks[0] else (old, new) if i < marks[1] else (new,)
            for i in range(len(trace))
        ]
        last = Node(bytes(device.data), dict(device.weak), [new])
        return trace, allowed, last

    def shows(self, store, state):
        found = view(store)
        if found != state:
            raise Failed(f"shows {found}, not {state}")

    def decided(self, store, allowed):
        """Return which of the allowed (state, due) the store shows."""
        found = view(store)
        for state, due in allowed:
            if found == state:
                return state, due
        raise Failed(f"shows {found}, neither the old nor the new state")

    def cut(self, before, step, tear, seed):
        """Return the model as a cut leaves it; before: the model with the steps before."""
        device = self.device(bytes(before.data), before.weak, seed)
        tears.apply(device, step, tear)
        if device.weak:
            if hasattr(device, "memory"):
                del device.memory
            device.restless = True
        return device

    def edge(self, device, allowed):
        """Power on after a cut; check everything; return (state, due) that is now in force."""
        store = self.mount(device)
        state, due = self.decided(store, allowed)
        if bytes(store.get("factory", slots.MAC)) != MAC:
            raise Failed("the factory value is lost")
        weak = bool(device.weak)
        for _ in range(3 if weak else 0):
            device.boot()
            store = self.mount(device)
            self.shows(store, state)
        operation = LIFE[due % len(LIFE)]
        device.in_commit = operation.name != "wipe"
        operation.act(store)
        device.in_commit = False
        self.shows(store, operation.after(state))
        if weak:
            device.boot()
            self.shows(self.mount(device), operation.after(state))
        if device.violations or device.erases_in_commit:
            raise Failed(f"the flash refused: {device.violations}, {device.erases_in_commit}")
        return state, due

    def digest(self, node):
        """Return the node's name: a digest of its normal form and of what may be found in it."""
        form = normal_form(self.device(node.image, node.weak), self.layout)
        due = [due for _, due in node.allowed]
        return hashlib.blake2b(repr((due, form)).encode(), digest_size=8).digest()

    def play(self, node, steps):
        """Yield the model before each of the steps, starting from the node's image."""
        device = self.device(node.image, None)
        device.weak = dict(node.weak)
        for kind, at, new in steps:
            yield device
            if kind == "erase":
                tears.flash.erase(device, at // device.block)
            else:
                tears.flash.program(device, at, new)


def explore(name, due, start, budget, seed, every_first=False):
    """Expand nodes from start (the operation `due` is due there) until the budget ends.

    every_first: all cuts of the first node, whatever the budget. Return (edges, failures,
    closed): a set of 8-byte names of distinct edges; a list of (replay, sentence); whether no
    node was left to expand.
    """
    world, rng = World(name), random.Random(f"{name} {due} {seed}")
    edges, failures, visited, queue = set(), [], set(), [start]
    whole = True
    while queue and (len(edges) < budget or (every_first and start in queue)):
        node = queue.pop(rng.randrange(len(queue)))
        name_of = world.digest(node)
        if name_of in visited:
            continue
        visited.add(name_of)
        base = f"{name}/{due}{node.path}"
        try:
            trace, allowed, _ = world.run(node)
        except Exception as error:
            failures.append((base, f"{type(error).__name__}: {error}"))
            continue
        plan = {i: tears.names(step, _exact(step)) for i, step in enumerate(trace)}
        if not (every_first and node is start):
            chosen = _share(plan, max(1, (budget - len(edges)) // (2 if node is start else 4)), rng)
            whole = whole and chosen == plan
            plan = chosen
        for i, before in enumerate(world.play(node, trace)):
            for tear in plan.get(i, ()):
                edges.add(hashlib.blake2b(name_of + f"{i}.{tear}".encode(), digest_size=8).digest())
                cut = world.cut(before, trace[i], tear, i)
                child = Node(bytes(cut.data), dict(cut.weak), None, f"{node.path}/{i}.{tear}")
                try:
                    child.allowed = [world.edge(cut, allowed[i])]
                except Exception as error:
                    failures.append((base + f"/{i}.{tear}", f"{type(error).__name__}: {error}"))
                    continue
                if child.weak:
                    child.allowed = allowed[i]
                queue.append(child)
                if len(queue) > 4096:
                    whole = False
                    queue.pop(rng.randrange(len(queue)))
    return edges, failures, whole and not queue


def _share(plan, wanted, rng):
    """Return a seeded share of the plan {step: tears}."""
    pairs = [(i, tear) for i in plan for tear in plan[i]]
    if len(pairs) <= wanted:
        return plan
    chosen = {}
    for i, tear in rng.sample(pairs, wanted):
        chosen.setdefault(i, []).append(tear)
    return chosen


def _exact(step):
    """Say whether a step programs a mark or a length, which is torn bit by bit."""
    kind, _, new = step
    return kind == "program" and (new[:4] in EXACT or len(new) <= 4)


def bases(name):
    """Yield (due, node) for each operation of the life, the ones before it done without cuts."""
    world = World(name)
    node = world.factory()
    for due in range(len(LIFE)):
        yield due, node
        _, _, node = world.run(node)
