"""The constant-time proof can fail: a branch on a secret in a scratch copy of the core is reported.

`make ct` is the proof itself; this is its negative control (ACCEPTANCE.md section 3).
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.check

# name: (file, what stands there, what a careless hand would write, part of the proof)
MUTANTS = {
    "a multiplication that is skipped where key bits are zero": (
        "modpow_window.c",
        "k->mul(x->tmp, x->acc, x->sel, m);\n            swap(x);",
        "if (nibble(x, x->done) != 0) {\n k->mul(x->tmp, x->acc, x->sel, m);\n swap(x);\n }",
        "sign",
    ),
    "an early return on the first byte of the padding": (
        "scepcore_pkcs1.c",
        "uint32_t good = mask_zero(em[0])",
        "if (em[0] != 0) {\n return 0;\n }\n uint32_t good = mask_zero(em[0])",
        "unpad",
    ),
    "a loop that ends at the separator": (
        "scepcore_pkcs1.c",
        "uint32_t zero = mask_zero(em[i]);",
        "uint32_t zero = mask_zero(em[i]);\n if (found) {\n break;\n }",
        "decrypt",
    ),
    "a move by a secret distance": (
        "scepcore_pkcs1.c",
        "move_to_front(em, k, start);",
        "(void)move_to_front;\n    memmove(em, em + start, k - start);",
        "unpad",
    ),
    "a comparison that stops at the first difference": (
        "scepcore_wipe.c",
        "difference |= (uint32_t)(x[i] ^ y[i]);",
        "if (x[i] != y[i]) {\n return 0;\n }",
        "equal",
    ),
    "a subtraction that is done only where it is needed": (
        "scepcore_keycheck.c",
        "uint32_t mask = -(carry | (borrow ^ 1));",
        "uint32_t mask = -1u;\n if (!(carry | (borrow ^ 1))) {\n return;\n }",
        "sealed-key",
    ),
    "a look-up in a table": (
        "scepcore_seal.c",
        "derive_keys(kek, kind, keys);\n    out[0]",
        "derive_keys(kek, kind, keys);\n static const uint8_t table[256] = {1};\n"
        "    keys[0] ^= table[keys[1]];\n    out[0]",
        "seal",
    ),
}


def scratch_copy(folder, change=None):
    """Copy what the proof is built from into a folder, with (file, old, new) applied."""
    for part in ("firmware/core", "host_tests/c"):
        shutil.copytree(ROOT / part, folder / part)
    (folder / "build").mkdir()
    (folder / "build" / "src").symlink_to(ROOT / "build" / "src")
    if change:
        path = folder / "firmware" / "core" / change[0]
        text = path.read_text(encoding="utf-8")
        assert text.count(change[1]) == 1, f"{change[0]} has changed: name the mutant's place anew"
        path.write_text(text.replace(change[1], change[2]), encoding="utf-8")


def prove(folder, part):
    """Build and run one part of the proof there; return (exit status, output)."""
    flags = "-O2 -g -DSCEPCORE_CT=1"
    environment = {**os.environ, "BEARSSL": str(ROOT / "build" / "src" / "bearssl")}
    library = ["make", "-s", "-f", "firmware/core/library.mk", "OUT=build/ct", f"FLAGS={flags}"]
    subprocess.run(library, cwd=folder, env=environment, check=True)
    includes = ["-Ifirmware/core", "-Ifirmware/core/cpython", "-Ibuild/src/bearssl/inc"]
    program = ["gcc", "-std=gnu99", *flags.split(), *includes, "host_tests/c/scepcore_ct.c"]
    subprocess.run([*program, "build/ct/libscepcore.a", "-o", "ct"], cwd=folder, check=True)
    result = subprocess.run(
        ["valgrind", "-q", "--error-exitcode=9", "./ct", part],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_branch_or_address_on_a_secret_is_reported(tmp_path, name):
    *change, part = MUTANTS[name]
    scratch_copy(tmp_path, change)
    status, output = prove(tmp_path, part)
    assert status == 9 and "uninitialised" in output, output


def test_the_scratch_copy_itself_passes(tmp_path):
    scratch_copy(tmp_path)
    for part in sorted({mutant[3] for mutant in MUTANTS.values()}):
        status, output = prove(tmp_path, part)
        assert status == 0, output


def test_the_program_knows_every_part_that_make_ct_names():
    makefile = (ROOT / "firmware/core/core.mk").read_text(encoding="utf-8")
    parts = makefile.split("CT_PARTS = ")[1].splitlines()[0].split()
    source = (ROOT / "host_tests/c/scepcore_ct.c").read_text(encoding="utf-8")
    table = source.split("parts[] = {")[1].split("};")[0]
    assert sorted(parts) == sorted(table.split('"')[1::2])
