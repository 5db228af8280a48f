"""No branch and no address depends on a key: memcheck with every secret undefined.

For: firmware/core/rsa_*.c, modpow_*.c; run by `make check` (and with `make ct`).
"""

import shutil
import subprocess
from pathlib import Path

import pytest

import kernel_programs

HERE = Path(__file__).parent
CT = HERE / "c" / "ct_driver.c"

pytestmark = [
    pytest.mark.check,
    pytest.mark.skipif(shutil.which("valgrind") is None, reason="needs valgrind"),
]


def memcheck(variant, *arguments):
    """Status of the driver under memcheck (9: a report) and its output."""
    program = kernel_programs.build(variant, "ct_driver", (CT,), ("-DSCEPCORE_CT=1",))
    rows = (HERE / "c" / "rsa_keys.txt").read_text().splitlines()
    key = next(r for r in rows if r.startswith("010001 ") and len(r.split()[1]) == 128)
    done = subprocess.run(
        ["valgrind", "-q", "--error-exitcode=9", str(program), *arguments],
        input=key,
        capture_output=True,
        text=True,
        timeout=600,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("variant", ["native60", "native28", "native32", "halves"])
@pytest.mark.parametrize("arguments", [("private",), ("keygen", "512")])
def test_secrets_reach_no_branch_and_no_address(variant, arguments):
    status, output = memcheck(variant, *arguments)
    assert status == 0, output


def test_a_branch_on_a_key_bit_is_reported():
    status, output = memcheck("native60", "broken")
    assert status == 9
    assert "depends on uninitialised value" in output
