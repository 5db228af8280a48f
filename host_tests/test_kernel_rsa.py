"""RSA kernels give BearSSL's results bit by bit, on every length, edge and variant.

For: firmware/core/rsa_*.c, modpow_*. RFC 8017.
"""

import random
import subprocess
from pathlib import Path

import pytest

import kernel_programs

HERE = Path(__file__).parent
KEYS = HERE / "c" / "rsa_keys.txt"


def variants(only_in_check):
    """Parameters for every build variant; those named run in `make check` only."""
    return [
        pytest.param(v, id=v, marks=[pytest.mark.check] if v in only_in_check else [])
        for v in kernel_programs.VARIANTS
    ]


def keys(low, high):
    """Key lines whose modulus has low <= bits < high."""
    rows = [line for line in KEYS.read_text().splitlines() if not line.startswith("#")]
    return [r for r in rows if low <= 4 * (len(r.split()[1]) + len(r.split()[2])) < high]


def run(variant, source, *arguments, stdin="", extra=(), timeout=300):
    """Output of a driver; its status must be 0."""
    absent = kernel_programs.missing(variant)
    if absent:
        pytest.skip(f"{absent} is not installed")
    name = source.removesuffix(".c") + ("-fault" if extra else "")
    program = kernel_programs.build(variant, name, (HERE / "c" / source,), extra)
    done = subprocess.run(
        kernel_programs.command(variant, program, *arguments),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def agreed(output):
    """Number of operations that a driver says agree."""
    assert output.endswith("operations agree\n"), output
    return int(output.split()[0])


@pytest.mark.parametrize("variant", variants({"arm-thumb1", "halves"}))
def test_private_and_public_operations_equal_bearssl_on_every_factor_length(variant):
    rows = keys(0, 1200)
    count = {
        "native60": 15,
        "native28": 2,
        "native32": 2,
        "halves": 2,
        "arm-thumb1": 0,
        "arm-umaal": 1,
        "sanitized": 1,
        "arm926": 1,
    }[variant]
    done = agreed(run(variant, "rsa_driver.c", count, "short keys", stdin="\n".join(rows)))
    assert done == len(rows) * (count + 6)
    if variant == "native60":
        assert done >= 1000


@pytest.mark.parametrize("variant", variants({"arm-thumb1", "sanitized", "native28", "native32"}))
def test_private_and_public_operations_equal_bearssl_on_real_key_sizes(variant):
    count = 2 if variant == "native60" else 1
    high = 2100 if variant.startswith("arm") else 5000
    rows = keys(1200, high)
    done = agreed(run(variant, "rsa_driver.c", count, "long keys", stdin="\n".join(rows)))
    assert done == len(rows) * (count + 6)


@pytest.mark.check
@pytest.mark.parametrize("variant", ["arm926", "arm-umaal"])
def test_arm_kernels_equal_bearssl_on_3072_and_4096_bits(variant):
    agreed(run(variant, "rsa_driver.c", 1, "long keys", stdin="\n".join(keys(2100, 5000))))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_private_operations_a_seed_equal_bearssl(seed):
    rows = keys(0, 5000)
    count = 10000 // len(rows)
    agreed(run("native60", "rsa_driver.c", count, seed, stdin="\n".join(rows), timeout=3600))


@pytest.mark.parametrize("variant", variants({"arm-thumb1", "halves"}))
def test_public_operation_equals_bearssl_where_all_limbs_are_ones(variant):
    step = 1 if variant == "native60" else 14
    sizes = [*range(512, 1100, step), *range(2020, 2090, step), 3071, 3072, 4095, 4096]
    rows = []
    for bits in sizes:
        length = (bits + 7) // 8
        for n in (2**bits - 1, 2 ** (bits - 1) + 1, 2**bits - 2**28 + 1, 2**bits - 2**32 + 1):
            rows.append(f"03 {n.to_bytes(length, 'big').hex()}")
    assert agreed(run(variant, "rsa_driver.c", "public", stdin="\n".join(rows))) == 3 * len(rows)


@pytest.mark.parametrize("variant", ["native60", "native28", "native32"])
def test_a_flipped_bit_in_an_intermediate_releases_no_wrong_result(variant):
    row = random.Random(1).choice(keys(1000, 1100))
    output = run(variant, "fault_driver.c", 400, "faults", stdin=row, extra=("-DSCEPCORE_FAULT",))
    faults, right, wrong = (int(w) for w in output.replace(",", "").split() if w.isdigit())
    assert wrong == 0
    # The hook did its work: nearly every round was hit, and hardly any hit was harmless.
    assert faults >= 380
    assert right <= 20
