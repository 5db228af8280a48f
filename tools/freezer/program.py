"""All modules of an image together: what binds which name, and who may look from outside.

For constants.py, leaving.py and renaming.py.
"""

import ast

from . import FreezeError, scopes

# Functions that look a name up which nobody can see in the source, unless it is a literal.
_LOOKUPS = {"getattr": 1, "hasattr": 1, "setattr": 1, "delattr": 1}
_HIDING = {"eval", "exec", "globals", "locals", "vars", "dir", "__import__", "compile"}
_HIDING_ATTRIBUTES = {"__dict__", "__class__", "__bases__", "format_map", "import_module"}
BUILTIN_BASES = {
    "Exception",
    "OSError",
    "ValueError",
    "RuntimeError",
    "StopIteration",
    "KeyError",
    "object",
}


class Module:
    """A module of the image.

    name: as it is imported; package: the package that its relative imports start from; tree;
    nodes: all of the tree; top: its Scope; found: its Occurrences. Whoever changes the tree by
    another way than change() sets `changed`.
    """

    def __init__(self, path, text):
        """Parse `text`, the source of `path` ("scep/der.py"). Raises FreezeError."""
        self.path = path
        parts = path.removesuffix(".py").split("/")
        is_package = parts[-1] == "__init__"
        self.name = ".".join(parts[:-1] if is_package else parts)
        self.package = self.name if is_package else ".".join(parts[:-1])
        self.tree = ast.parse(text)
        self.changed = True
        self.look()

    def change(self, transformer):
        """Run an ast.NodeTransformer over the tree."""
        self.tree = transformer.visit(self.tree)
        self.changed = True

    def look(self):
        """Find the occurrences anew, if the tree was changed."""
        if not self.changed:
            return
        self.changed = False
        self.nodes = list(ast.walk(self.tree))
        try:
            self.top, self.found = scopes.occurrences(self.tree)
        except FreezeError as error:
            raise FreezeError(f"{self.path}: {error}") from None

    def source(self, node):
        """Return the absolute name of the module that an ImportFrom names."""
        if not node.level:
            return node.module
        parts = self.package.split(".")
        parts = parts[: len(parts) - node.level + 1]
        return ".".join(parts + ([node.module] if node.module else []))


class Program:
    """The modules of an image, and the names that are not theirs to choose.

    modules: {name: Module}; kept: names that somebody outside may use, or that mean something to
    Python itself; aliases: {(module, its global): module or (module, name)} of what is imported.
    """

    def __init__(self, sources, outside):
        """Take {path: source} and the names that the outside uses. Raises FreezeError."""
        modules = [Module(path, text) for path, text in sorted(sources.items())]
        self.modules = {module.name: module for module in modules}
        self.kept = set(outside)
        for module in modules:
            _refuse_hidden(module)
            module.change(_PlainImports(module, self.modules))
        self.look()
        for module in modules:
            self.kept.update(_kept_by(module))

    def look(self):
        """Find everything anew, after trees were changed."""
        self.aliases = {}
        self.bindings = {}
        for module in self.modules.values():
            module.look()
            for occurrence in module.found:
                if occurrence.kind == scopes.GLOBAL and occurrence.store:
                    key = (module.name, occurrence.name)
                    self.bindings.setdefault(key, []).append(occurrence)
            for node in module.nodes:
                if isinstance(node, ast.ImportFrom):
                    self._alias(module, node)
                elif isinstance(node, ast.Import) and node.names[0].name in self.modules:
                    self.aliases[module.name, node.names[0].asname] = node.names[0].name

    def _alias(self, module, node):
        if node.module in self.modules:
            for alias in node.names:
                self.aliases[module.name, alias.asname] = (node.module, alias.name)

    def origin(self, module, name):
        """Follow imports: return (module, name) where a module's global is made, or a module."""
        seen = set()
        while (module, name) in self.aliases and (module, name) not in seen:
            seen.add((module, name))
            target = self.aliases[module, name]
            if isinstance(target, str):
                return target
            module, name = target
        return module, name

    def once(self, module, name):
        """Tell whether a module's global is bound by one statement only."""
        return len(self.bindings.get((module, name), ())) == 1

    def module_of(self, module, node, scope):
        """Return the name of the module that an expression in `scope` of `module` is, or None."""
        if not isinstance(node, ast.Name) or scope.holder(node.id).parent is not None:
            return None
        if not self.once(module.name, node.id):
            return None
        target = self.origin(module.name, node.id)
        return target if isinstance(target, str) else None

    def meant(self, module, node, scope):
        """Return what an expression in `scope` of `module` is, as origin() has it.

        node: a Name that is the module's global, or an Attribute. None where it is no global of
        any module.
        """
        if isinstance(node, ast.Name):
            return self.origin(module.name, node.id)
        if isinstance(node, ast.Attribute):
            source = self.module_of(module, node.value, scope)
            return source and self.origin(source, node.attr)
        return None


