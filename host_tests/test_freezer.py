"""tools/freezer: what an image loses are letters; what its modules do stays the same."""

import ast
import builtins
import json
import re
import string
import sys
import types
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))

from freezer import FreezeError, image, program, shrink  # noqa: E402

FIRMWARE = ROOT / "firmware"


def frozen():
    """Return {path: source} of what firmware/manifest.py freezes into sets."""
    found = {}
    script = (FIRMWARE / "manifest.py").read_text(encoding="utf-8")
    options = types.SimpleNamespace(defaults=lambda **named: None, opt=3)

    def module(path, base_path, opt):
        found[path] = (FIRMWARE / path).read_text(encoding="utf-8")

    names = {"options": options, "module": module}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(FIRMWARE)
        patch.delenv("FROZEN_SOURCES", raising=False)
        patch.delenv("DEV", raising=False)
        exec(script, names)
    return found


def small(sources, outside=(), modules=("main", "lib")):
    """Shrink a program of a few lines: {path: text}."""
    names = set(outside) | set(dir(builtins))
    return shrink.shrink(sources, shrink.Outside(names, modules=modules))


def run(sources, start="main"):
    """Import `start` of a program in this process, leaving nothing behind; return its globals."""
    found = {}

    def load(name, globals_=None, locals_=None, names=(), level=0):
        if level:
            name = ".".join(filter(None, [globals_["__package__"], name]))
        parts = name.split(".")
        for end in range(1, len(parts) + 1):
            module = one(".".join(parts[:end]))
            if end > 1:
                setattr(one(".".join(parts[: end - 1])), parts[end - 1], module)
        for inner in names or ():
            if not hasattr(module, inner):
                setattr(module, inner, one(f"{name}.{inner}"))
        return module if names else one(parts[0])

    def one(name):
        if name not in found:
            path = name.replace(".", "/")
            is_package = path + ".py" not in sources
            path += "/__init__.py" if is_package else ".py"
            module = found[name] = types.ModuleType(name)
            module.__package__ = name if is_package else name.rpartition(".")[0]
            module.__builtins__ = dict(vars(builtins), __import__=load)
            exec(compile(sources[path], path, "exec"), module.__dict__)
        return found[name]

    return vars(one(start))


def words_of(text):
    return {
        occurrence.name for module in [program.Module("x.py", text)] for occurrence in module.found
    }


MAIN = {
    "lib.py": (
        "LIMIT = 40\n_STEP = 2\nUNUSED = 7\n\n\n"
        "class Counter:\n"
        "    def __init__(self, start):\n        self._count = start\n\n"
        "    def advance(self, amount, times=1):\n"
        "        self._count += amount * times * _STEP\n        return self._count\n\n"
        "    def never_called(self):\n        return 0\n\n\n"
        "class Late(Counter):\n"
        "    def __init__(self, start):\n"
        "        super().__init__(start)\n        self._late = 1\n\n"
        "    def total(self):\n        return self._count + self._late\n"
    ),
    "main.py": (
        "import lib\nfrom lib import LIMIT, Late\n\n\n"
        "def outcome(first):\n"
        "    counter = Late(first)\n"
        "    counter.advance(5, times=2)\n"
        "    inner = lambda extra: first + extra + LIMIT\n"
        "    return counter.total(), inner(3), [first for first in (1, 2)], lib.LIMIT\n\n\n"
        "result = outcome(1)\n"
    ),
}


def test_a_program_does_the_same_with_shorter_names():
    out = small(MAIN, outside={"result"})
    assert run(out.sources)["result"] == run(MAIN)["result"] == (22, 44, [1, 2], 40)
    lib = out.sources["lib.py"]
    for name in ("advance", "_count", "_late", "_STEP", "LIMIT", "UNUSED", "never_called"):
        assert name not in lib
    assert "times" in lib  # said in a call
    assert "class Late" in lib  # an exception's name stands in reports: what inherits keeps its own
    assert {"lib.UNUSED", "lib.Counter.never_called"} <= set(out.gone)


def test_the_table_leads_back_to_the_functions():
    names = small(MAIN, outside={"result"}).names["lib.py"]
    assert sorted(sum(names.values(), [])) == ["Counter.advance", "Late.total"]


def test_modules_leave_their_packages_where_nobody_misses_those():
    sources = {
        "quiet/__init__.py": "def helper(x): return x + 1\n",
        "quiet/deep.py": "from . import helper\nfrom .other import two\nvalue = helper(two())\n",
        "quiet/other.py": "def two(): return 2\n",
        "loud/__init__.py": "print\nlist()\n",
        "loud/inner.py": "five = 5 * len('a')\n",
        "main.py": "from quiet import deep\nfrom loud import inner\n"
        "result = deep.value + inner.five\n",
    }
    out = small(sources, outside={"result"})
    assert {"quiet/__init__.py", "loud/__init__.py", "loud/inner.py", "main.py"} < set(out.sources)
    assert sorted(out.modules.values()) == ["quiet/deep.py", "quiet/other.py"]
    assert run(out.sources)["result"] == run(sources)["result"] == 8


