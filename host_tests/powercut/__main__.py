"""Command line of the power-cut closure: `python -m powercut --edges 50000`, `--replay NAME`."""

import argparse
import concurrent.futures
import sys
import time

from .closure import GEOMETRIES, Node, World, bases, explore, quick_seal


def main(argv=None):
    """Run the closure or one replay; the last line is `N points, F failures`."""
    parser = argparse.ArgumentParser(prog="powercut", description=__doc__)
    parser.add_argument("--edges", type=int, default=5000, help="distinct edges (default 5000)")
    parser.add_argument("--geometry", action="append", choices=GEOMETRIES)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--full", action="store_true", help="every first cut, whatever --edges")
    parser.add_argument("--replay", metavar="NAME", help="run one failing edge again")
    args = parser.parse_args(argv)
    if args.replay:
        return replay(args.replay)
    start = time.monotonic()
    names = args.geometry or list(GEOMETRIES)
    edges, failures, closed = run(names, args.edges, args.seed, args.jobs, args.full)
    for name, sentence in failures[:20]:
        print(f"{sentence}\n  again: make powercut REPLAY={name}")
    reached = "fixed point" if closed else "size of the tier"
    print(f"{reached}, {time.monotonic() - start:.0f} s")
    print(f"{len(edges)} points, {len(failures)} failures")
    return 1 if failures else 0


def run(names, edges, seed, jobs, full):
    """Return (set of edges, failures, closed) over all operations of the geometries."""
    with quick_seal():
        work = [(name, due, node) for name in names for due, node in bases(name)]
    # What a small operation leaves of its share goes to those that come after it.
    each = -(-edges // len(work))
    tasks = [(name, due, node, each, seed, full) for name, due, node in work]
    if jobs == 1:
        return _collect(map(_task, tasks))
    # A worker that dies is an error here, not a wait for ever.
    with concurrent.futures.ProcessPoolExecutor(jobs) as pool:
        return _collect(pool.map(_task, tasks))


def _collect(outcomes):
    found, failures, closed = set(), [], True
    for some, wrong, whole in outcomes:
        found |= some
        failures += wrong
        closed = closed and whole
    return found, failures, closed


def _task(task):
    with quick_seal():
        return explore(*task)


def replay(name):
    """Run the cuts that a failure names, one after the other, and say what happens."""
    geometry, due, *cuts = name.split("/")
    world = World(geometry)
    with quick_seal():
        node = dict(bases(geometry))[int(due)]
        for cut in cuts:
            number, tear = cut.split(".")
            trace, allowed, _ = world.run(node)
            step = trace[int(number)]
            *_, before = world.play(node, trace[: int(number) + 1])
            print(f"cut at step {number}, {step[0]} at {step[1]:#x}, tear {tear}")
            device = world.cut(before, step, tear, int(number))
            node = Node(bytes(device.data), dict(device.weak), allowed[int(number)])
            decided = world.edge(device, allowed[int(number)])
            if not node.weak:
                node.allowed = [decided]
        world.run(node)
    print("holds")
    return 0


if __name__ == "__main__":
    sys.exit(main())
