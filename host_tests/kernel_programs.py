"""Builds the C test drivers of the arithmetic kernels, natively and for ARM926.

For: test_kernel_*.py and tools/bench. No standard; flags as the boards use them.
"""

import contextlib
import fcntl
import functools
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "firmware" / "core"
BEARSSL = ROOT / "build" / "src" / "bearssl"
OUT = ROOT / "build" / "kernel"

# What the drivers hold ours against; not all of BearSSL, so that a clean build is quick.
BEARSSL_SOURCES = (
    "int/i31_*.c",
    "int/i15_*.c",
    "int/i62_*.c",
    "int/i32_div32.c",
    "rsa/rsa_i31_*.c",
    "rsa/rsa_i15_*.c",
    "rsa/rsa_i62_*.c",
    "rsa/rsa_ssl_decrypt.c",
    "rsa/rsa_pkcs1_sig_*.c",
    "codec/ccopy.c",
    "codec/enc*.c",
    "codec/dec*.c",
    "hash/*.c",
    "mac/hmac.c",
    "rand/hmac_drbg.c",
    "symcipher/des_*.c",
    "symcipher/aes_c*.c",
    "settings.c",
)

COMMON = ["-O2", "-g", "-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"]
WARN = ["-Wall", "-Wextra", "-Werror"]
# name: (compiler, flags, command that runs a program)
VARIANTS = {
    "native60": ("gcc", [], []),
    "native28": ("gcc", ["-DSCEPCORE_LIMB_BITS=28"], []),
    "halves": ("gcc", ["-DSCEPCORE_LIMB_BITS=28", "-DSCEPCORE_WANT_HALVES"], []),
    # Thumb-1 code of the Cortex-M0 kernel, run by a core that has both states.
    "arm-thumb1": (
        "arm-linux-gnueabi-gcc",
        ["-march=armv5te", "-mthumb", "-static", "-DSCEPCORE_WANT_HALVES"],
        ["qemu-arm", "-cpu", "arm926"],
    ),
    # Whole words: the arithmetic of the Cortex-M kernel, in C.
    "native32": ("gcc", ["-DSCEPCORE_LIMB_BITS=32"], []),
    # The Cortex-M kernel itself, run by a core that has its instructions too.
    "arm-umaal": (
        "arm-linux-gnueabi-gcc",
        ["-march=armv7-a", "-mthumb", "-static", "-DSCEPCORE_CAN_UMAAL=1"],
        ["qemu-arm", "-cpu", "cortex-a15"],
    ),
    "sanitized": ("gcc", ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"], []),
    "arm926": (
        "arm-linux-gnueabi-gcc",
        ["-march=armv5te", "-marm", "-static"],
        ["qemu-arm", "-cpu", "arm926"],
    ),
}


def missing(variant):
    """Name of a program that the variant needs and this machine lacks, or None."""
    compiler, _, runner = VARIANTS[variant]
    for program in [compiler, *runner[:1]]:
        if shutil.which(program) is None:
            return program
    return None if BEARSSL.exists() else "build/src/bearssl (make sources)"


def kernel_sources(variant):
    """Paths of the kernel's sources by kernel.mk, assembly only for ARM."""
    text = (CORE / "kernel.mk").read_text()
    names = re.findall(
        r"\b\w+\.c\b", text.split("SCEPCORE_KERNEL_C =")[1].split("SCEPCORE_KERN")[0]
    )
    if variant.startswith("arm"):
        names += re.findall(r"\b\w+\.S\b", text.split("SCEPCORE_KERNEL_S =")[1])
    return [CORE / name for name in [*names, "scepcore_wipe.c"]]


@contextlib.contextmanager
def _alone(variant):
    """One process at a time builds a variant: tests run in several."""
    (OUT / variant).mkdir(parents=True, exist_ok=True)
    with open(OUT / variant / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@functools.cache
def bearssl(variant):
    """Path of an archive of BEARSSL_SOURCES for the variant; built once."""
    compiler, flags, _ = VARIANTS[variant]
    folder = OUT / variant
    archive = folder / "libbearssl.a"
    if archive.exists():
        return archive
    objects = folder / "bearssl"
    objects.mkdir(parents=True, exist_ok=True)
    sources = [str(p) for g in BEARSSL_SOURCES for p in sorted((BEARSSL / "src").glob(g))]
    # The peer itself is not what the sanitizers look at.
    plain = [f for f in flags if "sanitize" not in f and f != "-static"]
    subprocess.run(
        [compiler, "-O2", "-ffunction-sections", *plain, "-I", BEARSSL / "inc", "-I"]
        + [BEARSSL / "src", "-c", *sources],
        cwd=objects,
        check=True,
    )
    subprocess.run(["ar", "rcs", archive, *sorted(objects.glob("*.o"))], check=True)
    return archive


@functools.cache
def build(variant, name, sources, extra=()):
    """Builds program `name` from sources (paths) and the kernel; returns its path."""
    compiler, flags, _ = VARIANTS[variant]
    inputs = [*map(Path, sources), *kernel_sources(variant)]
    target = OUT / variant / name
    newest = max(p.stat().st_mtime for p in [*inputs, *CORE.glob("*.h"), Path(__file__)])
    with _alone(variant):
        archive = bearssl(variant)
        if target.exists() and target.stat().st_mtime >= newest:
            return target
        subprocess.run(
            [compiler, *COMMON, *WARN, *flags, *extra, "-I", CORE, "-I", BEARSSL / "inc"]
            + [*inputs, archive, "-o", target],
            check=True,
        )
    return target


def command(variant, program, *arguments):
    """The argument list that runs a program of the variant."""
    return [*VARIANTS[variant][2], str(program), *map(str, arguments)]
