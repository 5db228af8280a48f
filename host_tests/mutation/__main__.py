"""`make mutants`: each mutant of host_tests/mutants.txt, and whether the tests noticed it.

Ends with `N mutants, K killed`; exit status 1 where one survived, or where a test was red before.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from mutation.catalogue import BadList, parse
from mutation.scratch import Scratch

ROOT = Path(__file__).resolve().parents[2]
LIST = ROOT / "host_tests" / "mutants.txt"
# A mutant that makes a test wait for ever is not killed by it: nobody waits for ever.
SECONDS = 900
RED = 1  # pytest: tests ran, and some failed; 2 to 5: they did not run


def main(argv=None):
    """Run the mutants; return the exit status."""
    parser = argparse.ArgumentParser(prog="mutation", description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="names that hold this text")
    parser.add_argument("--list", type=Path, default=LIST, help="another list")
    args = parser.parse_args(argv)
    try:
        mutants = [m for m in parse(args.list.read_text("utf-8")) if args.only in m.name]
        # The scratch tree stands beside the build it shares: build/mutants-*/tree.
        with tempfile.TemporaryDirectory(prefix="mutants-", dir=ROOT / "build") as folder:
            killed = sum(run(Scratch(ROOT, Path(folder) / "tree"), mutants))
    except BadList as e:
        print(f"mutants: {e}", file=sys.stderr)
        return 1
    print(f"{len(mutants)} mutants, {killed} killed")
    return 0 if mutants and killed == len(mutants) else 1


def run(scratch, mutants):
    """Yield for each mutant whether it was killed. Raises BadList before anything is run."""
    for mutant in mutants:
        _restore(scratch, mutant, mutant.apply(scratch.folder))
    green = _baseline(scratch, mutants)
    for mutant in mutants:
        began = time.monotonic()
        if not green[tuple(mutant.tests)]:
            verdict = "not run: its tests are red without it"
        else:
            text = mutant.apply(scratch.folder)
            verdict = _judge(scratch, mutant)
            _restore(scratch, mutant, text)
            # The next one must not run what this one was built into.
            if mutant.build and (said := scratch.make(mutant.build)) is not None:
                raise BadList(f"the tree does not build after {mutant.name}:\n{said}")
        print(f"{mutant.name:<28} {verdict} ({time.monotonic() - began:.0f} s)", flush=True)
        yield verdict == "killed"


def _restore(scratch, mutant, text):
    """Undo a fault; the file is then newer than what was built of it."""
    (scratch.folder / mutant.file).write_text(text, encoding="utf-8")


def _baseline(scratch, mutants):
    """Return {tests: whether they pass as the tree is}: one that is red anyway proves nothing."""
    green = {}
    for mutant in mutants:
        key = tuple(mutant.tests)
        if mutant.build and (said := scratch.make(mutant.build)) is not None:
            raise BadList(f"{mutant.name}: the tree does not build:\n{said}")
        if key not in green:
            status, output = scratch.test(mutant.tests, SECONDS)
            green[key] = status == 0
            if status != 0:
                print(output[-2000:], file=sys.stderr)
    return green


def _judge(scratch, mutant):
    """Build and test one fault; return the verdict in words."""
    if mutant.build and (said := scratch.make(mutant.build)) is not None:
        return "SURVIVED: does not build\n" + said
    status, output = scratch.test(mutant.tests, SECONDS)
    if status == RED:
        return "killed"
    if status is None:
        return f"SURVIVED: its tests wait longer than {SECONDS} s"
    if status == 0:
        return "SURVIVED"
    return f"SURVIVED: its tests do not run (pytest ended with {status})\n" + output[-2000:]


if __name__ == "__main__":
    sys.exit(main())
