"""Puts the constants of modules in place of their names, in other modules, too.

For shrink.py. MicroPython's compiler does so for `_NAME = const(number)` within one module. A
constant here is what a module binds once, at its top, to a literal or to numbers that are
calculated from literals. Nothing changes but that nobody looks it up any more.
"""

import ast
import operator

from . import scopes

# From here on a number is an object of its own in MicroPython (31 bits with the sign).
_SMALL = 1 << 30
# A longer text is none of the names that an image interns (boards/boards.mk).
_LONGEST_NAME = 250
_OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.LShift: operator.lshift,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
}


def fold(program):
    """Put each constant of `program` where it is used. Returns how many uses there were."""
    _drop_const(program)
    program.look()
    count = 0
    while True:
        known = _known(program)
        uses = _uses(program, known)
        changes = {}
        for key, nodes in uses.items():
            value = known[key]
            if _is_cheap(value) or len(nodes) == 1:
                for module, node in nodes:
                    changes.setdefault(module, {})[id(node)] = value
        if not changes:
            return count
        for module, values in changes.items():
            count += len(values)
            module.change(_Put(values))
        program.look()


def literal(node):
    """Return (True, value) of an expression that is a literal or a sum of such, else (False, None).

    A value: int, str, bytes, bool or None.
    """
    if isinstance(node, ast.Constant):
        known = node.value is None or isinstance(node.value, (int, str, bytes))
        return known, node.value if known else None
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        known, value = literal(node.operand)
        return (True, -value) if known and _is_number(value) else (False, None)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        sides = [literal(node.left), literal(node.right)]
        if all(known and _is_number(value) and 0 <= value < _SMALL for known, value in sides):
            left, right = sides[0][1], sides[1][1]
            if right < 32 or not isinstance(node.op, ast.LShift):
                return True, _OPERATORS[type(node.op)](left, right)
    return False, None


# -- private


def _is_number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _is_cheap(value):
    """Tell whether a value costs no object of its own in each module that holds it."""
    if isinstance(value, str):
        return len(value.encode()) <= _LONGEST_NAME
    return not isinstance(value, bytes) and not (_is_number(value) and abs(value) >= _SMALL)


def _drop_const(program):
    """Take const(...) away: the compiler does so as well, but its name would stay imported."""

    class Drop(ast.NodeTransformer):
        def visit_Call(self, node):
            self.generic_visit(node)
            if isinstance(node.func, ast.Name) and node.func.id == "const" and len(node.args) == 1:
                return node.args[0]
            return node

    for module in program.modules.values():
        module.change(Drop())


def _known(program):
    """Return {(module, name): value} of every constant."""
    stored = _stored_attributes(program)
    compared = set().union(*map(_identities, program.modules.values()))
    known = {}
    for module in program.modules.values():
        for statement in module.tree.body:
            if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                continue
            target = statement.targets[0]
            if not isinstance(target, ast.Name) or target.id in stored:
                continue
            is_literal, value = literal(statement.value)
            if not is_literal or not program.once(module.name, target.id):
                continue
            if target.id not in compared or value is None or isinstance(value, bool):
                statement.value = ast.copy_location(ast.Constant(value), statement.value)
                known[module.name, target.id] = value
    return known


def _stored_attributes(program):
    """Return every name that is stored behind a dot: a module's global could be meant."""
    return {
        occurrence.name
        for module in program.modules.values()
        for occurrence in module.found
        if occurrence.kind == scopes.ATTRIBUTE and occurrence.store
    }


def _identities(module):
    """Return the names that `is` compares: two equal literals need not be one object."""
    found = set()
    for node in module.nodes:
        if isinstance(node, ast.Compare) and any(
            isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops
        ):
            for side in [node.left, *node.comparators]:
                found.update(n.id for n in ast.walk(side) if isinstance(n, ast.Name))
                found.update(n.attr for n in ast.walk(side) if isinstance(n, ast.Attribute))
    return found


def _uses(program, known):
    """Return {(module, name): [(module, node)]}: the expressions that give a constant's value."""
    uses = {}
    for module in program.modules.values():
        for occurrence in module.found:
            node = occurrence.node
            if occurrence.store or occurrence.kind not in (scopes.GLOBAL, scopes.ATTRIBUTE):
                continue
            if isinstance(node, ast.Name) and not program.once(module.name, node.id):
                continue
            key = program.meant(module, node, occurrence.scope)
            if key in known:
                uses.setdefault(key, []).append((module, node))
    return uses


class _Put(ast.NodeTransformer):
    """Puts values in place of nodes."""

    def __init__(self, changes):
        self.changes = changes

    def _maybe(self, node):
        if id(node) in self.changes:
            return ast.copy_location(ast.Constant(self.changes[id(node)]), node)
        return self.generic_visit(node)

    visit_Name = visit_Attribute = _maybe
