"""What scepcore leaves in memory: nothing of a key once its objects are wiped.

A child process works with a key that the parent knows (same fixed noise, a core with the debug
export); the parent then reads all of the child's memory: heap, stack, data.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

import scepcore
from emulator.secret_search import WINDOW, finds, used
from scepcore._native import ffi, lib

ROOT = Path(__file__).resolve().parent.parent
NOISE = hashlib.shake_128(b"scepcore memory test").digest(4096)
SECRET = hashlib.sha256(b"device").digest()

START = f"""
import os, sys
sys.path.insert(0, sys.argv[1])
import scepcore
scepcore.set_device_secret(bytes.fromhex("{SECRET.hex()}"))
scepcore.set_noise(bytes.fromhex("{NOISE[:48].hex()}"))
scepcore.seed(b"")
def generate():
    work = scepcore.RSAKey.generate(2048)
    key = None
    while key is None:
        key = work.step()
    return key
def finish():
    # A new secret and noise: the old ones are no key, but the device's.
    sys.stdout.flush()
    os.close(1)
    sys.stdin.read()
"""
EXPORT = """
import scepcore.debug
key = generate()
print(key.seal(scepcore.Kek.derive("memory"), b"aad").hex())
print(*scepcore.debug.private_parts(key))
"""
USE = {
    "generate": "key = generate()",
    "sign": "key = generate(); key.sign('sha256', bytes(32))",
    "decrypt": """
key = generate()
n, e = key.public()
key.decrypt(scepcore.rsa_encrypt(n, e, b"x"))
""",
    "unseal": """
key = scepcore.RSAKey.unseal(scepcore.Kek.derive("memory"), bytes.fromhex(sys.argv[2]), b"aad")
key.sign("sha256", bytes(32))
""",
    "seal": "key = generate(); key.seal(scepcore.Kek.derive('x'), b'')",
    "cancelled steps": """
key = generate()
work = key.start("sign", "sha256", bytes(32))
work.step()
work.wipe()
""",
    "forgotten operation": """
key = generate()
work = key.start("sign", "sha256", bytes(32))
work.step()
del work
""",
}


def python(script, folder, *arguments, **options):
    """Start a Python that has scepcore from build/<folder>."""
    return subprocess.Popen(
        [sys.executable, "-c", START + script, ROOT / "build" / folder, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={name: x for name, x in os.environ.items() if name not in ("LD_PRELOAD", "PYTHONPATH")},
        **options,
    )


@pytest.fixture(scope="module")
def known():
    """Return (sealed blob in hex, numbers) of the key that the child makes too."""
    child = python(EXPORT, "host-debug", text=True)
    blob, parts = child.communicate()[0].splitlines()
    p, q, dp, dq, qinv = (int(x) for x in parts.split())
    d = pow(65537, -1, (p - 1) * (q - 1))
    assert (d % (p - 1), d % (q - 1), pow(q, -1, p)) == (dp, dq, qinv)
    return blob, {"p": p, "q": q, "d": d, "dP": dp, "dQ": dq, "qInv": qinv}


def found_in(memory, numbers):
    """Return (number, form) of what stands in memory; also in 60-bit words, as on x86-64."""
    found = [(name, form) for name, form, _ in finds(memory, numbers)]
    for name, number in numbers.items():
        words = [number >> at & (1 << 60) - 1 for at in range(0, number.bit_length(), 60)]
        data = b"".join(word.to_bytes(8, sys.byteorder) for word in words)
        if any(data[at : at + WINDOW] in memory for at in range(0, len(data) - WINDOW, WINDOW)):
            found.append((name, "60-bit words"))
    return found


def memory_of(pid):
    """Return all writable memory of a process, joined."""
    pieces = []
    with open(f"/proc/{pid}/mem", "rb") as memory:
        for line in Path(f"/proc/{pid}/maps").read_text(encoding="ascii").splitlines():
            start, end = (int(x, 16) for x in line.split()[0].split("-"))
            if "rw" in line.split()[1] and "[v" not in line:
                memory.seek(start)
                pieces.append(memory.read(end - start))
    return used(b"".join(pieces), 0)


def left_after(script, known):
    """Run a script in a child and return what of the known key its memory then holds."""
    blob, numbers = known
    child = python(script + "\nfinish()\n", "host", blob)
    try:
        child.stdout.read()
        return found_in(memory_of(child.pid), numbers)
    finally:
        child.stdin.close()
        child.wait()


# One after the other in one process; each alone, to see which one it was, in `make check`.
USE["all"] = "\n".join(text + "\nkey.wipe()" for text in USE.values())


@pytest.mark.parametrize(
    "use", [use if use == "all" else pytest.param(use, marks=pytest.mark.check) for use in USE]
)
def test_nothing_of_a_key_is_left_once_it_is_wiped(use, known):
    assert left_after(USE[use] + "\nkey.wipe()", known) == []


def test_the_search_finds_a_key_that_is_not_wiped(known):
    found = left_after(USE["generate"], known)
    for name in ("p", "q", "dP", "dQ", "qInv"):
        assert (name, "big-endian") in found


def test_the_search_finds_a_key_at_work_that_is_not_wiped(known):
    """The key is wiped, an operation with it is not: the kernel's own words hold a factor."""
    script = USE["unseal"] + "\nwork = key.start('sign', 'sha256', bytes(32))\nwork.step()\n"
    found = left_after(script + "key.wipe()", known)
    assert {form for _, form in found} & {"60-bit words", "28-bit limbs"}


