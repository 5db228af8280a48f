"""All steps: the sources of an image in, smaller ones and the table of their names out.

For firmware/manifest.py and the tests.
"""

import ast
import json
import os

from . import constants, flattening, leaving, naming, program, renaming


class Shrunk:
    """What came out.

    sources: {path: source}; names: {path: {new: [old]}} of functions, a method as Class.name;
    modules: {path: path it had}; gone: what was left out, as text.
    """

    def __init__(self, sources, names, modules, gone):
        """Keep the four."""
        self.sources = sources
        self.names = names
        self.modules = modules
        self.gone = gone


class Outside:
    """What others know. names: of anything; called: arguments, in calls; modules: imported."""

    def __init__(self, names=(), called=(), modules=()):
        """Keep the three, as sets."""
        self.names = set(names)
        self.called = set(called)
        self.modules = set(modules)


def shrink(sources, outside):
    """Make the modules of an image smaller.

    sources: {path: source}, paths as they are imported ("scep/der.py"). Raises FreezeError for
    what cannot be proved.
    """
    prog = program.Program(sources, outside.names)
    for module in prog.modules.values():
        module.change(_NoDocstrings())
    constants.fold(prog)
    gone = leaving.leave_out(prog)
    taken = naming.avoided(prog)
    names = renaming.rename(prog, outside.called)
    modules = flattening.flatten(prog, outside.modules, taken)
    return Shrunk(
        {path: ast.unparse(module.tree) + "\n" for path, module in modules.items()},
        {path: names[module.path] for path, module in modules.items()},
        {path: module.path for path, module in modules.items() if path != module.path},
        gone,
    )


def write(folder, shrunk):
    """Write the sources and names.json into a folder; what is the same stays untouched."""
    texts = dict(shrunk.sources)
    table = {"names": shrunk.names, "modules": shrunk.modules, "gone": shrunk.gone}
    texts["names.json"] = json.dumps(table, indent=1, sort_keys=True) + "\n"
    for path, text in texts.items():
        place = os.path.join(folder, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if not os.path.exists(place) or read(place) != text:
            with open(place, "w", encoding="utf-8") as file:
                file.write(text)


def read(path):
    """Return the text of a file."""
    with open(path, encoding="utf-8") as file:
        return file.read()


class _NoDocstrings(ast.NodeTransformer):
    """Takes expressions that are a literal out, as the compiler does."""

    def _body(self, node):
        self.generic_visit(node)
        kept = [
            statement
            for statement in node.body
            if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
        ]
        node.body = kept or ([] if isinstance(node, ast.Module) else [ast.Pass()])
        return node

    visit_Module = visit_FunctionDef = visit_ClassDef = _body
