"""Counts executed instructions of a program between its marker functions.

For: tools/bench and host_tests/test_kernel_trace.py. ARM by the QEMU plugin, x86-64 by callgrind.
"""

import functools
import os
import re
import subprocess
import tempfile
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TIMING = HERE / "plugin" / "timing_arm926.txt"
FIELDS = ("instructions", "multiplies", "mul", "loads", "stores", "cycles_estimate")


@functools.cache
def plugin():
    """Path of the built plugin (a shared object for QEMU 7.2)."""
    sources = [HERE / "plugin" / "count.c", HERE / "plugin" / "classify.c"]
    target = ROOT / "build" / "kernel" / "count.so"
    target.parent.mkdir(parents=True, exist_ok=True)
    newest = max(p.stat().st_mtime for p in (HERE / "plugin").iterdir())
    if not target.exists() or target.stat().st_mtime < newest:
        # Tests run in several processes, the bench in several threads.
        mine = f"{target}.{os.getpid()}.{threading.get_ident()}"
        subprocess.run(
            ["gcc", "-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror"]
            + ["-shared", "-fPIC", "-o", mine, *sources],
            check=True,
        )
        os.replace(mine, target)
    return target


MARKS = (("bench_begin", "bench_end"),)


def arm_options(program, out, trace=False, thumb=False, pairs=MARKS):
    """The -plugin option for a run of `program` whose counts go to file `out`.

    pairs: names of functions, where counting begins and ends.
    """
    listed = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
    at = {name: int(value, 16) for value, name in re.findall(r"(\w+) [Tt] (\w+)", listed)}
    option = f"file={plugin()},out={out},timing={TIMING}"
    for begin, end in pairs:
        option += f",begin={at[begin]:#x},end={at[end]:#x}"
    return ["-plugin", option + (",trace=on" if trace else "") + (",thumb=on" if thumb else "")]


def read_counts(path):
    """Rows of the plugin's file as dicts: FIELDS, pc_hash, address_hash, pair (a number)."""
    rows = []
    for line in Path(path).read_text().splitlines():
        words = line.split()
        row = {name: int(w) for name, w in zip(FIELDS, words, strict=False)}
        hashes = {"pc_hash": words[6], "address_hash": words[7]}
        rows.append(row | hashes | {"pair": int(words[8])})
    return rows


def count_arm(program, *arguments, trace=False, timeout=1500):
    """Counts (list of dicts) and output (str) of a static ARM Linux program."""
    with tempfile.NamedTemporaryFile() as out:
        done = subprocess.run(
            ["qemu-arm", "-cpu", "arm926", *arm_options(program, out.name, trace)]
            + [str(program), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=True,
        )
        return read_counts(out.name), done.stdout


def count_x86(program, *arguments, timeout=1500):
    """Counts ({"instructions": n}, ...) and output of a native program, by callgrind."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--instr-atstart=no"]
            + [f"--callgrind-out-file={folder}/out", str(program), *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=True,
        )
        rows = []
        for path in sorted(Path(folder).glob("out.*"), key=lambda p: int(p.suffix[1:])):
            total = re.search(r"^(?:summary|totals): (\d+)", path.read_text(), re.M)
            rows.append({"instructions": int(total.group(1))})
        return rows, done.stdout