def test_wipe_leaves_only_zeros_in_every_object():
    scepcore.set_device_secret(SECRET)
    scepcore.seed()
    kek = scepcore.Kek.derive("zeros")
    key = scepcore.RSAKey.generate(2048)
    made = None
    while made is None:
        made = key.step()
    objects = {
        "hash": scepcore.hash("sha256"),
        "cipher": scepcore.cipher("aes-256-cbc", b"k" * 32, b"i" * 16, True),
        "kek": kek,
        "generator": scepcore.RSAKey.generate(2048),
        "operation": made.start("sign", "sha256", bytes(32)),
        "key": made,
    }
    objects["generator"].step()
    objects["operation"].step()
    for name, item in objects.items():
        before = bytes(ffi.buffer(item._c, item._size))
        assert before.strip(b"\0"), name
        item.wipe()
        after = bytearray(ffi.buffer(item._c, item._size))
        if name in ("operation", "generator"):
            size = item._size.to_bytes(8, sys.byteorder)  # the object's own size may stay
            at = after.index(size)
            after[at : at + 8] = bytes(8)
        assert bytes(after).strip(b"\0") == b"", name
    scepcore.set_device_secret(None)


def test_the_finaliser_wipes_what_was_forgotten():
    cipher = scepcore.cipher("aes-128-cbc", b"forgotten key!!!", bytes(16), True)
    owner, size = cipher._owner, cipher._size
    assert bytes(ffi.buffer(owner, size)).strip(b"\0")
    del cipher
    assert bytes(ffi.buffer(owner, size)) == bytes(size)


def test_a_failed_step_leaves_nothing():
    scepcore.seed()
    generator = scepcore.RSAKey.generate(2048)
    generator.step()
    scepcore.set_noise(None)  # forgets the seed
    with pytest.raises(scepcore.EntropyError):
        while generator.step() is None:
            pass
    size = generator._size.to_bytes(8, sys.byteorder)
    progress = bytes(ffi.buffer(generator._c, generator._size)).replace(size, b"", 1).strip(b"\0")
    assert len(progress) <= 16, "only what progress shows may stay"
    scepcore.seed()


def test_a_blob_that_does_not_open_leaves_no_plaintext():
    blob = bytearray(scepcore.seal(bytes(32), b"the text that was sealed", b""))
    blob[-1] ^= 1
    out = ffi.new("uint8_t[]", b"\xee" * (len(blob) - 29))
    status = lib.scepcore_unseal(bytes(32), 0, bytes(blob), len(blob), b"", 0, out)
    assert status == lib.SCEPCORE_E_SEAL_OPEN
    assert bytes(ffi.buffer(out)).rstrip(b"\0") == b""