def is_dunder(name):
    """Tell whether Python itself gives a name its meaning."""
    return name.startswith("__") and name.endswith("__")


def _refuse_hidden(module):
    called = {id(node.func) for node in module.nodes if isinstance(node, ast.Call)}
    for node in module.nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            place = _LOOKUPS.get(node.func.id)
            literal = place is not None and isinstance(node.args[place], ast.Constant)
            if node.func.id in _HIDING or (place is not None and not literal):
                raise FreezeError(
                    f"{module.path}:{node.lineno}: {node.func.id} looks up a name that is not"
                    " in the source"
                )
        if isinstance(node, ast.Attribute) and node.attr in _HIDING_ATTRIBUTES:
            raise FreezeError(f"{module.path}:{node.lineno}: .{node.attr} hides names")
        if isinstance(node, ast.ExceptHandler) and _tries_names(node):
            raise FreezeError(
                f"{module.path}:{node.lineno}: whether a name is there must not be tried"
            )
        if isinstance(node, (ast.Name, ast.Attribute)):
            name = node.id if isinstance(node, ast.Name) else node.attr
            if name in _LOOKUPS and id(node) not in called:
                raise FreezeError(f"{module.path}:{node.lineno}: {name} is handed on")


def _tries_names(handler):
    if handler.type is None:
        return True
    names = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)}
    return "AttributeError" in names


class _PlainImports(ast.NodeTransformer):
    """Writes every import of a module of ours in one of two ways, by its whole name.

    `import a.b as name`, also for `from a import b`, where b is a module; `from a.b import name`.
    """

    def __init__(self, module, modules):
        self.module = module
        self.modules = modules

    def visit_ImportFrom(self, node):
        source = self.module.source(node)
        plain = []
        rest = []
        for alias in node.names:
            inner = f"{source}.{alias.name}"
            if inner in self.modules:
                plain.append(ast.Import([ast.alias(inner, alias.asname or alias.name)]))
            else:
                rest.append(alias)
        if rest:
            plain.append(ast.ImportFrom(source, rest, 0))
        return [ast.copy_location(statement, node) for statement in plain]

    def visit_Import(self, node):
        plain = []
        for alias in node.names:
            if alias.name in self.modules:
                if "." in alias.name and alias.asname is None:
                    raise FreezeError(
                        f"{self.module.path}:{node.lineno}: import {alias.name} names a package"
                    )
                alias = ast.alias(alias.name, alias.asname or alias.name)
            plain.append(ast.copy_location(ast.Import([alias]), node))
        return plain


def _kept_by(module):
    """Return the names that a module itself ties down: literals as a whole, keywords, dunders."""
    kept = {occurrence.name for occurrence in module.found if occurrence.kind == scopes.KEYWORD}
    kept.update(occurrence.name for occurrence in module.found if is_dunder(occurrence.name))
    for node in module.nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            kept.add(node.value)
    return kept
