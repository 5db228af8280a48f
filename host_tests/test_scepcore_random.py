"""scepcore's random generator: NIST's answers, health tests, seeding from the board's noise."""

import hashlib
import json
import subprocess
from math import comb
from pathlib import Path

import pytest

import scepcore
from scepcore._native import ffi, lib

HERE = Path(__file__).resolve().parent
FIRMWARE = HERE.parent / "build" / "UNIX" / "firmware.elf"
CASES = json.loads((HERE / "scepcore_hmac_drbg.json").read_text(encoding="utf-8"))["cases"]
BLOCK = lib.SCEPCORE_NOISE_BLOCK


@pytest.fixture(autouse=True)
def board():
    """Give the system's noise and no device secret back after each test."""
    scepcore.set_device_secret(None)
    scepcore.set_noise(None)
    yield
    scepcore.set_device_secret(None)
    scepcore.set_noise(None)
    scepcore.seed()


def noise(label, size=BLOCK):
    """Return reproducible bytes that look like noise."""
    return hashlib.shake_256(label.encode()).digest(size)


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_drbg_gives_nists_known_answers(case):
    entropy, reseed, extra, output = (
        bytes.fromhex(case[x]) for x in ("entropy", "reseed", "personalisation", "output")
    )
    drbg = ffi.new("br_hmac_drbg_context *")
    digest = lib.scepcore_digest_find(b"sha256", 6).hash
    lib.br_hmac_drbg_init(drbg, digest, entropy + extra, len(entropy + extra))
    if reseed:
        lib.br_hmac_drbg_update(drbg, reseed, len(reseed))
    out = ffi.new("uint8_t[]", len(output))
    lib.br_hmac_drbg_generate(drbg, out, len(output))
    lib.br_hmac_drbg_generate(drbg, out, len(output))
    assert bytes(ffi.buffer(out)) == output


def test_vectors_cover_reseeding_and_personalisation():
    assert len(CASES) == 16
    assert {(bool(c["reseed"]), bool(c["personalisation"])) for c in CASES} == {
        (False, False),
        (False, True),
        (True, False),
        (True, True),
    }


@pytest.mark.parametrize(
    "use",
    [
        lambda: scepcore.random(1),
        lambda: scepcore.random(0),
        lambda: scepcore.RSAKey.generate(2048),
        lambda: scepcore.rsa_encrypt(b"\xff" * 128, 3, b""),
    ],
    ids=["random", "no bytes", "generate", "rsa_encrypt"],
)
def test_unseeded_generator_refuses(use):
    assert not scepcore.seeded()
    with pytest.raises(scepcore.EntropyError, match="not seeded"):
        use()


def test_sealing_works_unseeded_and_then_tells_only_equality():
    assert not scepcore.seeded()
    blobs = [scepcore.seal(bytes(32), text, aad) for text in (b"a", b"b") for aad in (b"x", b"y")]
    assert scepcore.seal(bytes(32), b"a", b"x") == blobs[0]
    assert len({blob[1:13] for blob in blobs}) == 4, "no nonce may come twice"


@pytest.mark.parametrize(
    "bad, why",
    [
        (b"", "too little noise"),
        (noise("short", BLOCK - 1), "too little noise"),
        (bytes(BLOCK), "health tests"),
        (b"\xff" * 1024, "health tests"),
        (b"\xa5\x5a" * 24, "health tests"),
        (noise("head", 40) + bytes(8), "health tests"),
        (bytes(5) + noise("tail", 43), "health tests"),
        (noise("first block") + noise("second", 8) + bytes(40), "health tests"),
    ],
    ids=["none", "short", "zeros", "ones", "two values", "dies", "starts dead", "dies later"],
)
def test_bad_noise_does_not_seed(bad, why):
    scepcore.set_noise(bad)
    with pytest.raises(scepcore.EntropyError, match=why):
        scepcore.seed(b"a boot counter is no entropy" * 10)
    assert not scepcore.seeded()
    with pytest.raises(scepcore.EntropyError):
        scepcore.random(1)
    scepcore.set_noise(None)
    scepcore.seed()
    assert scepcore.seeded()


def output(label, data=b"", secret=None):
    """Seed from one block of fixed noise; return the first bytes."""
    scepcore.set_device_secret(secret)
    scepcore.set_noise(noise(label))
    scepcore.seed(data)
    return scepcore.random(32)


def test_output_depends_on_noise_data_and_device():
    first = output("one")
    assert output("one") == first, "the same everything gives the same: --seed relies on it"
    assert len({first, output("two"), output("one", b"boot 2"), output("one", b"", b"s" * 32)}) == 4


