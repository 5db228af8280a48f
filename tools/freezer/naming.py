"""Short names, and those that are taken.

For renaming.py and flattening.py.
"""

import itertools
import keyword
import string

_FIRST = string.ascii_lowercase + string.ascii_uppercase + "_"


def short_names(avoid):
    """Yield short names that are not in `avoid`, shortest first."""
    for length in itertools.count(1):
        for letters in itertools.product(_FIRST, *[_FIRST + string.digits] * (length - 1)):
            name = "".join(letters)
            if name not in avoid and not keyword.iskeyword(name) and name.strip("_"):
                yield name


def avoided(prog):
    """Return every name that stands in the modules of a Program, or that others have."""
    taken = set(prog.kept)
    for module in prog.modules.values():
        taken.update(occurrence.name for occurrence in module.found)
    return taken
