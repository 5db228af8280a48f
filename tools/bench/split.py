"""What an enrolment of the NOE set spends its instructions on: RSA, hashes, ciphers, Python.

A program: `build/venv/bin/python tools/bench/split.py`. Debian's SCEP server on loopback, the set
in QEMU under plugin/split.c, executed instructions by the objects of the link map; a power-on that
only tells its status is subtracted, key generation is left out.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "host_tests"), str(ROOT / "firmware")]

from set_driver import CHALLENGE, Set  # noqa: E402
from tools.demo_server import ScepServer  # noqa: E402

IMAGE = ROOT / "build" / "NOE" / "firmware.elf"
MAP = IMAGE.with_name("firmware.map")
SEED = ("--seed", "15")  # today: the server makes its CA as it starts
# (part, objects of the map); the first one that fits. Part 0 is what fits none.
PARTS = (
    ("rsa", r"/core/(modpow|rsa_|sieve|scepcore_(key|pkcs1|operation|generator))"),
    ("hash", r"/core/(sha|hash|scepcore_hash)|/src/(hash|mac)/"),
    ("cipher", r"/core/(des_|scepcore_(cipher|seal))|/src/(symcipher|aead)/"),
    ("random", r"/core/scepcore_(random|health)|/src/rand/"),
    ("network", r"lwip|firmware/port/(lwip|net|versatilepb)|modnoe_net|smc91"),
    ("python", r"/py/|/extmod/|/shared/|usermod|frozen_content|lib(c|m|gcc)"),
)
_TEXT = re.compile(r"^ \.?text\S*(?:\n)?\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)", re.MULTILINE)


def ranges(text):
    """Yield (first, last, part) of a map file's code; what is in no part is not listed."""
    for first, size, path in _TEXT.findall(text.partition("\nLinker script and memory map")[2]):
        first, size = int(first, 16), int(size, 16)
        for number, (_, pattern) in enumerate(PARTS, 1):
            if size and re.search(pattern, path):
                yield first, first + size, number
                break


def _symbol(name):
    listed = subprocess.run(["nm", IMAGE], capture_output=True, text=True, check=True).stdout
    return next(word.split()[0] for word in listed.splitlines() if word.endswith(" " + name))


def count(noe, fresh, folder, *command):
    """Return the instructions of one power-on, by part (list)."""
    noe.flash.write_bytes(fresh)
    option = f"file={folder}/split.so,parts={folder}/parts,out={folder}/out"
    option += f",begin=0x{_symbol('scepcore_generator_start')}"
    option += f",end=0x{_symbol('scepcore_generator_wipe')}"
    real = shutil.which("qemu-system-arm")
    program = folder / "bin" / "qemu-system-arm"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec {real} "$@" -plugin {option}\n')
    program.chmod(0o755)
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{program.parent}:{path}"
    try:
        noe.ok(*SEED, *command, timeout=900)
    finally:
        os.environ["PATH"] = path
    return [int(line) for line in (folder / "out").read_text().split()]


def measure():
    """Return what an enrolment executes, as {part: instructions}, the power-on's own as `boot`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = HERE / "plugin" / "split.c"
        build = ["gcc", "-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror"]
        subprocess.run([*build, "-shared", "-fPIC", "-o", folder / "split.so", source], check=True)
        listed = [f"{first:x} {last:x} {part}" for first, last, part in ranges(MAP.read_text())]
        (folder / "parts").write_text("\n".join(listed))
        with ScepServer(str(folder / "scep"), CHALLENGE) as server:
            noe = Set("NOE", folder).factory().configure(server)
            fresh = noe.flash.read_bytes()
            boot = count(noe, fresh, folder, "status")
            whole = count(noe, fresh, folder, "enroll")
    own = [after - before for after, before in zip(whole, boot, strict=True)]
    names = ["other"] + [part for part, _ in PARTS]
    return dict(zip(names, own, strict=False), boot=sum(boot))


def told(parts):
    """Return what measure() returned as lines for people, in millions of instructions."""
    whole = sum(parts.values()) - parts["boot"]
    lines = [f"{part:8} {count / 1e6:8.2f} M" for part, count in {**parts, "all": whole}.items()]
    return "\n".join(lines)


if __name__ == "__main__":
    print(told(measure()))