def test_one_block_of_noise_is_enough_and_reseeding_needs_no_more():
    scepcore.set_noise(noise("once"))
    scepcore.seed()
    before = scepcore.random(16)
    scepcore.seed(b"more data, no more noise")
    assert scepcore.seeded() and scepcore.random(16) != before
    for _ in range(lib.SCEPCORE_RANDOM_RESEED + 1):
        scepcore.random(1)


def test_source_that_dies_later_stops_the_generator():
    scepcore.set_noise(noise("long", 22 * BLOCK) + bytes(BLOCK))
    scepcore.seed()
    with pytest.raises(scepcore.EntropyError, match="health tests"):
        for _ in range(lib.SCEPCORE_RANDOM_RESEED + 1):
            scepcore.random(1)
    with pytest.raises(scepcore.EntropyError, match="health tests"):
        scepcore.random(1)


def cutoff(trials, bits, times):
    """Least c such that c or more hits of probability 2^-bits come once in 2^30 * times."""
    weight, c = 0, trials + 1
    while weight * times << 30 <= 1 << (bits * trials):
        c -= 1
        weight += comb(trials, c) * (2**bits - 1) ** (trials - c)
    return c + 1


def test_cutoffs_are_those_of_the_standard_for_one_false_alarm_in_2_to_the_30():
    """SP 800-90B sections 4.4.1, 4.4.2; read from the source, for every claim of entropy."""
    source = (HERE.parent / "firmware/core/scepcore_health.c").read_text(encoding="utf-8")
    body = source.split("cutoffs[8][3] = {")[1].split("};")[0].split("*/")[1]
    found = [int(x) for x in body.replace("{", " ").replace("}", " ").replace(",", " ").split()]
    expected = []
    for bits in range(1, 9):
        # The first sample of a window, or each of a block, is a hit of its own.
        expected += [1 + -(-30 // bits), 1 + cutoff(511, bits, 1), 1 + cutoff(47, bits, BLOCK)]
    assert found == expected


def healthy(*blocks):
    """Run the tests over blocks of samples; return what the last call says."""
    health = ffi.new("scepcore_health *")
    lib.scepcore_health_init(health)
    result = None
    for block in blocks:
        result = lib.scepcore_health_test(health, block, len(block))
    return bool(result)


def test_repetition_count_runs_over_block_borders():
    assert lib.SCEPCORE_NOISE_BITS_PER_BYTE == 8, "cutoffs below are those of 8 bits a byte"
    assert healthy(b"\x07" * 4)
    assert not healthy(b"\x07" * 5)
    assert not healthy(b"\x01\x07\x07\x07", b"\x07\x07")
    assert healthy(b"\x07\x07\x07\x07\x08", b"\x07\x07\x07\x07")


def test_adaptive_proportion_counts_over_the_window_of_512():
    # 17 of the first value among 512, never 9 in a block, never 5 running: one too many.
    def blocks(hits):
        samples = [(i % 200) + 1 for i in range(512)]
        for i in range(hits):
            samples[i * 30] = 0
        return [bytes(samples[i : i + BLOCK]) for i in range(0, 512, BLOCK)]

    assert healthy(*blocks(16))
    assert not healthy(*blocks(17))


def test_fair_noise_passes_a_million_samples():
    health = ffi.new("scepcore_health *")
    lib.scepcore_health_init(health)
    data = hashlib.shake_128(b"fair").digest(BLOCK * 20000)
    assert all(
        lib.scepcore_health_test(health, data[i : i + BLOCK], BLOCK)
        for i in range(0, len(data), BLOCK)
    )


SCRIPT = """
import scepcore
assert not scepcore.seeded()
for use in (lambda: scepcore.random(1), lambda: scepcore.RSAKey.generate(2048), scepcore.seed):
    try:
        use()
        print("answered")
    except scepcore.EntropyError as error:
        print(error)
"""


@pytest.mark.micropython
@pytest.mark.parametrize(
    "hexadecimal, last",
    [
        ("00" * 48, "the noise source failed its health tests"),
        ("", "the board gave too little noise to seed the random generator"),
        (noise("fine").hex(), "answered"),
    ],
    ids=["zeros", "none", "fine"],
)
def test_the_unix_board_refuses_without_noise(tmp_path, hexadecimal, last):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    result = subprocess.run(
        [FIRMWARE, script],
        env={"MICROSCEP_NOISE": hexadecimal},
        capture_output=True,
        text=True,
        check=True,
    )
    unseeded = "the random generator is not seeded"
    assert result.stdout.splitlines() == [unseeded, unseeded, last]
