"""RSA-2048 private operations on bare Cortex-M0 and M33 machines of QEMU.

For: tools/bench/bench.py. All libraries must print the same sum of the result.
"""

import subprocess
import tempfile
from pathlib import Path

import counting

import kernel_programs

HERE = Path(__file__).resolve().parent
# target: (compiler flag, machine, flash, RAM, RAM size, peers)
TARGETS = {
    "cortex-m33": ("-mcpu=cortex-m33", "mps2-an505", 0x10000000, 0x38000000, 0x100000, ("i31",)),
    "cortex-m0": ("-mcpu=cortex-m0", "microbit", 0, 0x20000000, 0x4000, ("i31", "i15")),
}
PEER_SOURCES = ("int/i31_*.c", "int/i15_*.c", "int/i32_div32.c", "rsa/rsa_i31_priv.c")
PEER_SOURCES += ("rsa/rsa_i15_priv.c", "codec/ccopy.c", "codec/enc32be.c", "codec/dec32be.c")


def _build(folder, target, private, key):
    flag, _, flash, ram, size, _ = TARGETS[target]
    words = Path(key).read_text().split()
    lines = [
        f"static const unsigned char key_{name}[] = {{{','.join(map(str, bytes.fromhex(word)))}}};"
        for name, word in zip(("p", "q", "dp", "dq", "iq"), words[1:], strict=True)
    ]
    (Path(folder) / "bench_key.h").write_text("\n".join(lines) + "\n")
    peers = [p for g in PEER_SOURCES for p in sorted((kernel_programs.BEARSSL / "src").glob(g))]
    keygen = ("rsa_keygen.c", "rsa_prime.c", "sieve.c")
    ours = [p for p in kernel_programs.kernel_sources("arm926") if p.name not in keygen]
    elf = Path(folder) / f"{private}.elf"
    subprocess.run(
        ["arm-none-eabi-gcc", "-O2", "-mthumb", flag, "-ffunction-sections", "-nostartfiles"]
        + ["--specs=nosys.specs", "-Wl,--gc-sections", "-T", HERE / "cortex_m.ld"]
        + [f"-Wl,--defsym=FLASH_AT={flash},--defsym=RAM_AT={ram},--defsym=RAM_SIZE={size}"]
        + [f"-DBENCH_PRIVATE={private}", "-I", folder, "-I", HERE, "-I", kernel_programs.CORE]
        + ["-I", kernel_programs.BEARSSL / "inc", "-I", kernel_programs.BEARSSL / "src"]
        + [HERE / "cortex_m.c", HERE / "bench_marks.c", *ours, *peers, "-o", elf],
        check=True,
        capture_output=True,
    )
    return elf


def count(target, private, key, trace=False):
    """Counts (a dict of counting.read_counts) and the printed sum of one private operation."""
    machine = TARGETS[target][1]
    with tempfile.TemporaryDirectory() as folder:
        elf = _build(folder, target, private, key)
        out = Path(folder) / "counts"
        # Semihosting's exit ends QEMU 7.2 with an abort on these machines.
        done = subprocess.run(
            ["qemu-system-arm", "-M", machine, "-nographic", "-semihosting", "-kernel"]
            + [elf, *counting.arm_options(elf, out, trace=trace, thumb=True)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=600,
        )
        return counting.read_counts(out)[0], (done.stdout + done.stderr).split()[0]


def rows(key):
    """Rows of bench.json: private 2048, ours and BearSSL's, on each target."""
    for target, (_, _, _, _, _, peers) in TARGETS.items():
        sums = set()
        for library, private in [("microscep", "scepcore_rsa_private")] + [
            (f"bearssl-{p}", f"br_rsa_{p}_private") for p in peers
        ]:
            counts, printed = count(target, private, key)
            sums.add(printed)
            yield {
                "operation": "private",
                "bits": 2048,
                "target": target,
                "library": library,
                "instructions": counts["instructions"],
                "multiplies": counts["multiplies"] or counts["mul"],
                "cycles_estimate": None,
                "stack_bytes": None,
                "text_bytes": None,
            }
        if len(sums) != 1 or "-" in sums.pop():
            raise ValueError(f"results differ on {target}")
