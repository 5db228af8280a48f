"""Each kernel's product and square are the exact numbers that Montgomery's method gives.

For: firmware/core/modpow_*. Held against Python's integers, bit by bit, on operands at the edges of
their range and random ones, for every length that a kernel has code of its own for.
"""

import random
import subprocess
from pathlib import Path

import pytest

import kernel_programs

DRIVER = Path(__file__).parent / "c" / "kernel_driver.c"
# Whole words in each of the three forms of the UMAAL kernel's reduction, its longest and what is
# beyond; the 37 limbs of the UMLAL kernel; lengths that fill no limb.
SIZES = (128, 256, 384, 512, 640, 768, 1000, 1023, 1024, 1025, 1055, 1056, 1536, 2048, 2080, 4096)


def layout(variant, bits):
    """Bits of a limb, and limbs of a modulus, in a variant (firmware/core/modpow.h)."""
    radix = {"native60": 60, "sanitized": 60, "native32": 32, "arm-umaal": 32}.get(variant, 28)
    slack = 0 if radix == 32 and bits % 32 == 0 else 2
    return radix, -(-(bits + slack) // radix)


def cases(variant):
    """Yield (n, a, b): moduli and operands at both ends of their ranges, and random ones."""
    chance = random.Random(variant)
    for bits in SIZES:
        radix, limbs = layout(variant, bits)
        moduli = [2**bits - 1, 2 ** (bits - 1) + 1, 2**bits - 2**radix + 1]
        moduli += [chance.getrandbits(bits) | 1 | 1 << bits - 1]
        for n in moduli:
            top = min(2 * n, 2 ** (limbs * radix)) - 1
            ones = chance.choice([0, n - 1, 2 ** (bits // 2) - 1])
            yield n, top, top
            yield n, n - 1, 1
            yield n, n, ones
            yield n, chance.randrange(top), chance.randrange(top)
            yield n, chance.randrange(top), 0


def product(a, b, n, radix, limbs):
    """a * b / R mod n as the kernels leave it: below 2n, and less n where it is not below R."""
    whole = 2 ** (radix * limbs)
    m = a * b * -pow(n, -1, whole) % whole
    result = (a * b + m * n) // whole
    return result - n if result >= whole else result


def octets(number):
    return f"{number:0{number.bit_length() // 8 * 2 + 2}x}"


@pytest.mark.parametrize("variant", list(kernel_programs.VARIANTS))
def test_products_and_squares_are_exact(variant):
    absent = kernel_programs.missing(variant)
    if absent:
        pytest.skip(f"{absent} is not installed")
    rows = list(cases(variant))
    program = kernel_programs.build(variant, "kernel_driver", (DRIVER,))
    done = subprocess.run(
        kernel_programs.command(variant, program),
        input="\n".join(" ".join(map(octets, row)) for row in rows),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == len(rows)
    for (n, a, b), line in zip(rows, lines, strict=True):
        radix, limbs, *results = line.split()
        assert (int(radix), int(limbs)) == layout(variant, n.bit_length())
        wanted = [product(a, other, n, int(radix), int(limbs)) for other in (b, a)]
        assert [int(result, 16) for result in results] == wanted, (n.bit_length(), a, b)


def test_whole_words_are_reduced_once_more_where_a_result_leaves_them():
    # Without such cases the last subtraction would not be tested.
    over = 0
    for n, a, b in cases("arm-umaal"):
        radix, limbs = layout("arm-umaal", n.bit_length())
        whole = 2 ** (radix * limbs)
        m = a * b * -pow(n, -1, whole) % whole
        over += (a * b + m * n) // whole >= whole
    assert over >= 20
