"""Each file of host_tests/micropython once more, under the MicroPython of the UNIX board."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "host_tests" / "micropython"
FIRMWARE = ROOT / "build" / "UNIX" / "firmware.elf"
# Built with BITS=32 by `make check`.
FIRMWARE_32 = ROOT / "build" / "UNIX-32" / "firmware.elf"
# Modules that the manifest keeps out of images, because only hosts import them.
HOST = {"crl.py", "factory.py"}
FILES = sorted(FOLDER.glob("test_*.py"))

pytestmark = pytest.mark.micropython


def run(*arguments, heap="2M", firmware=FIRMWARE):
    """Run the runner under the UNIX board's image; return (exit status, output)."""
    assert firmware.exists(), f"there is no {firmware}: run `make BOARD=UNIX` first"
    result = subprocess.run(
        [firmware, "-X", f"heapsize={heap}", FOLDER / "run.py", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=300,
        env=dict(os.environ, MICROPYPATH=""),
        check=False,
    )
    return result.returncode, result.stdout


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_portable_cases_pass_under_micropython(path):
    judge(path, *run(path))


@pytest.mark.check
@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_portable_cases_pass_where_small_integers_have_31_bits(path):
    judge(path, *run(path, firmware=FIRMWARE_32))


def judge(path, status, output):
    failures = "\n".join(line for line in output.splitlines() if not line.startswith("ok "))
    assert status == 0, failures
    assert not output.endswith("\n0 passed, 0 failed\n") and output != "0 passed, 0 failed\n", (
        f"{path.name} holds no test_*() function"
    )


BROKEN = """
def test_right(): assert 1 + 1 == 2
def test_wrong(): assert 1 + 1 == 3, "sums"
"""


@pytest.mark.parametrize(
    "text, status, expected",
    [
        (BROKEN, 1, ["ok test_x.test_right", "FAILED test_x.test_wrong", "1 passed, 1 failed"]),
        ("import no_such_module", 1, ["FAILED test_x.import", "0 passed, 1 failed"]),
        ("def test_x(): pass", 0, ["ok test_x.test_x", "1 passed, 0 failed"]),
        ("def test_deep(): test_deep()", 1, ["FAILED test_x.test_deep"]),
    ],
    ids=["a failed case", "a failed import", "all pass", "endless recursion"],
)
def test_runner_names_each_case_and_its_exit_status_tells(tmp_path, text, status, expected):
    path = tmp_path / "test_x.py"
    path.write_text(text)
    found, output = run(path)
    assert found == status, output
    for line in expected:
        assert line in output.splitlines()


def test_every_firmware_module_is_frozen_into_the_image_and_imports():
    """A module that the manifest forgets would work from the tree and fail on a set."""
    names = [
        path.relative_to(ROOT / "firmware").with_suffix("").as_posix()
        for folder in ("scep", "keystore", "phone")
        for path in sorted((ROOT / "firmware" / folder).rglob("*.py"))
        if path.name not in HOST
    ]
    names = ["errors", "licences"] + [name.removesuffix("/__init__") for name in names]
    script = "import sys\nsys.path[:] = ['.frozen']\n" + "".join(
        f"try:\n __import__({name.replace('/', '.')!r})\n"
        f"except ImportError as error:\n print({name!r}, error)\n"
        for name in names
    )
    result = subprocess.run(
        [FIRMWARE, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (result.stdout, result.stderr, result.returncode) == ("", "", 0)
