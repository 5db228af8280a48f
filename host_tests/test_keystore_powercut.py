"""Power cuts: the tier's share of the closure, what it must catch, and its own soundness."""

import random

import pytest

from flash.model import FlashModel
from keystore import layout, log, sector
from powercut import closure
from powercut.__main__ import main, run

SHARE = 1000


@pytest.mark.parametrize("geometry", closure.GEOMETRIES)
def test_every_cut_of_the_share_leaves_the_old_or_the_new_state(geometry):
    edges, failures, _ = run([geometry], SHARE, "test", 1, False)
    assert len(edges) >= SHARE
    assert not failures, "make powercut REPLAY=" + failures[0][0] + "\n" + failures[0][1]


def mark_before_payload(monkeypatch):
    write, commit = sector.Sector.write, sector.Sector.commit

    def early(self, pos, slot, tag, flags, trailer, version, crc, length, *parts):
        if not flags & 0x80:
            commit(self, pos, length)
        write(self, pos, slot, tag, flags, trailer, version, crc, length, *parts)

    monkeypatch.setattr(sector.Sector, "write", early)
    monkeypatch.setattr(sector.Sector, "commit", lambda *_: None)


def complete_mark_before_copy(monkeypatch):
    begin, complete = sector.Sector.open, sector.Sector.complete

    def early(self, *args):
        begin(self, *args)
        complete(self)

    monkeypatch.setattr(sector.Sector, "open", early)
    monkeypatch.setattr(sector.Sector, "complete", lambda self: None)


def undecided_marks(monkeypatch):
    scan = log.Log.scan

    def careless(self):
        scan(self)
        self.ambiguous = False

    monkeypatch.setattr(log.Log, "scan", careless)


def no_place_left_between_attempts(monkeypatch):
    monkeypatch.setattr(log.Log, "_decide", lambda self, boot: setattr(self, "_fresh", True))


@pytest.mark.parametrize(
    "fault",
    [
        mark_before_payload,
        complete_mark_before_copy,
        no_place_left_between_attempts,
    ],
)
def test_a_store_with_this_fault_is_caught(fault, monkeypatch):
    fault(monkeypatch)
    try:
        _, failures, _ = run(["word"], 600, "test", 1, False)
    except AssertionError:
        return  # not even a life without cuts works
    assert failures


def weak_marks(geometry):
    """Return the failures of all weak tears of the first operations' commit marks."""
    failures, world = [], closure.World(geometry)
    with closure.quick_seal():
        for _, node in list(closure.bases(geometry))[:6]:
            trace, allowed, _ = world.run(node)
            for i, before in enumerate(world.play(node, trace)):
                if trace[i][2][:4] != layout.MARK_COMMIT:
                    continue
                for number in range(12):
                    cut = world.cut(before, trace[i], f"weak{number}", i)
                    try:
                        world.edge(cut, allowed[i])
                    except AssertionError as error:
                        failures.append(error)
    return failures


@pytest.mark.parametrize("geometry", ["word", "page"])
def test_a_mark_that_reads_differently_from_boot_to_boot_is_decided_once(geometry, monkeypatch):
    assert not weak_marks(geometry)
    undecided_marks(monkeypatch)
    assert weak_marks(geometry)


def test_an_erase_in_the_way_of_a_commit_is_caught(monkeypatch):
    monkeypatch.setattr(log.Log, "tidy", lambda self: False)
    with closure.quick_seal(), pytest.raises(closure.Failed, match="waited for an erase"):
        world, node = closure.World("word"), closure.World("word").factory()
        monkeypatch.setattr(log.Log, "settle", lambda self, boot=True: _settle(self))
        for _ in range(200):
            _, _, node = world.run(node)


def _settle(self):
    """settle() without the look at whether a spare sector is ready."""
    if self.ambiguous:
        self._decide(True)
    self.lost = False


def test_a_replay_names_one_edge(capsys):
    edges, failures, _ = run(["word"], 200, "test", 1, False)
    assert edges and not failures
    assert main(["--replay", "word/7/9.some3/2.weak1"]) == 0
    assert "cut at step 9" in capsys.readouterr().out


@pytest.mark.check
def test_images_with_one_normal_form_go_on_alike():
    """1,000 pairs: the same node reached with other counters, versions and dead bytes."""
    rng, pairs = random.Random(5), 0
    with closure.quick_seal():
        for geometry in ("word", "page"):
            world = closure.World(geometry)
            for due, node in closure.bases(geometry):
                other = _disguised(world, node)
                if other is None or world.digest(node) != world.digest(other):
                    continue
                first, second = (world.run(n) for n in (node, other))
                assert [s[:2] for s in first[0]] == [s[:2] for s in second[0]], (geometry, due)
                for _ in range(40):
                    i = rng.randrange(len(first[0]))
                    tear = rng.choice(("none", *closure.tears.names(first[0][i], False)[1:8]))
                    results = []
                    for base, outcome in ((node, first), (other, second)):
                        *_, before = world.play(base, outcome[0][: i + 1])
                        cut = world.cut(before, outcome[0][i], tear, i)
                        results.append(world.edge(cut, outcome[1][i])[0])
                    assert results[0] == results[1], (geometry, due, i, tear)
                    pairs += 1
    assert pairs >= 1000


def _disguised(world, node):
    """Return the node with other bytes where no reading goes: dirty and replaced content."""
    image = bytearray(node.image)
    at = world.layout
    device = FlashModel(world.blocks, world.block, world.unit, image)
    sectors = [sector.Sector(closure.Flash(device), at, i) for i in range(1, at.sectors)]
    changed = False
    for one in sectors:
        one.look()
    for one in sectors:
        newest = max(s.seq for s in sectors if s.state == sector.OPEN)
        if one.state == sector.OPEN and one.seq < newest:
            for i in range(one.base + at.at_log, one.base + at.size):
                image[i] &= 0xA5
                changed = True
        elif one.seq == newest and one.state == sector.OPEN:
            changed = _spoil_replaced(image, one, at) or changed
    return closure.Node(bytes(image), {}, node.allowed) if changed else None


def _spoil_replaced(image, one, at):
    """Clear payload bits of records that a newer version of the same name follows."""
    found, pos, changed = [], one.base + at.at_log, False
    while pos < one.table_end:
        head = one.header(pos)
        if head:
            found.append((pos, head))
        pos += at.extent(head[4], head[2]) if head else at.grain
    newest = {head[:2]: head[3] for _, head in found}
    for pos, head in found:
        if head[3] < newest[head[:2]]:
            for i in range(pos + 20, pos + 20 + head[4]):
                image[i] &= 0x5A
                changed = True
    return changed


@pytest.mark.check
@pytest.mark.parametrize("geometry", ["word", "page"])
def test_2000_more_operations_after_a_recovery_go_as_ever(geometry):
    world, rng = closure.World(geometry), random.Random(11)
    with closure.quick_seal():
        for _, node in rng.sample(list(closure.bases(geometry)), 5):
            trace, allowed, _ = world.run(node)
            i = rng.randrange(len(trace))
            tear = rng.choice(closure.tears.names(trace[i], False))
            *_, before = world.play(node, trace[: i + 1])
            cut = world.cut(before, trace[i], tear, i)
            store = world.mount(cut)
            state, due = world.decided(store, allowed[i])
            for number in range(2000):
                operation = closure.LIFE[(due + number) % len(closure.LIFE)]
                operation.act(store)
                state = operation.after(state)
                store.tidy()
                if number % 40 == 0:
                    cut.boot()
                    store = world.mount(cut)
                    world.shows(store, state)
            world.shows(store, state)
            assert not cut.violations