def test_the_same_sources_give_the_same_in_whatever_order():
    other = dict(reversed(list(MAIN.items())))
    first, second = small(MAIN), small(other)
    assert (first.sources, first.names, first.gone) == (second.sources, second.names, second.gone)


@pytest.mark.parametrize(
    "text, kept",
    [
        ("value = getattr(thing, 'colour', 1)\nclass A:\n def colour(self): pass", "colour"),
        ("def paint(colour): return colour\npaint(colour=1)", "colour"),
        ("class A:\n def __len__(self): return 1", "__len__"),
        ("class A:\n def readinto(self, x): return x", "readinto"),
        ("class Fault(Exception): pass\nraise Fault()", "Fault"),
    ],
    ids=["looked up by a literal", "a keyword", "Python's own", "known outside", "an exception"],
)
def test_what_others_know_keeps_its_name(text, kept):
    out = small({"m.py": text}, outside={"readinto", "thing", "A"}, modules=["m"])
    assert kept in out.sources["m.py"]


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("getattr(x, name)", "looks up a name"),
        ("setattr(x, 'a' + b, 1)", "looks up a name"),
        ("find = getattr", "handed on"),
        ("globals()['a']", "looks up a name"),
        ("x.__dict__", "hides names"),
        ("f(**names)", "hides names"),
        ("from m import *", "hides names"),
        ("exec(text)", "looks up a name"),
        ("try:\n x.a\nexcept AttributeError:\n pass", "must not be tried"),
        ("class A(made()): pass\nA()", "not known"),
        ("class A(metaclass=M): pass", "keywords"),
        ("match x:\n case 1: pass", "not understood"),
    ],
)
def test_what_cannot_be_proved_is_refused(text, sentence):
    with pytest.raises(FreezeError, match=re.escape(sentence)):
        small({"m.py": text})


def test_two_attributes_of_one_family_never_become_one():
    """An object of Late holds both; if they were one, its sum would be wrong."""
    out = small(MAIN, outside={"result"})
    stored = set(re.findall(r"(\w+)\.(\w+) [+]?= ", out.sources["lib.py"]))
    assert len({attribute for _, attribute in stored}) == 2


def test_an_attribute_that_is_stored_from_outside_shares_its_name_with_nobody():
    text = (
        "class A:\n def __init__(self): self.one = 1\n"
        "class B:\n def __init__(self): self.two = 2\n"
        "a = A()\na.foreign = 3\nresult = (a.one, a.foreign, B().two)\n"
    )
    out = small({"main.py": text}, outside={"result"})
    assert run(out.sources)["result"] == (1, 3, 2)
    one, two = re.findall(r"\.(\w+) = [12]", out.sources["main.py"])
    (foreign,) = re.findall(r"\.(\w+) = 3", out.sources["main.py"])
    assert one == two and foreign != one  # the first two never meet


def test_what_is_compared_by_identity_stays_one_object():
    text = "MARK = 'a mark'\ndef new(): return MARK\nresult = new() is MARK\n"
    out = small({"main.py": text}, outside={"result"})
    assert len(re.findall("'a mark'", out.sources["main.py"])) == 1


def test_what_does_something_when_it_is_defined_stays():
    text = (
        "log = []\ndef base():\n log.append(1)\n return Exception\n"
        "class A(Exception):\n log.append(2)\n"
        "def f(x=log.append(3)): pass\n"
        "result = log\n"
    )
    out = small({"main.py": text}, outside={"result", "append"})
    assert run(out.sources)["result"] == [2, 3]
    assert out.gone == ["main.base"]


def test_a_constant_that_somebody_changes_is_none():
    text = "LEVEL = 1\ndef up():\n global LEVEL\n LEVEL = 2\nup()\nresult = LEVEL\n"
    out = small({"main.py": text}, outside={"result"})
    assert run(out.sources)["result"] == 2


NAMES = st.sampled_from(["ab", "cd", "ef", "gh", "_ij", "_kl"])


