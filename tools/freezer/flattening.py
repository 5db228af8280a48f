"""Gives modules short names, outside their packages.

For shrink.py. A module's name stands in an image three times: for the import, for the traceback and
in the list of what is frozen. What keeps its name: what the outside imports, and what lies in a
package whose own import does something, because a module out of its package does not import it.
"""

import ast

from . import leaving, naming


def flatten(prog, outside, taken):
    """Rename the modules of a Program. Returns {new path: Module}.

    outside: names of modules that others import; taken: names that are none of a new module's.
    """
    fixed = _with_packages(outside)
    new = {}
    # Without underscores, which part a module from its functions in the names of an image's data;
    # in small letters, because these become files, and some file systems take A for a.
    every = naming.short_names(taken | set(prog.modules))
    free = (name for name in every if name == name.lower() and "_" not in name)
    for name, module in sorted(prog.modules.items()):
        if name not in fixed and _may_leave(prog, module):
            new[name] = next(free)
    for module in prog.modules.values():
        for node in module.nodes:
            if isinstance(node, ast.ImportFrom):
                node.module = new.get(node.module, node.module)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name in new:
                        alias.name = new[alias.name]
    return {
        f"{new[name]}.py" if name in new else module.path: module
        for name, module in prog.modules.items()
    }


# -- private


def _with_packages(names):
    found = set()
    for name in names:
        parts = name.split(".")
        found.update(".".join(parts[:end]) for end in range(1, len(parts) + 1))
    return found


def _may_leave(prog, module):
    """Tell whether nobody misses the import of the packages around a module."""
    if module.name == module.package:
        # A package itself: what stays in it finds it by its name.
        return False
    return module.package == "" or leaving.is_quiet(prog, module.package)
