"""Leaves out what nobody can reach: imports, functions, methods and constants without a use.

For shrink.py. A name that occurs nowhere but where it is bound, that nobody outside knows and
that no literal spells, can not be looked up.
"""

import ast

from . import scopes

_DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
# What an expression may be made of that does nothing but have a value.
_HARMLESS = (
    ast.Constant,
    ast.Name,
    ast.Attribute,
    ast.Tuple,
    ast.List,
    ast.Dict,
    ast.BinOp,
    ast.UnaryOp,
    ast.operator,
    ast.unaryop,
    ast.expr_context,
)


def leave_out(program):
    """Take what is unreachable out of the trees. Returns the paths of what went, in order."""
    gone = []
    while True:
        more = _once(program)
        if not more:
            return gone
        gone += more
        program.look()


# -- private


def _once(program):
    taken, used = _looked_up(program)
    gone = []
    for module in program.modules.values():
        before = len(gone)
        gone += _imports(program, module, taken[module.name])
        gone += _definitions(module.tree.body, module.name, taken[module.name])
        for node in module.nodes:
            if isinstance(node, ast.ClassDef):
                gone += _definitions(node.body, f"{module.name}.{node.name}", used)
        module.changed = len(gone) > before
    return gone


def _looked_up(program):
    """Return ({module: those of its globals that are used}, every name that is used)."""
    taken = {}
    used = set(program.kept)
    anywhere = set(program.kept)
    for module in program.modules.values():
        mine = taken.setdefault(module.name, set())
        for occurrence in module.found:
            if occurrence.store:
                continue
            used.add(occurrence.name)
            if occurrence.kind == scopes.GLOBAL:
                mine.add(occurrence.name)
            elif occurrence.kind == scopes.ATTRIBUTE:
                source = program.module_of(module, occurrence.node.value, occurrence.scope)
                if source is None:
                    anywhere.add(occurrence.name)
                else:
                    taken.setdefault(source, set()).add(occurrence.name)
        for node in module.nodes:
            if isinstance(node, ast.ImportFrom):
                names = {alias.name for alias in node.names}
                taken.setdefault(node.module, set()).update(names)
    return {name: names | anywhere for name, names in taken.items()}, used


def _imports(program, module, needed):
    """Take out the imports of one module that nobody needs."""
    gone = []
    for statement in list(module.tree.body):
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for alias in list(statement.names):
                source = alias.name if isinstance(statement, ast.Import) else statement.module
                if alias.asname not in needed and is_quiet(program, source):
                    statement.names.remove(alias)
                    gone.append(f"{module.name}: import {alias.asname}")
            if not statement.names:
                module.tree.body.remove(statement)
    return gone


def is_quiet(program, name):
    """Tell whether importing a module only defines something: then nobody misses the import."""
    todo, seen = [name], set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        module = program.modules.get(name)
        if module is None:
            return False
        if "." in name:
            todo.append(name.rpartition(".")[0])
        for statement in module.tree.body:
            if isinstance(statement, ast.ImportFrom):
                todo.append(statement.module)
            elif isinstance(statement, ast.Import):
                todo += [alias.name for alias in statement.names]
            elif not _only_defines(statement):
                return False
    return True


def _only_defines(statement):
    """Tell whether a statement at a module's top does nothing but bind names."""
    if isinstance(statement, ast.FunctionDef):
        return not statement.decorator_list and _has_harmless_defaults(statement)
    if isinstance(statement, ast.ClassDef):
        bases = not statement.decorator_list and all(map(_is_harmless, statement.bases))
        return bases and all(map(_in_class, statement.body))
    if isinstance(statement, (ast.Expr, ast.Assign)):
        return _is_harmless(statement.value)
    return isinstance(statement, ast.Pass)


def _in_class(statement):
    if isinstance(statement, ast.FunctionDef):
        known = all(
            isinstance(decorator, ast.Name) and decorator.id in ("property", "classmethod")
            for decorator in statement.decorator_list
        )
        return known and _has_harmless_defaults(statement)
    return _only_defines(statement)


def _has_harmless_defaults(function):
    defaults = function.args.defaults + function.args.kw_defaults
    return all(default is None or _is_harmless(default) for default in defaults)


def _is_harmless(expression):
    return all(isinstance(node, _HARMLESS) for node in ast.walk(expression))


def _definitions(body, where, used):
    gone = []
    for statement in list(body):
        name = None
        if isinstance(statement, _DEFINITIONS) and _only_defines(statement):
            name = statement.name
        elif (
            isinstance(statement, ast.Assign)
            and len(statement.targets) == 1
            and isinstance(statement.targets[0], ast.Name)
            and isinstance(statement.value, ast.Constant)
        ):
            name = statement.targets[0].id
        if name and name not in used:
            # A class body must not be empty.
            body[body.index(statement)] = ast.Pass()
            gone.append(f"{where}.{name}")
    return gone
