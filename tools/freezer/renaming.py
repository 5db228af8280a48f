"""Chooses short names, the same one for two that never meet.

For shrink.py. Where can two names meet? In a *place*: the globals of a module, or the objects of
a family of classes (all that inherit from one another). Two names of which no place holds both
may become one. That is decided over the whole program, by the name alone, so `x.step` needs no
thought of what `x` is: every place that held `step` holds its new name, and no other of its own.

Arguments are places of their own: an image holds their names only for calls by keyword, and what
is called so keeps its name. They become the same few letters in every function.
"""

import ast
import itertools

from . import FreezeError, naming, program, scopes

EVERYWHERE = "everywhere"


def rename(prog, called):
    """Give the names of a Program new ones. Returns {path: {new: [old]}} of functions.

    called: names of arguments by which others call functions.
    Raises FreezeError.
    """
    places = _places(prog)
    new = _choose(prog, places)
    letters = _Letters(prog, new, called)
    table = {}
    for module in prog.modules.values():
        table[module.path] = _rewrite(module, new, letters)
    return table


# -- private, in the order of use


class _Families:
    """Which classes inherit from one another: union and find."""

    def __init__(self, prog):
        self.parent = {}
        self.classes = {}
        for module in prog.modules.values():
            for node in module.nodes:
                if isinstance(node, ast.ClassDef):
                    self.classes[id(node)] = key = (module.name, node.name)
                    self.parent.setdefault(key, key)
        for module in prog.modules.values():
            for node in module.nodes:
                if isinstance(node, ast.ClassDef):
                    for base in node.bases:
                        self._join(prog, module, node, base)

    def _join(self, prog, module, node, base):
        key = prog.meant(module, base, module.top)
        if key in self.parent:
            self.parent[self.of((module.name, node.name))] = self.of(key)
        elif not (isinstance(base, ast.Name) and base.id in program.BUILTIN_BASES):
            raise FreezeError(
                f"{module.path}:{node.lineno}: what {ast.unparse(base)} brings is not known"
            )

    def of(self, key):
        while self.parent[key] != key:
            key = self.parent[key]
        return key


def _places(prog):
    """Return {name: set of the places that hold it} of every name that may change."""
    families = _Families(prog)
    places = {}
    for module in prog.modules.values():
        for occurrence in module.found:
            for place in _held_by(module, occurrence, families):
                places.setdefault(occurrence.name, set()).add(place)
    for name in prog.kept & places.keys():
        del places[name]
    # Names that a class body's own statements use: its attributes would be seen first.
    for module in prog.modules.values():
        for occurrence in module.found:
            in_class = occurrence.kind == scopes.GLOBAL and occurrence.scope.is_class
            if in_class and occurrence.name in places:
                family = families.of(families.classes[id(occurrence.scope.node)])
                places[occurrence.name].add(family)
    return places


def _held_by(module, occurrence, families):
    """Yield the places that an occurrence makes a holder of its name."""
    if not occurrence.store:
        return
    if occurrence.kind == scopes.GLOBAL:
        yield module.name
    elif occurrence.kind == scopes.CLASS:
        yield families.of(families.classes[id(occurrence.holder.node)])
    elif occurrence.kind == scopes.ATTRIBUTE:
        owner = _own_object(occurrence)
        yield families.of(families.classes[id(owner)]) if owner else EVERYWHERE


def _own_object(occurrence):
    """Return the ClassDef whose method stores an attribute of its own object, else None."""
    base = occurrence.node.value
    if not isinstance(base, ast.Name):
        return None
    holder = occurrence.scope.holder(base.id)
    if not holder.is_function or holder.arguments[:1] != [base.id]:
        return None
    if not holder.parent.is_class or not isinstance(holder.node, ast.FunctionDef):
        return None
    if any(not _keeps_self(decorator) for decorator in holder.node.decorator_list):
        return None
    return None if base.id in holder.rebound else holder.parent.node


def _keeps_self(decorator):
    if isinstance(decorator, ast.Attribute):
        return decorator.attr == "setter"
    return isinstance(decorator, ast.Name) and decorator.id == "property"


def _choose(prog, places):
    """Return {old: new}. The most used names choose first; order and result are fixed."""
    uses = {}
    for module in prog.modules.values():
        for occurrence in module.found:
            uses[occurrence.name] = uses.get(occurrence.name, 0) + 1
    named = _classes_that_say_their_name(prog)
    avoid = naming.avoided(prog)
    pool = list(itertools.islice(naming.short_names(avoid), len(places) + 1))
    held = [set() for _ in pool]
    new = {}
    for name in sorted(places, key=lambda name: (-uses[name], name)):
        if name in named:
            continue
        for index, short in enumerate(pool):
            meets = held[index]
            if EVERYWHERE in meets or meets & places[name]:
                continue
            if EVERYWHERE in places[name] and meets:
                continue
            meets.update(places[name])
            new[name] = short
            break
    return new


def _classes_that_say_their_name(prog):
    """Return the names of classes that inherit: an exception's is said in a report."""
    return {
        node.name
        for module in prog.modules.values()
        for node in module.nodes
        if isinstance(node, ast.ClassDef) and node.bases
    }


class _Letters:
    """The letters for arguments: names that no global of the program has after renaming."""

    def __init__(self, prog, new, called):
        spoken = {
            new.get(occurrence.name, occurrence.name)
            for module in prog.modules.values()
            for occurrence in module.found
            if occurrence.kind != scopes.ATTRIBUTE and occurrence.kind != scopes.CLASS
        }
        avoid = naming.avoided(prog) | spoken
        self.letters = list(itertools.islice(naming.short_names(avoid), 64))
        self.kept = {
            occurrence.name
            for module in prog.modules.values()
            for occurrence in module.found
            if occurrence.kind == scopes.KEYWORD
        } | called

    def of(self, scope, name):
        """Return what an argument of a function becomes."""
        args = scope.node.args
        if name in self.kept or (args.vararg and args.vararg.arg == name):
            return name
        return self.letters[self._before(scope) + scope.arguments.index(name)]

    def _before(self, scope):
        count = 0
        while scope.parent:
            scope = scope.parent
            count += len(scope.arguments)
        return count


def _rewrite(module, new, letters):
    """Write the new names into a module's tree; return {new: [old]} of its functions."""
    table = {}
    classes = {id(node): node.name for node in module.nodes if isinstance(node, ast.ClassDef)}
    for occurrence in module.found:
        name = occurrence.name
        if occurrence.kind == scopes.ARGUMENT:
            occurrence.put(letters.of(occurrence.holder, name))
        elif occurrence.kind not in (scopes.LOCAL, scopes.KEYWORD) and name in new:
            occurrence.put(new[name])
            if isinstance(occurrence.node, ast.FunctionDef):
                owner = classes.get(id(occurrence.scope.node))
                table.setdefault(new[name], []).append(f"{owner}.{name}" if owner else name)
    for node in module.nodes:
        if isinstance(node, ast.alias) and node.asname == node.name:
            node.asname = None
    return table
