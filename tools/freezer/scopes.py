"""What each identifier of a module refers to.

For program.py. `occurrences` walks a syntax tree as Python's own scoping rules do (the language
reference, 4.2.2): the names of a function are its arguments and what it binds, unless it says
`global` or `nonlocal`; a class body's names are seen by its own statements only.
"""

import ast

from . import FreezeError

# Kinds of occurrences.
GLOBAL = "global"  # a name of the module
LOCAL = "local"  # a name that a function binds
ARGUMENT = "argument"  # an argument of a function
CLASS = "class"  # a name that a class body binds: an attribute of its objects
ATTRIBUTE = "attribute"  # what stands behind a dot
KEYWORD = "keyword"  # the name before = in a call
IMPORTED = "imported"  # the name in the other module, of `from module import name`

FUNCTIONS = (ast.FunctionDef, ast.Lambda)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_REFUSED = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await, ast.Match, ast.TryStar)


class Scope:
    """A module, a class body, a function or a comprehension, and the names that it binds."""

    def __init__(self, node, parent):
        """Begin a scope of `node` (a syntax tree's) in the scope `parent` (None: a module)."""
        self.node = node
        self.parent = parent
        self.bound = set()
        self.globals = set()
        self.arguments = []
        self.rebound = set()
        self.is_class = isinstance(node, ast.ClassDef)
        self.is_function = isinstance(node, FUNCTIONS)

    def holder(self, name):
        """Return the Scope that `name` refers to when it is used here: the module's at the end."""
        scope = self
        while scope.parent:
            if name in scope.globals:
                while scope.parent:
                    scope = scope.parent
                return scope
            if name in scope.bound and (not scope.is_class or scope is self):
                return scope
            scope = scope.parent
        return scope


class Occurrence:
    """One identifier in a syntax tree.

    node, field, index: where it stands (index: place in a list of names, else None); name; kind;
    scope: where it was written; holder: the Scope that binds it (None for what needs none);
    store: whether it is bound here.
    """

    def __init__(self, node, field, name, kind, scope, holder=None, store=False, index=None):
        """Keep them."""
        self.node = node
        self.field = field
        self.name = name
        self.kind = kind
        self.scope = scope
        self.holder = holder
        self.store = store
        self.index = index

    def put(self, name):
        """Write another name in its place."""
        if self.index is None:
            setattr(self.node, self.field, name)
        else:
            getattr(self.node, self.field)[self.index] = name


def occurrences(tree):
    """Return (the module's Scope, [Occurrence]) of a syntax tree. Raises FreezeError."""
    walk = _Walk(tree)
    for statement in tree.body:
        walk.visit(statement)
    return walk.top, walk.found


class _Binder(ast.NodeVisitor):
    """Collects what one scope binds; does not go into the scopes within."""

    def __init__(self, scope):
        self.scope = scope
        self.nonlocals = set()

    def visit_FunctionDef(self, node):
        self.scope.bound.add(node.name)
        self._outside(node)

    def visit_Lambda(self, node):
        self._outside(node)

    def _outside(self, node):
        for part in [*node.args.defaults, *node.args.kw_defaults, *_decorators(node)]:
            if part:
                self.visit(part)

    def visit_ClassDef(self, node):
        self.scope.bound.add(node.name)
        for part in node.bases + node.decorator_list:
            self.visit(part)

    def visit_Name(self, node):
        if not isinstance(node.ctx, ast.Load):
            self.scope.bound.add(node.id)

    def visit_alias(self, node):
        self.scope.bound.add(node.asname or node.name.split(".")[0])

    def visit_ExceptHandler(self, node):
        if node.name:
            self.scope.bound.add(node.name)
        self.generic_visit(node)

    def visit_Global(self, node):
        self.scope.globals.update(node.names)

    def visit_Nonlocal(self, node):
        self.nonlocals.update(node.names)

    def _comprehension(self, node):
        # Its targets are its own; := within binds here.
        for part in ast.walk(node):
            if isinstance(part, ast.NamedExpr):
                self.scope.bound.add(part.target.id)

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension


