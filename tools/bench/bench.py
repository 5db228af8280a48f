"""Writes build/bench.json: executed instructions of our kernels and of their peers.

For: make bench. Format: rows of operation, bits, target, library, instructions, multiplies,
cycles_estimate, stack_bytes, text_bytes; key generation also keys, stderr and, for ours,
candidates_mean, candidates_expected, per_candidate, normalised.
"""

import argparse
import functools
import importlib
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "host_tests"), str(ROOT / "tools" / "bench"), str(ROOT)]

import cortex_m  # noqa: E402
import counting  # noqa: E402

import kernel_programs  # noqa: E402
import peers  # noqa: E402

HERE = ROOT / "tools" / "bench"
SOURCES = tuple(HERE / name for name in ("bench_driver.c", "bench_more.c", "bench_marks.c"))
KEYS = ROOT / "host_tests" / "c" / "rsa_keys.txt"
SIEVE_BOUND = {2048: 2**18, 3072: 2**20, 4096: 2**20}
SYMMETRIC = ("md5", "sha1", "sha256", "sha512", "aes128-enc", "aes128-dec", "des3")
OURS = ("sha1", "sha256", "sha512", "des3")


def key_file(folder, bits):
    """Writes the first committed test key with e = 65537 and two factors of bits / 2."""
    for line in KEYS.read_text().splitlines():
        words = line.split()
        if words[0] == "010001" and all(int(w, 16).bit_length() == bits // 2 for w in words[1:3]):
            path = Path(folder) / f"{bits}.key"
            path.write_text(line + "\n")
            return path
    raise LookupError(bits)


def row(operation, bits, target, library, counts, output=""):
    """One row of bench.json from the plugin's or callgrind's counts."""
    words = output.split()
    stack = int(words[words.index("stack") + 1]) if "stack" in words else None
    return {
        "operation": operation,
        "bits": bits,
        "target": target,
        "library": library,
        "instructions": counts["instructions"],
        "multiplies": counts.get("multiplies"),
        "cycles_estimate": counts.get("cycles_estimate"),
        "stack_bytes": stack,
        "text_bytes": None,
    }


def rsa_rows(variant, count, target, libraries, folder):
    """Private and public operations of one target; every library gets the same input."""
    program = kernel_programs.build(variant, "bench_driver", SOURCES, ("-I", str(HERE)))
    for bits in (2048, 3072, 4096):
        key = key_file(folder, bits)
        for library in libraries:
            for operation in ("private", "public"):
                if library == "bearssl-i15" and bits > 2048:
                    continue
                counts, output = count(program, f"{operation}:{library}", key)
                yield row(operation, bits, target, library, counts[0], output)


def symmetric_rows(variant, count, target):
    """Hashes and ciphers over 1,024 octets; where there is none of ours, BearSSL's serves."""
    program = kernel_programs.build(variant, "bench_driver", SOURCES, ("-I", str(HERE)))
    for operation in SYMMETRIC:
        for library in ("microscep", "bearssl-i31"):
            if library == "bearssl-i31" or operation in OURS:
                counts, output = count(program, f"{operation}:{library}")
                yield row(operation, None, target, library, counts[0], output)


def keygen_row(library, bits, keys):
    """Mean and standard error over seeded keys on ARM926; ours with its cost per candidate."""
    program = kernel_programs.build("arm926", "bench_driver", SOURCES, ("-I", str(HERE)))
    counts, output = counting.count_arm(program, f"keygen:{library}", bits, "bench", keys)
    values = [c["instructions"] for c in counts]
    mean = sum(values) / keys
    spread = math.sqrt(sum((v - mean) ** 2 for v in values) / max(1, keys - 1))
    averages = {k: sum(c[k] for c in counts) // keys for k in counting.FIELDS}
    result = row("keygen", bits, "arm926", library, averages)
    result |= {"instructions": round(mean), "keys": keys, "stderr": round(spread / keys**0.5)}
    tried = [int(w) for w in output.split() if w.isdigit()]
    if library == "microscep" and keys > 1:
        tried_mean = sum(tried) / keys
        # Least squares: what one more candidate costs.
        slope = sum((t - tried_mean) * (v - mean) for t, v in zip(tried, values, strict=True))
        slope /= sum((t - tried_mean) ** 2 for t in tried)
        # A prime at 2^(bits/2) * 0.75: one in ln of it; the sieve leaves e^-gamma / ln(bound).
        log = math.log(2) * (bits / 2) + math.log(0.75)
        expected = 2 * log * math.exp(-0.5772156649) / math.log(SIEVE_BOUND[bits])
        _, output = counting.count_arm(program, "keygen-stack", bits, "bench")
        result |= {
            "stack_bytes": int(output.split()[-1]),
            "candidates_mean": round(tried_mean, 2),
            "candidates_expected": round(expected, 2),
            "per_candidate": round(slope),
            "normalised": round(mean + slope * (expected - tried_mean)),
        }
    return result


def text_bytes(library):
    """Octets of code and tables of private, public and key generation, unused sections dropped."""
    names = {
        "microscep": ("scepcore_rsa_private", "scepcore_rsa_public", "scepcore_rsa_keygen"),
        "bearssl-i31": ("br_rsa_i31_private", "br_rsa_i31_public", "br_rsa_i31_keygen"),
    }[library]
    flags = ["-march=armv5te", "-marm", "-O2", "-ffunction-sections", "-fdata-sections"]
    link = ["-nostartfiles", "-static", "-Wl,--gc-sections", "-Wl,-e,entry", "--specs=nosys.specs"]
    inputs = kernel_programs.kernel_sources("arm926")
    sizes = []
    with tempfile.TemporaryDirectory() as folder:
        objects = Path(folder) / "b"
        objects.mkdir()
        sources = [
            str(p)
            for g in kernel_programs.BEARSSL_SOURCES
            for p in sorted((kernel_programs.BEARSSL / "src").glob(g))
        ]
        include = ["-I", kernel_programs.BEARSSL / "inc", "-I", kernel_programs.BEARSSL / "src"]
        include += ["-I", kernel_programs.CORE]
        subprocess.run(
            ["arm-none-eabi-gcc", *flags, *include, "-c", *sources, *map(str, inputs)],
            cwd=objects,
            check=True,
        )
        for used in ((), names):
            c = Path(folder) / "entry.c"
            c.write_text(
                '#include "scepcore_rsa.h"\n#include <string.h>\nvoid *volatile p[8];\n'
                "void __aeabi_uidiv(void);\n"
                "void entry(void) { p[6] = memcpy; p[7] = memset; p[5] = memmove;"
                " p[4] = __aeabi_uidiv;"
                + "".join(f" p[{i}] = (void *){name};" for i, name in enumerate(used))
                + " }\n"
            )
            elf = Path(folder) / "entry.elf"
            subprocess.run(
                ["arm-none-eabi-gcc", *flags, *include, *link, c, *objects.glob("*.o"), "-o", elf],
                check=True,
                stderr=subprocess.DEVNULL,
            )
            out = subprocess.run(
                ["arm-none-eabi-size", elf], capture_output=True, text=True, check=True
            ).stdout
            words = out.splitlines()[1].split()
            sizes.append(int(words[0]) + int(words[1]))
    return sizes[1] - sizes[0]


def left_out(what, why):
    """Says on standard output what the run has no row of."""
    print(f"left out: {what} ({why})", flush=True)
    return []


def x86_rows(folder):
    """Private and public operations by callgrind: ours, BearSSL's and OpenSSL's."""
    if not shutil.which("valgrind"):
        return left_out("x86-64", "valgrind is not installed")
    libraries = ("microscep", "bearssl-i62", "bearssl-i31")
    found = list(rsa_rows("native60", counting.count_x86, "x86-64", libraries, folder))
    try:
        return found + list(peers.x86_rows(key_file(folder, bits) for bits in (2048, 3072, 4096)))
    except (OSError, subprocess.CalledProcessError) as e:
        return found + left_out("x86-64 openssl", e)


def optional(name):
    """Rows of a module of this folder whose needs (an image, a server) may be missing."""
    try:
        return list(importlib.import_module(name).rows())
    except (ImportError, OSError, subprocess.CalledProcessError) as e:
        return left_out(name, e)


def sized(rows):
    """Adds the size of code and tables to the RSA rows of ours and of BearSSL's."""
    for library in ("microscep", "bearssl-i31"):
        size = text_bytes(library)
        print(f"code and tables, RSA of {library} on ARM: {size:,} octets", flush=True)
        for r in rows:
            if r["operation"] in ("keygen", "private", "public") and r["target"] == "arm926":
                r["text_bytes"] = size if r["library"] == library else r["text_bytes"]


def compare_candidates(rows):
    """Prints what a candidate of 2,048 bits costs: ours, and BearSSL's by its private operation.

    That is two exponentiations of the length of one that tests a candidate.
    """
    ours = [r["per_candidate"] for r in rows if r["bits"] == 4096 and "per_candidate" in r]
    theirs = [
        r["instructions"] // 2
        for r in rows
        if (r["operation"], r["bits"], r["target"]) == ("private", 4096, "arm926")
        and r["library"] == "bearssl-i31"
    ]
    if ours and theirs:
        ratio = ours[0] / theirs[0]
        print(f"a candidate of 2,048 bits: {ours[0]:,}, BearSSL {theirs[0]:,} ({ratio:.3f})")


def jobs(folder, quick):
    """The measurements as functions, the longest first: they run side by side."""
    ours = ("microscep", "bearssl-i31", "bearssl-i15")
    if not quick:
        yield lambda: [keygen_row("microscep", 4096, 8)]
        yield lambda: [keygen_row("bearssl-i31", 2048, 8)]
    for library in peers.fetched():
        yield functools.partial(peers.rows, library, key_file(folder, 2048), quick)
    yield lambda: [keygen_row("microscep", 2048, 4 if quick else 40)]
    yield lambda: x86_rows(folder)
    yield lambda: optional("enrol")
    yield lambda: optional("handshake")
    yield lambda: rsa_rows("arm926", counting.count_arm, "arm926", ours, folder)
    yield lambda: symmetric_rows("arm926", counting.count_arm, "arm926")
    yield lambda: cortex_m.rows(key_file(folder, 2048))


def main():
    """Command line: --quick leaves key generation at 4 keys and out the slow peers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", default=str(ROOT / "build" / "bench.json"))
    args = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        # The programs first, one after the other: several jobs use the same.
        for variant in ("arm926", "native60"):
            kernel_programs.build(variant, "bench_driver", SOURCES, ("-I", str(HERE)))
        started = [pool.submit(lambda job=job: list(job())) for job in jobs(folder, args.quick)]
        for done in as_completed(started):
            for r in done.result():
                rows.append(r)
                print(
                    f"{r['operation']:11}{r['bits'] or '':>5} {r['target']:11} {r['library']:12}"
                    f"{r['instructions']:>14,}"
                    + (f"  normalised {r['normalised']:,}" if "normalised" in r else ""),
                    flush=True,
                )
    sized(rows)
    compare_candidates(rows)
    rows.sort(key=lambda r: (r["operation"], r["bits"] or 0, r["target"], r["library"]))
    Path(args.out).parent.mkdir(parents=True, exist_ok=True)
    Path(args.out).write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
