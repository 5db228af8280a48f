"""scepcore's one interface: stub, CPython binding, MicroPython module and C declarations agree."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import scepcore

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "firmware" / "core"
FIRMWARE = ROOT / "build" / "UNIX" / "firmware.elf"
STUB = ast.parse((ROOT / "firmware" / "scepcore.pyi").read_text(encoding="utf-8"))
# What stands for the board exists on CPython alone.
HOST_ONLY = {"set_device_secret", "set_noise"}


def described(body):
    """Return {name: node} of the functions and classes of a body."""
    return {x.name: x for x in body if isinstance(x, ast.FunctionDef | ast.ClassDef)}


def members(node):
    """Return {name: node or None} of what a class has: methods, and attributes (None)."""
    found = described(node.body)
    found.update({x.target.id: None for x in node.body if isinstance(x, ast.AnnAssign)})
    return found


def documented(body):
    """Yield (name, docstring) of all that a body declares, attributes by the string below them."""
    for i, node in enumerate(body):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, ast.get_docstring(node)
            if isinstance(node, ast.ClassDef):
                yield from documented(node.body)
        elif isinstance(node, ast.AnnAssign):
            following = body[i + 1] if i + 1 < len(body) else None
            text = getattr(getattr(following, "value", None), "value", None)
            yield node.target.id, text


NAMES = described(STUB.body)
CLASSES = {name: node for name, node in NAMES.items() if isinstance(node, ast.ClassDef)}


def test_everything_in_the_stub_has_a_docstring():
    missing = [name for name, text in documented(STUB.body) if not text or len(text) < 20]
    assert missing == []


def test_stub_and_cpython_binding_have_the_same_names():
    assert set(NAMES) == set(scepcore.__all__)


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_stub_and_cpython_classes_have_the_same_members(name):
    public = {x for x in dir(getattr(scepcore, name)) if not x.startswith("_")}
    inherited = {x for x in dir(Exception) if not x.startswith("_")}
    assert public - inherited == set(members(CLASSES[name]))


def signature_of(node):
    """Return [(name, has a default)] of a stub's function without self."""
    arguments = node.args.args
    defaults = len(arguments) - len(node.args.defaults)
    pairs = [(a.arg, i >= defaults) for i, a in enumerate(arguments) if a.arg != "self"]
    return pairs + ([("*" + node.args.vararg.arg, False)] if node.args.vararg else [])


def parameters_of(function):
    """Return the same of a Python function."""
    return [
        ("*" + p.name if p.kind is p.VAR_POSITIONAL else p.name, p.default is not p.empty)
        for p in inspect.signature(function).parameters.values()
        if p.name != "self"
    ]


def functions():
    """Yield (path, stub node, CPython's function)."""
    for name, node in NAMES.items():
        if isinstance(node, ast.FunctionDef):
            yield name, node, getattr(scepcore, name)
            continue
        for method, inner in members(node).items():
            if inner is not None:
                yield f"{name}.{method}", inner, getattr(getattr(scepcore, name), method)


@pytest.mark.parametrize("path, node, function", list(functions()), ids=[x[0] for x in functions()])
def test_stub_and_cpython_functions_take_the_same_arguments(path, node, function):
    assert signature_of(node) == parameters_of(function)


def test_exceptions_are_a_family_of_their_own():
    assert issubclass(scepcore.EntropyError, scepcore.Error)
    assert issubclass(scepcore.SealError, scepcore.Error)
    assert not issubclass(scepcore.Error, ValueError)


LIST = """
import scepcore
print(" ".join(x for x in dir(scepcore) if x[0] != "_"))
for name in dir(scepcore):
    thing = getattr(scepcore, name)
    if isinstance(thing, type) and name[0] != "_":
        print(name, " ".join(x for x in dir(thing) if x[0] != "_"))
"""


@pytest.mark.micropython
def test_micropython_module_has_the_names_of_the_stub(tmp_path):
    script = tmp_path / "list.py"
    script.write_text(LIST, encoding="utf-8")
    result = subprocess.run([FIRMWARE, script], capture_output=True, text=True, check=True)
    lines = [line.split() for line in result.stdout.splitlines()]
    assert set(lines[0]) == set(NAMES) - HOST_ONLY
    for name, *found in lines[1:]:
        if name.endswith("Error"):
            continue
        # A type lists its methods; attributes are computed by its instances (tested elsewhere).
        wanted = {x for x, node in members(CLASSES[name]).items() if node is not None}
        assert set(found) == wanted, name
    assert {line[0] for line in lines[1:]} == set(CLASSES)