class _Walk(ast.NodeVisitor):
    """Finds the occurrences, scope by scope."""

    def __init__(self, tree):
        self.top = self.scope = Scope(tree, None)
        binder = _Binder(self.top)
        for statement in tree.body:
            binder.visit(statement)
        self.found = []

    def visit(self, node):
        if isinstance(node, _REFUSED):
            raise FreezeError(f"line {node.lineno}: {type(node).__name__} is not understood here")
        super().visit(node)

    def _add(self, node, field, name, kind=None, store=False, index=None):
        holder = None
        if kind is None:
            holder = self.scope.holder(name)
            if holder.parent is None:
                kind = GLOBAL
            elif holder.is_class:
                kind = CLASS
            else:
                kind = ARGUMENT if name in holder.arguments else LOCAL
                if store and field != "arg":
                    holder.rebound.add(name)
        self.found.append(Occurrence(node, field, name, kind, self.scope, holder, store, index))

    def _within(self, node, body, arguments=()):
        scope = Scope(node, self.scope)
        scope.arguments = [argument.arg for argument in arguments]
        scope.bound.update(scope.arguments)
        binder = _Binder(scope)
        for part in body:
            binder.visit(part)
        # What is nonlocal is bound by a scope further out: whatever binds it there is found.
        scope.bound -= scope.globals | binder.nonlocals
        outer, self.scope = self.scope, scope
        for argument in arguments:
            self._add(argument, "arg", argument.arg, store=True)
        for part in body:
            self.visit(part)
        self.scope = outer

    def visit_FunctionDef(self, node):
        self._add(node, "name", node.name, store=True)
        self._function(node, node.body)

    def visit_Lambda(self, node):
        self._function(node, [node.body])

    def _function(self, node, body):
        args = node.args
        for part in [*_decorators(node), *args.defaults, *args.kw_defaults]:
            if part:
                self.visit(part)
        every = args.posonlyargs + args.args + args.kwonlyargs
        stars = [argument for argument in (args.vararg, args.kwarg) if argument]
        self._within(node, body, every + stars)

    def visit_ClassDef(self, node):
        if node.keywords:
            raise FreezeError(f"line {node.lineno}: a class with keywords is not understood here")
        for part in node.decorator_list + node.bases:
            self.visit(part)
        self._add(node, "name", node.name, store=True)
        self._within(node, node.body)

    def _comprehension(self, node):
        # What is run over first belongs to the scope around it.
        first = node.generators[0]
        self.visit(first.iter)
        scope = Scope(node, self.scope)
        for generator in node.generators:
            for part in ast.walk(generator.target):
                if isinstance(part, ast.Name):
                    scope.bound.add(part.id)
        outer, self.scope = self.scope, scope
        for generator in node.generators:
            self.visit(generator.target)
            if generator is not first:
                self.visit(generator.iter)
            for part in generator.ifs:
                self.visit(part)
        for field in ("key", "value", "elt"):
            if hasattr(node, field):
                self.visit(getattr(node, field))
        self.scope = outer

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def visit_Name(self, node):
        self._add(node, "id", node.id, store=not isinstance(node.ctx, ast.Load))

    def visit_Attribute(self, node):
        store = not isinstance(node.ctx, ast.Load)
        self._add(node, "attr", node.attr, ATTRIBUTE, store)
        self.visit(node.value)

    def visit_Call(self, node):
        for keyword in node.keywords:
            if keyword.arg is None:
                raise FreezeError(f"line {node.lineno}: a call with ** hides names")
            self._add(keyword, "arg", keyword.arg, KEYWORD)
        self.generic_visit(node)

    def visit_Import(self, node):
        for alias in node.names:
            self._add(alias, "asname", alias.asname or alias.name.split(".")[0], store=True)

    def visit_ImportFrom(self, node):
        for alias in node.names:
            if alias.name == "*":
                raise FreezeError(f"line {node.lineno}: import * hides names")
            alias.asname = alias.asname or alias.name
            self._add(alias, "name", alias.name, IMPORTED)
            self._add(alias, "asname", alias.asname, store=True)

    def visit_ExceptHandler(self, node):
        if node.name:
            self._add(node, "name", node.name, store=True)
        self.generic_visit(node)

    def visit_Global(self, node):
        for index, name in enumerate(node.names):
            self._add(node, "names", name, GLOBAL, index=index)

    def visit_Nonlocal(self, node):
        for index, name in enumerate(node.names):
            self._add(node, "names", name, index=index)


def _decorators(node):
    return getattr(node, "decorator_list", [])
