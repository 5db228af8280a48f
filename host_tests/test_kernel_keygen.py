"""Generated keys are keys: primes by a test that is not ours, CRT elements, distribution.

For: firmware/core/rsa_keygen.c, rsa_prime.c, sieve.c. FIPS 186-5 A.1.3.
"""

import random

import pytest

import kernel_programs
from test_kernel_rsa import run


def is_prime(n, rounds=24):
    """Miller-Rabin with random bases, by Python's integers."""
    if any(n % q == 0 for q in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return n in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for _ in range(rounds):
        x = pow(random.randrange(2, n - 1), d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def generate(variant, bits, e, count, seed, timeout=300):
    """Rows (n, e, p, q, dp, dq, iq, candidates, steps) of generated keys, checked."""
    rows = []
    output = run(variant, "keygen_driver.c", bits, e, count, seed, timeout=timeout)
    for line in output.splitlines():
        words = line.split()
        n, got_e, p, q, dp, dq, iq = (int(w, 16) for w in words[:7])
        assert got_e == e and n == p * q and n.bit_length() == bits
        assert is_prime(p) and is_prime(q)
        assert p > q and p - q > 2 ** (bits // 2 - 100)
        assert p >> ((bits + 1) // 2 - 2) == 3 and q >> (bits // 2 - 2) == 3
        assert dp * e % (p - 1) == 1 and dq * e % (q - 1) == 1 and iq * q % p == 1
        assert dp < p and dq < q and iq < p
        rows.append((n, e, p, q, dp, dq, iq, int(words[7]), int(words[8])))
    assert len(rows) == count
    assert len({r[0] for r in rows}) == count
    return rows


@pytest.mark.parametrize(
    "variant", ["native60", "native28", "native32", "sanitized", "arm926", "arm-umaal"]
)
@pytest.mark.parametrize(
    ("bits", "e", "count"),
    [(512, 65537, 4), (513, 3, 3), (1025, 0xFFFFFFFF, 1), (1024, 17, 2)],
)
def test_short_keys_are_right(variant, bits, e, count):
    generate(variant, bits, e, count, "short")


@pytest.mark.parametrize("bits", [2048, 3072, 4096])
def test_keys_of_real_sizes_are_right(bits):
    generate("native60", bits, 65537, 1, "real")


def test_the_same_randomness_makes_the_same_key_on_every_variant():
    made = [
        generate(v, 1024, 65537, 1, "same")[0][:7]
        for v in ("native60", "native28", "native32", "arm926", "arm-umaal")
        if not kernel_programs.missing(v)
    ]
    assert len(set(made)) == 1


@pytest.mark.soak
def test_a_thousand_keys_are_right_and_evenly_distributed():
    rows = generate("native60", 1024, 65537, 1000, "thousand", timeout=3600)
    primes = [x for r in rows for x in (r[2], r[3])]
    # Third highest bit, residues modulo 8 (3 or 7) and 3: chi-squared of fair coins, 1 in 10^6.
    for ones in (
        sum(p >> 509 & 1 for p in primes),
        sum(p >> 2 & 1 for p in primes),
        sum(p % 3 - 1 for p in primes),
    ):
        assert (2 * ones - len(primes)) ** 2 / len(primes) < 24
    # Candidates: 2 * ln(2^512 * 0.85) * e^-gamma / ln(2^18) = 31.9 a key.
    mean = sum(r[7] for r in rows) / len(rows)
    assert 29 < mean < 35
