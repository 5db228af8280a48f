"""Every function of the core that takes a length has a fuzz target; the targets find an overflow.

For: host_tests/c/fuzz, `make core-fuzz`. The targets themselves run in `make check`.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "firmware" / "core"
FUZZ = ROOT / "host_tests" / "c" / "fuzz"
BEARSSL = ROOT / "build" / "src" / "bearssl"
INCLUDES = [f"-I{path}" for path in (CORE, CORE / "cpython", BEARSSL / "inc", BEARSSL / "src")]


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    # Macros too, with the lines that go on.
    return re.sub(r"^[ \t]*#(?:\\\n|.)*\n", "\n", text, flags=re.M)


def functions_with_lengths():
    """Names of the functions in the core's headers that have a size_t argument."""
    found = set()
    for header in CORE.glob("*.h"):
        text = without_comments(header.read_text())
        for name, arguments in re.findall(r"\b(scepcore_\w+)\(([^;{}]*?)\);", text, re.S):
            if re.search(r"\bsize_t\b", arguments):
                found.add(name)
    return found


def covered():
    """{target: names that the comment over it says it covers}."""
    found = {}
    for source in FUZZ.glob("fuzz_*.c"):
        for says, target in re.findall(
            r"covers:([\w\s*]*?)\*/\nvoid fuzz_(\w+)\(fuzz_input", source.read_text()
        ):
            found[target] = set(re.findall(r"\bscepcore_\w+", says))
    return found


def test_the_headers_are_read():
    # Negative control of the search: one function of each kind of declaration.
    found = functions_with_lengths()
    assert {"scepcore_cipher_init", "scepcore_tls_push", "scepcore_number_mul_add"} <= found
    assert {"scepcore_key_wipe", "scepcore_generator_step"} & found == set()
    assert len(found) >= 50


def test_every_function_that_takes_a_length_has_a_target():
    targets = covered()
    named = set().union(*targets.values())
    assert functions_with_lengths() - named == set()
    # What is no function with a length is named by mistake.
    assert named - functions_with_lengths() == set()
    programs = set(re.findall(r"^void fuzz_(\w+)\(fuzz_input", sources(), re.M))
    assert programs == set(targets)


def sources():
    return "\n".join(path.read_text() for path in FUZZ.glob("fuzz_*.c"))


def built(folder, target, flags, objects=()):
    """The program of a target with the driver of our own; core sources in `objects` come first."""
    done = subprocess.run(
        [sys.executable, FUZZ / "fuzz_seeds.py", folder / "seeds"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    program = folder / f"fuzz_{target}"
    parts = list(FUZZ.glob("fuzz_*.c"))
    subprocess.run(
        ["gcc", "-std=gnu99", *flags, *INCLUDES, f"-I{folder / 'seeds'}"]
        + [f"-DFUZZ_TARGET=fuzz_{target}", *parts, *objects, "-o", program],
        check=True,
        cwd=folder,
    )
    return program


def library(folder, flags):
    """The core and what it needs of BearSSL, compiled with these flags."""
    subprocess.run(
        ["make", "-s", "-j2", "-f", "firmware/core/library.mk", f"OUT={folder}"]
        + [f"FLAGS={' '.join(flags)}"],
        cwd=ROOT,
        check=True,
    )
    return folder / "libscepcore.a"


@pytest.mark.check
def test_the_seeds_reach_what_their_targets_say_they_cover(tmp_path):
    """Counted by gcov: a target that never calls a function does not cover it."""
    flags = ["-O0", "-w", "--coverage", "-fprofile-update=single", "-DSCEPCORE_LIMB_BITS=28"]
    archive = library(tmp_path / "lib", flags)
    counts = tmp_path / "lib" / "obj"
    missing = {}
    for target, names in sorted(covered().items()):
        program = built(
            tmp_path, target, ["-O0", "-w", "-DSCEPCORE_LIMB_BITS=28"], [archive, "-lgcov"]
        )
        for stale in counts.glob("*.gcda"):
            stale.unlink()
        seeds = sorted((tmp_path / "seeds" / target).iterdir())
        assert seeds, f"{target} has no seed"
        subprocess.run([program, "0", "0", *seeds], check=True, cwd=tmp_path, capture_output=True)
        reached = set()
        for data in counts.glob("*.gcda"):
            listed = subprocess.run(
                ["gcov", "--json-format", "--stdout", data],
                capture_output=True,
                text=True,
                check=True,
                cwd=ROOT,
            ).stdout
            for line in listed.splitlines():
                for file in json.loads(line)["files"]:
                    reached |= {f["name"] for f in file["functions"] if f["execution_count"]}
        if names - reached:
            missing[target] = names - reached
    assert missing == {}


def host_library():
    """The core as the host's library has it; what is linked before it takes its place."""
    archive = ROOT / "build" / "host" / "libscepcore.a"
    assert archive.exists(), f"{archive} is missing: make core-host"
    return archive


# One octet too far, behind an argument that has exactly its size.
PLANTED = ("memcpy(out + 3 + ps, message, len);", "memcpy(out + 3 + ps, message, len + 1);")


@pytest.mark.parametrize("planted", [False, True])
def test_an_overflow_that_is_planted_is_found(tmp_path, planted):
    source = (CORE / "scepcore_pkcs1.c").read_text()
    assert source.count(PLANTED[0]) == 1
    (tmp_path / "scepcore_pkcs1.c").write_text(source.replace(*PLANTED) if planted else source)
    flags = ["-O1", "-g", "-fsanitize=address", "-fno-sanitize-recover=all"]
    parts = [tmp_path / "scepcore_pkcs1.c", host_library()]
    program = built(tmp_path, "padding", flags, parts)
    done = subprocess.run(
        [program, "3", "1", *sorted((tmp_path / "seeds" / "padding").iterdir())],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.returncode != 0) == planted, done.stderr
    assert ("heap-buffer-overflow" in done.stderr) == planted
    # What found it is kept, and finds it again.
    kept = tmp_path / "crash-input"
    assert kept.exists() == planted
    if planted:
        again = subprocess.run([program, "0", "0", kept], cwd=tmp_path, capture_output=True)
        assert again.returncode != 0


@pytest.mark.check
def test_libfuzzer_itself_finds_it(tmp_path):
    assert shutil.which("clang-14"), "clang-14 is not installed: tools/setup check"
    source = (CORE / "scepcore_pkcs1.c").read_text()
    (tmp_path / "scepcore_pkcs1.c").write_text(source.replace(*PLANTED))
    subprocess.run([sys.executable, FUZZ / "fuzz_seeds.py", tmp_path / "seeds"], check=True)
    program = tmp_path / "fuzz_padding"
    parts = [p for p in FUZZ.glob("fuzz_*.c") if p.name != "fuzz_driver.c"]
    subprocess.run(
        ["clang-14", "-g", "-O1", "-fsanitize=fuzzer,address", *INCLUDES]
        + [f"-I{tmp_path / 'seeds'}", "-DFUZZ_TARGET=fuzz_padding", *parts]
        + [tmp_path / "scepcore_pkcs1.c", host_library(), "-o", program],
        check=True,
        capture_output=True,
    )
    done = subprocess.run(
        [program, "-max_total_time=20", "-seed=1", tmp_path / "seeds" / "padding"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "heap-buffer-overflow" in done.stderr
    assert list(tmp_path.glob("crash-*"))
