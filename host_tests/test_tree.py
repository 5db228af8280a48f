"""What holds for the tree as a whole: who may import whom, what an image may contain."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FIRMWARE = ROOT / "firmware"
# Another implementation of what scepcore does, or what no set has.
FOREIGN = {"cryptography", "asn1crypto", "hashlib", "subprocess", "ssl", "threading", "typing"}
FOREIGN |= {"dataclasses", "random", "tools", "host_tests", "ucryptolib", "cryptolib"}
# Layer: what of ours it may import (DESIGN.md section 1). C modules: scepcore, noe.
MAY_IMPORT = {
    "errors": set(),
    "licences": set(),
    "scep": {"errors", "scep", "scepcore"},
    "keystore": {"errors", "keystore", "scepcore"},
    "phone": {
        "errors",
        "licences",
        "scep",
        "keystore",
        "scepcore",
        "phone",
        "board",
        "baremetal",
        "noe",
    },
}
OURS = {
    "errors",
    "licences",
    "scep",
    "keystore",
    "phone",
    "scepcore",
    "board",
    "main",
    "noe",
    "baremetal",
}


def modules(layer):
    single = FIRMWARE / f"{layer}.py"
    return [single] if single.exists() else sorted((FIRMWARE / layer).rglob("*.py"))


def imports(path):
    """Yield (line, top name) of each import in a module, at whatever depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, node.module.split(".")[0]


FROZEN = [path for layer in MAY_IMPORT for path in modules(layer)] + [FIRMWARE / "main.py"]


def test_there_is_something_to_look_at():
    assert len(FROZEN) > 30


def test_the_firmware_imports_nothing_foreign():
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in FROZEN + sorted((ROOT / "boards").glob("*/*.py"))
        for line, name in imports(path)
        if name in FOREIGN
    ]
    assert found == []


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_a_layer_imports_only_downwards(layer):
    found = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in modules(layer)
        for line, name in imports(path)
        if name in OURS and name not in MAY_IMPORT[layer]
    ]
    assert found == []


@pytest.mark.parametrize(
    "text, names",
    [
        ("import hashlib", ["hashlib"]),
        ("def f():\n    from ssl import x", ["ssl"]),
        ("try:\n    import scep.der as d\nexcept ImportError:\n    pass", ["scep"]),
        ("from . import x", []),
    ],
)
def test_an_import_is_found_wherever_it_stands(tmp_path, text, names):
    (tmp_path / "m.py").write_text(text)
    assert [name for _, name in imports(tmp_path / "m.py")] == names


@pytest.mark.emulator
def test_no_file_system_is_linked_into_the_bare_metal_image():
    image = ROOT / "build" / "NOE" / "firmware.elf"
    assert image.exists(), "run `make BOARD=NOE` first"
    assert shutil.which("arm-none-eabi-nm"), "gcc-arm-none-eabi is not installed"
    table = subprocess.run(
        ["arm-none-eabi-nm", image], capture_output=True, text=True, check=True
    ).stdout
    symbols = [line.split()[-1] for line in table.splitlines()]
    assert "gc_collect" in symbols
    pattern = re.compile(r"vfs|fatfs|littlefs|(^|_)lfs[12]?_|^ff_|^f_(open|read|mount)$", re.I)
    assert [name for name in symbols if pattern.search(name)] == []


def test_no_two_sources_of_the_core_have_one_object():
    """Builds that are not ours, as MicroPython's stm32 port, name objects by the stem alone."""
    for folder in ("core", "usermod/scepcore"):
        stems = [p.stem for p in (ROOT / "firmware" / folder).iterdir() if p.suffix in (".c", ".S")]
        assert stems and sorted(set(stems)) == sorted(stems)


def test_nothing_names_the_machine_it_was_written_on():
    """Paths of a developer's machine and of its registries have no place in the tree."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    words = ["/" + "work/", "/tmp/" + "ms", "/ro" + "ot/"]
    found = []
    for name in filter(None, tracked):
        path = ROOT / name
        if path.is_file() and path.suffix not in (".png", ".bin", ".der"):
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [f"{name}: {word}" for word in words if word in text]
    assert found == []
