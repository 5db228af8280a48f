"""Shrinks what firmware/manifest.py freezes, knowing what else is in the image.

For firmware/manifest.py. From outside look: the boards' Python and the ports' (frozen as it is),
keystore/factory.py (frozen by boards that make their own identity), and C: every name that the
image's C code knows stands in the file that MicroPython's build gathers before it freezes.
"""

import ast
import builtins
import os
import re

from . import scopes, shrink

# Beside the folder of the sources, before anything is frozen.
_NAMES_IN_C = "genhdr/qstrdefs.preprocessed.h"


def make(firmware, paths, place):
    """Write the smaller sources and names.json into `place`, a folder in the image's build folder.

    firmware: the folder that holds the `paths`. Raises FreezeError, OSError.
    """
    sources = {path: _read(os.path.join(firmware, path)) for path in paths}
    names, called = outside(firmware)
    names |= names_in_c(_read(os.path.join(os.path.dirname(place), _NAMES_IN_C)))
    shrink.write(place, shrink.shrink(sources, names, called))


def outside(firmware):
    """Return (names, names of arguments) that Python beside the shrunk modules uses."""
    names, called = set(dir(builtins)), set()
    for path in _beside(firmware):
        tree = ast.parse(_read(path))
        for occurrence in scopes.occurrences(tree)[1]:
            names.add(occurrence.name)
            if occurrence.kind == scopes.KEYWORD:
                called.add(occurrence.name)
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.add(node.value)
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names.update((getattr(node, "module", None) or "").split("."))
    return names, called


def names_in_c(text):
    """Return the names in MicroPython's gathered QSTRs: lines `Q(name)`."""
    return set(re.findall(r'^"?Q\((\w+)\)', text, re.MULTILINE))


def _beside(firmware):
    boards = os.path.join(os.path.dirname(firmware), "boards")
    found = [os.path.join(firmware, "keystore", "factory.py")]
    for top in (boards, os.path.join(firmware, "port")):
        for folder, _, names in os.walk(top):
            found += [
                os.path.join(folder, name)
                for name in names
                if name.endswith(".py") and not name.startswith("manifest")
            ]
    return sorted(found)


def _read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()