@st.composite
def programs(draw):
    """Draw a program of two modules whose names meet in every place that there is."""
    fields = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    methods = draw(st.lists(NAMES.filter(lambda n: n not in fields), max_size=2, unique=True))
    tops = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    argument = draw(NAMES)
    local = draw(NAMES.filter(lambda n: n != argument))
    lines = [f"{name} = {index}" for index, name in enumerate(tops)]
    base = draw(st.sampled_from(["", "(Base)"]))
    lines += ["class Base:", f" def {draw(NAMES)}_base(self): return 7"]
    lines += [f"class Thing{base}:", f" def __init__(self, {argument}):"]
    lines += [f"  self.{name} = {argument} + {index}" for index, name in enumerate(fields)]
    for index, name in enumerate(methods):
        lines += [f" def {name}(self, {argument}, {local}=3):"]
        lines += [f"  inner = lambda {local}: {argument} + {local} + {index}"]
        total = " + ".join([f"self.{field}" for field in fields] + ["inner(2)", tops[0]])
        lines += [f"  return [{local} for {local} in range(2)], {total}"]
    calls = "".join(f", lib.Thing(1).{name}(4)" for name in methods)
    calls += "".join(f", lib.{name}" for name in tops)
    calls += "".join(f", thing.{name}" for name in fields)
    main = f"import lib\nfrom lib import {tops[0]}\nthing = lib.Thing(9)\n"
    if draw(st.booleans()):
        main += f"thing.{draw(NAMES.filter(lambda n: n not in methods))} = 77\n"
    return {
        "lib.py": "\n".join(lines) + "\n",
        "main.py": main + f"result = ({tops[0]},{calls[1:]})\n",
    }


@settings(max_examples=60, deadline=None)
@given(programs())
def test_any_program_does_the_same(sources):
    assert run(small(sources, outside={"result"}).sources)["result"] == run(sources)["result"]


@pytest.fixture(scope="module")
def whole():
    """Return (sources, Shrunk) of the firmware, with what stands beside it, C's names apart."""
    sources = frozen()
    around = image.outside(str(FIRMWARE))
    around.names |= C_NAMES
    return sources, shrink.shrink(sources, around)


# A part of what MicroPython's C knows: enough to see that such names stay.
C_NAMES = {
    "recv_into",
    "readinto",
    "append",
    "ticks_ms",
    "sleep_ms",
    "const",
    "ioctl",
    "FrameBuffer",
}


def test_the_firmware_can_be_shrunk(whole):
    sources, out = whole
    assert {out.modules.get(path, path) for path in out.sources} == set(sources)
    assert len(sources) > 90
    stay = {"main.py", "errors.py", "scep/__init__.py", "keystore/record.py"}
    assert stay <= set(out.sources) and "scep/der.py" not in out.sources
    assert all(path == path.lower() and "_" not in path for path in out.modules)
    before = sum(len(ast.unparse(ast.parse(text))) for text in sources.values())
    assert sum(len(text) for text in out.sources.values()) < before * 0.75


def test_every_text_of_the_firmware_survives(whole):
    """What a set says to its host, to a server or to a user stands in literals."""
    sources, out = whole

    def texts(all_sources):
        return {
            node.value
            for text in all_sources.values()
            for node in ast.walk(shrink._NoDocstrings().visit(ast.parse(text)))
            if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))
        }

    lost = texts(sources) - texts(out.sources)
    # Constants that nothing of a set uses.
    assert len(lost) < 12 and not any(" " in str(text) for text in lost), lost


def test_every_name_that_a_board_uses_survives(whole):
    sources, out = whole
    names = image.outside(str(FIRMWARE)).names
    before = set().union(*map(words_of, sources.values()))
    after = set().union(*map(words_of, out.sources.values()))
    used = {name for name in before & names if name not in C_NAMES}
    assert {"Error", "flash", "FEATURES", "display"} <= used
    lost = {name for name in used - after if not re.fullmatch("[A-Z_0-9]+", name)}
    assert {"Error", "flash", "FEATURES", "display"} <= after
    assert lost <= local_names(sources), lost


def local_names(sources):
    """Return the names that are some function's argument: nobody outside sees those."""
    return {
        occurrence.name
        for path, text in sources.items()
        for occurrence in program.Module(path, text).found
        if occurrence.kind == "argument"
    }


def test_names_in_c_are_those_of_the_gathered_file():
    text = '"Q(append)"\nQ(recv_into)\nQ(>>> )\nQCFG(BYTES_IN_LEN, 1)\nother Q(no)\n'
    assert image.names_in_c(text) == {"append", "recv_into"}


def test_what_is_the_same_is_not_written_anew(tmp_path):
    out = small(MAIN, outside={"result"})
    shrink.write(str(tmp_path), out)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    shrink.write(str(tmp_path), out)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    assert json.loads((tmp_path / "names.json").read_text())["names"] == out.names


def test_new_names_are_short(whole):
    _, out = whole
    new = [name for names in out.names.values() for name in names]
    assert len(new) > 300
    assert max(map(len, new)) <= 2 and set("".join(new)) <= set(
        string.ascii_letters + "_0123456789"
    )
