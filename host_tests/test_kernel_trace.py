"""The instruction counter is right, and the ARM kernels' traces do not depend on the key.

For: tools/bench/plugin, firmware/core/modpow_umlal*.S, rsa_private.c.
"""

import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

import kernel_programs

ROOT = Path(__file__).resolve().parent.parent
BENCH = ROOT / "tools" / "bench"
sys.path.insert(0, str(BENCH))

import cortex_m
import counting

SOURCES = tuple(BENCH / n for n in ("bench_driver.c", "bench_more.c", "bench_marks.c"))

pytestmark = pytest.mark.skipif(
    bool(kernel_programs.missing("arm926")) or not shutil.which("gcc"),
    reason="needs arm-linux-gnueabi-gcc, qemu-arm and BearSSL's source",
)


def program():
    return kernel_programs.build("arm926", "bench_driver", SOURCES, ("-I", str(BENCH)))


def within_five_percent(counted, known):
    return abs(counted - known) * 20 <= known


def test_threads_may_build_the_counter_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(counting, "ROOT", tmp_path)
    with ThreadPoolExecutor(4) as pool:
        built = list(pool.map(lambda _: counting.plugin.__wrapped__(), range(4)))
    assert [path.name for path in built[0].parent.iterdir()] == [built[0].name]


@pytest.mark.parametrize("turns", [1000, 1000000])
def test_a_known_loop_is_counted_within_ten_instructions(turns):
    counts, _ = counting.count_arm(program(), "loop", turns)
    # Two instructions a turn; calls and returns of the markers and of the loop's function.
    assert 0 <= counts[0]["instructions"] - 2 * turns <= 10
    # subs and a taken branch: 1 + 3 cycles.
    assert 0 <= counts[0]["cycles_estimate"] - 4 * turns <= 20


def test_a_counter_off_by_five_percent_is_caught():
    counts, _ = counting.count_arm(program(), "loop", 100000)
    wrong = counts[0]["instructions"] * 106 // 100
    assert within_five_percent(counts[0]["instructions"], 200000)
    assert not within_five_percent(wrong, 200000)


def equal_keys(bits):
    """Two keys of the committed ones with factors of exactly bits / 2 and e = 65537."""
    rows = []
    for line in (ROOT / "host_tests" / "c" / "rsa_keys.txt").read_text().splitlines():
        words = line.split()
        if words[0] == "010001" and all(int(w, 16).bit_length() == bits // 2 for w in words[1:3]):
            rows.append(line)
    return rows[:2]


@pytest.mark.parametrize("bits", [1024, pytest.param(4096, marks=pytest.mark.check)])
def test_private_operation_runs_the_same_instructions_and_addresses_for_any_key(tmp_path, bits):
    traces = []
    for i, line in enumerate(equal_keys(bits)):
        key = tmp_path / f"{i}.key"
        key.write_text(line + "\n")
        counts, _ = counting.count_arm(program(), "private:microscep", key, trace=True)
        traces.append(counts[0])
    assert len(traces) == 2
    assert traces[0]["instructions"] == traces[1]["instructions"]
    assert traces[0]["pc_hash"] == traces[1]["pc_hash"]
    assert traces[0]["address_hash"] == traces[1]["address_hash"]


def test_the_trace_sees_what_depends_on_the_operand(tmp_path):
    # Negative control: the public operation's squarings are the same, its exponents are not.
    traces = []
    for e in ("03", "010001"):
        line = equal_keys(1024)[0].split()
        key = tmp_path / f"{e}.key"
        key.write_text(" ".join([e, *line[1:]]) + "\n")
        counts, _ = counting.count_arm(program(), "public:microscep", key, trace=True)
        traces.append(counts[0])
    assert traces[0]["pc_hash"] != traces[1]["pc_hash"]
    assert traces[0]["address_hash"] != traces[1]["address_hash"]


@pytest.mark.check
@pytest.mark.parametrize("target", list(cortex_m.TARGETS))
def test_cortex_m_runs_the_same_instructions_and_addresses_for_any_key(target, tmp_path):
    assert shutil.which("qemu-system-arm"), "qemu-system-arm is not installed: tools/setup check"
    traces = []
    fresh = rsa.generate_private_key(65537, 2048).private_numbers()
    parts = (65537, fresh.p, fresh.q, fresh.dmp1, fresh.dmq1, fresh.iqmp)
    octets = [f"{part:0{256 if i else 6}x}" for i, part in enumerate(parts)]
    for i, line in enumerate([equal_keys(2048)[0], " ".join(octets)]):
        key = tmp_path / f"{i}.key"
        key.write_text(line + "\n")
        counts, printed = cortex_m.count(target, "scepcore_rsa_private", key, trace=True)
        assert "-" not in printed
        traces.append((counts["instructions"], counts["pc_hash"], counts["address_hash"]))
    assert traces[0] == traces[1]


# The Marvin study (H. Kario 2023): operands that other libraries told apart by their time.
def _classes(n):
    octets = (n.bit_length() + 7) // 8
    top = 8 * octets
    return {
        "random": 0x5A5A << top - 24,
        "zero": 0,
        "one": 1,
        "n - 1": n - 1,
        "short by one octet": (1 << top - 9) - 1,
        "short by sixteen octets": (1 << top - 128) - 1,
        "low half zero": (n >> 1) >> top // 2 << top // 2,
        "low limbs zero": n >> 60 << 60,
        "all ones below": (1 << top - 2) - 1,
    }


def _values(line, operand):
    """Classes of the operand itself, or of what comes out of the operation."""
    words = line.split()
    e, p, q = (int(word, 16) for word in words[:3])
    n = p * q
    classes = _classes(n) | {"multiple of p": 7 * p, "multiple of q": 7 * q}
    return {
        name: (value % n if operand == "ciphertext" else pow(value % n, e, n))
        for name, value in classes.items()
    }


@pytest.mark.parametrize("operand", ["ciphertext", "plaintext"])
def test_no_class_of_ciphertext_stands_out(tmp_path, operand):
    line = equal_keys(1024)[0]
    key = tmp_path / "key"
    key.write_text(line + "\n")
    traces = {}
    for name, value in _values(line, operand).items():
        counts, _ = counting.count_arm(
            program(), "private:microscep", key, f"{value:0256x}", trace=True
        )
        row = counts[0]
        traces[name] = (row["instructions"], row["pc_hash"], row["address_hash"])
    assert len(set(traces.values())) == 1, traces
