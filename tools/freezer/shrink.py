"""All steps: the sources of an image in, smaller ones and the table of their names out.

For firmware/manifest.py and the tests.
"""

import ast
import json
import os

from . import constants, leaving, program, renaming


class Shrunk:
    """What came out.

    sources: {path: source}; names: {path: {new: [old]}} of functions, a method as Class.name;
    gone: what was left out, as text.
    """

    def __init__(self, sources, names, gone):
        """Keep the three."""
        self.sources = sources
        self.names = names
        self.gone = gone


def shrink(sources, outside=(), called_outside=()):
    """Make the modules of an image smaller.

    sources: {path: source}, paths as they are imported ("scep/der.py"); outside: every name that
    anybody else may look up in them, or that they look up elsewhere; called_outside: names of
    arguments by which others call them. Raises FreezeError for what cannot be proved.
    """
    prog = program.Program(sources, outside)
    prog.called_outside = set(called_outside)
    for module in prog.modules.values():
        module.change(_NoDocstrings())
    constants.fold(prog)
    gone = leaving.leave_out(prog)
    names = renaming.rename(prog)
    texts = {module.path: ast.unparse(module.tree) + "\n" for module in prog.modules.values()}
    return Shrunk(texts, names, gone)


def write(folder, shrunk):
    """Write the sources and names.json into a folder; what is the same stays untouched."""
    texts = dict(shrunk.sources)
    table = {"names": shrunk.names, "gone": shrunk.gone}
    texts["names.json"] = json.dumps(table, indent=1, sort_keys=True) + "\n"
    for path, text in texts.items():
        place = os.path.join(folder, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if not os.path.exists(place) or _read(place) != text:
            with open(place, "w", encoding="utf-8") as file:
                file.write(text)


def _read(path):
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
