"""The list of mutants (host_tests/mutants.txt): its grammar, and each text's place in the tree.

For `make mutants` and test_mutation.py. ACCEPTANCE.md section 3.
"""

import shlex


class BadList(Exception):
    """The list cannot be read, or does not fit the tree any more."""


class Mutant:
    """One fault.

    name: str; file: str, path in the tree; old, new: str, the text and its replacement;
    tests: list of str, pytest's arguments that must turn red; build: list of str, make targets
    that carry the fault into what those tests run.
    """

    def __init__(self, name):
        """Begin a block; the parser fills it."""
        self.name = name
        self.file = ""
        self.old = self.new = ""
        self.tests, self.build = [], []

    def apply(self, root):
        """Write the fault into the tree at `root`; return the text before."""
        path = root / self.file
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        count = ("\n" + text).count("\n" + self.old)  # whole lines
        if count != 1:
            raise BadList(f"{self.name}: its text is {count} times in {self.file}, not once")
        changed = ("\n" + text).replace("\n" + self.old, "\n" + self.new)[1:]
        path.write_text(changed, encoding="utf-8")
        return text


def parse(text):
    """Return the Mutants of a list. Raises BadList.

    A block begins with `[name]`; `file PATH`; `-` and `+` lines hold the text and its replacement
    without their mark; `tests ARGUMENTS`; `build TARGETS` where a build carries the fault.
    Lines with `#` and empty ones stand between blocks.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("[") and line.endswith("]"):
            found.append(Mutant(line[1:-1]))
            continue
        if not line.strip() or line.startswith("#"):
            continue
        if not found:
            raise BadList(f"line {number} stands in no block")
        _field(found[-1], line, number)
    for mutant in found:
        _check(mutant)
    names = [mutant.name for mutant in found]
    if len(set(names)) != len(names):
        raise BadList("a name stands twice")
    return found


def _field(mutant, line, number):
    word, _, rest = line.partition(" ")
    if line[0] == "-":
        mutant.old += line[1:] + "\n"
    elif line[0] == "+":
        mutant.new += line[1:] + "\n"
    elif word == "file":
        mutant.file = rest.strip()
    elif word == "tests":
        mutant.tests += shlex.split(rest)
    elif word == "build":
        mutant.build += rest.split()
    else:
        raise BadList(f"line {number}: what is {word!r}?")


def _check(mutant):
    for field in ("file", "old", "tests"):
        if not getattr(mutant, field):
            raise BadList(f"{mutant.name}: no {field}")
    if mutant.old == mutant.new:
        raise BadList(f"{mutant.name} changes nothing")
