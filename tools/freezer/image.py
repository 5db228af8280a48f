"""Shrinks what firmware/manifest.py freezes, knowing what else is in the image.

For firmware/manifest.py. From outside look: the boards' Python and the ports' (frozen as it is),
keystore/factory.py (frozen by boards that make their own identity), and C: every name that the
image's C code knows stands in the file that MicroPython's build gathers before it freezes.
"""

import ast
import builtins
import os
import re

from . import program, scopes, shrink

# Beside the folder of the sources, before anything is frozen.
_NAMES_IN_C = "genhdr/qstrdefs.preprocessed.h"


def make(firmware, paths, place):
    """Write the smaller sources and names.json into `place`, a folder in the image's build folder.

    firmware: the folder that holds the `paths`. Returns the paths to freeze, in `place`.
    Raises FreezeError, OSError.
    """
    sources = {path: shrink.read(os.path.join(firmware, path)) for path in paths}
    around = outside(firmware)
    around.names |= names_in_c(shrink.read(os.path.join(os.path.dirname(place), _NAMES_IN_C)))
    shrunk = shrink.shrink(sources, around)
    shrink.write(place, shrunk)
    return sorted(shrunk.sources)


def outside(firmware):
    """Return the Outside that the Python beside the shrunk modules is, and the start-up code."""
    around = shrink.Outside(names=dir(builtins), modules=["main"])
    for path in _beside(firmware):
        module = program.Module(os.path.relpath(path, firmware), shrink.read(path))
        for occurrence in module.found:
            around.names.add(occurrence.name)
            if occurrence.kind == scopes.KEYWORD:
                around.called.add(occurrence.name)
        for node in module.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                around.names.add(node.value)
            elif isinstance(node, ast.Import):
                around.modules.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                source = module.source(node)
                around.modules.add(source)
                around.modules.update(f"{source}.{alias.name}" for alias in node.names)
    return around


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