def declarations(text):
    """Return {function name: declaration without comments, blanks or parameter names}."""
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r"^\s*#.*$", " ", text, flags=re.M)
    found = {}
    for match in re.finditer(
        r"([\w ]+?[\w*]\s*)\b((?:scepcore|host_board)_\w+)\(([^;{}]*)\);", text
    ):
        kind, name, parameters = (" ".join(x.split()) for x in match.groups())
        plain = [
            re.sub(r"\[\w*\]", "", p).replace("*", " * ").split() for p in parameters.split(",")
        ]
        typed = tuple(
            " ".join(words[:-1] + (["*"] if "[" in p else []) if words != ["void"] else words)
            for words, p in zip(plain, parameters.split(","), strict=True)
        )
        found[name] = (" ".join(kind.replace("*", " * ").split()), typed)
    return found


def test_cffi_declares_functions_as_the_headers_do():
    headers = {}
    for path in [*CORE.glob("scepcore_*.h"), *(CORE / "cpython").glob("*.h")]:
        headers.update(declarations(path.read_text(encoding="utf-8")))
    used = {}
    for path in (CORE / "cpython").glob("*.cdef"):
        used.update(declarations(path.read_text(encoding="utf-8")))
    assert len(used) > 40
    wrong = [name for name, seen in used.items() if headers.get(name) != seen]
    # An array parameter is declared as the pointer that it is.
    assert wrong == []


def test_every_header_function_has_a_comment_above_it():
    bare = []
    for path in CORE.glob("scepcore_*.h"):
        if path.name == "scepcore_rsa.h":
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        for i, line in enumerate(lines):
            starts = re.match(r"(?:const )?\w+ \*?scepcore_\w+\(", line)
            # A comment may stand over several functions that belong together.
            if starts and not lines[i - 1].endswith(("*/", ");")):
                bare.append(f"{path.name}:{i + 1}")
    assert bare == []


def test_every_declassification_has_its_reason_beside_it():
    bare = []
    for path in sorted(CORE.glob("*.c")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for i, line in enumerate(lines):
            if not re.search(r"\bSCEPCORE_PUBLIC\(", line):
                continue
            above = i - 1
            while re.search(r"\bSCEPCORE_PUBLIC\(", lines[above]):
                above -= 1  # one reason may stand over several
            if not lines[above].rstrip().endswith("*/"):
                bare.append(f"{path.name}:{i + 1}")
    assert bare == []


def test_every_status_has_a_sentence_of_its_own():
    names = re.findall(r"(SCEPCORE_E_\w+) =", (CORE / "scepcore_status.h").read_text("utf-8"))
    table = (CORE / "scepcore_status.c").read_text("utf-8")
    from scepcore._native import ffi, lib

    sentences = {}
    for name in names:
        assert table.count(name + ",") == 1, name
        status = getattr(lib, name)
        sentences[name] = ffi.string(lib.scepcore_status_message(status)).decode()
        assert 1 <= lib.scepcore_status_kind(status) <= 4
    assert len(set(sentences.values())) == len(names)


@pytest.mark.micropython
def test_release_builds_cannot_export_a_key():
    from scepcore import _native

    assert not hasattr(_native.lib, "scepcore_debug_parts")
    with pytest.raises(ImportError):
        import scepcore.debug  # noqa: F401
    library = ROOT / "build" / "host" / "libscepcore.a"
    for image in [library, FIRMWARE, *ROOT.glob("build/*/firmware.elf")]:
        symbols = subprocess.run(["nm", image], capture_output=True, text=True, check=True).stdout
        assert "scepcore_debug_parts" not in symbols, image
        assert image not in (library, FIRMWARE) or "scepcore_key_seal" in symbols, image


@pytest.mark.check
def test_the_stub_is_fully_typed():
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "firmware/scepcore.pyi"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "Success: no issues found in 1 source file\n")
