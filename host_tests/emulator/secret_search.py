"""Where a private key would show if it were somewhere in clear: every form that code could hold.

For test_noe_secrets.py; ACCEPTANCE.md section 2, check 3. Run as a program (with the debug build
of the core on its path) it prints the private numbers of the keys in a flash image.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LIMB_BITS = (28, 31, 32)
WINDOW = 16  # bytes: a piece of a key this long is a find, not chance


def forms(value):
    """Yield (name, bytes) of an int: both byte orders, limbs of 28, 31 and 32 bits in words."""
    size = (value.bit_length() + 7) // 8
    yield "big-endian", value.to_bytes(size, "big")
    yield "little-endian", value.to_bytes(size, "little")
    for bits in LIMB_BITS:
        mask = (1 << bits) - 1
        count = -(-value.bit_length() // bits)
        limbs = [(value >> (bits * i)) & mask for i in range(count)]
        yield f"{bits}-bit limbs", b"".join(limb.to_bytes(4, "little") for limb in limbs)
        yield (
            f"{bits}-bit limbs, highest first",
            b"".join(limb.to_bytes(4, "little") for limb in reversed(limbs)),
        )
        yield (
            f"{bits}-bit limbs, big-endian words",
            b"".join(limb.to_bytes(4, "big") for limb in limbs),
        )


def finds(haystack, numbers):
    """Return [(name, form, offset)] of pieces of `numbers` (dict name -> int) in `haystack`.

    Every window of a form is looked for, so a wiped head or tail does not hide the rest.
    """
    found = []
    for name, value in numbers.items():
        for form, data in forms(value):
            for at in range(0, len(data) - WINDOW + 1, WINDOW):
                where = haystack.find(data[at : at + WINDOW])
                if where >= 0:
                    found.append((name, form, where))
                    break
    return found


def used(memory, blank):
    """Return the runs of 4 KiB pages of `memory` that hold something else than `blank` (a byte)."""
    empty = bytes([blank]) * 4096
    pages = [memory[at : at + 4096] for at in range(0, len(memory), 4096)]
    # a blank page stays between runs: nothing grows together that was apart
    kept = [page for i, page in enumerate(pages) if page != empty or (i and pages[i - 1] != empty)]
    return b"".join(kept)


def private_numbers(flash, board):
    """Return {slot: {p, q, d, dP, dQ, qInv, n}} of the image `flash`, by the debug build."""
    done = subprocess.run(
        [sys.executable, __file__, str(flash), board], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return {
        slot: {name: int(text) for name, text in numbers.items()}
        for slot, numbers in json.loads(done.stdout).items()
    }


def _main(flash, board):
    for folder in ("build/host-debug", "firmware", "."):
        sys.path.insert(0, str(ROOT / folder))
    import scepcore
    from keystore import Store, slots
    from scepcore.debug import private_parts
    from tools.setctl_host import image
    from tools.setctl_host.flashmodel import MemoryFlash

    _size, offset, sector, sectors = image.GEOMETRY[board]
    device = MemoryFlash(sector, sectors)
    with open(flash, "rb") as f:
        f.seek(offset)
        device.data[:] = f.read(sector * sectors)
    scepcore.set_device_secret(image.read_secret(flash))
    store = Store(device)
    store.mount()
    out = {}
    for slot in ("factory", "active", "next"):
        key = store.get(slot, slots.KEY)
        if key is None:
            continue
        p, q, dp, dq, qinv = private_parts(key)
        e = key.public()[1]
        d = pow(e, -1, (p - 1) * (q - 1))
        lcm_d = pow(e, -1, _lcm(p - 1, q - 1))
        numbers = {"p": p, "q": q, "d": d, "d (Carmichael)": lcm_d}
        numbers.update({"dP": dp, "dQ": dq, "qInv": qinv, "n": p * q})
        # str: JSON's numbers would do, but readers elsewhere make floats of them
        out[slot] = {name: str(value) for name, value in numbers.items()}
    print(json.dumps(out))


def _lcm(a, b):
    from math import lcm

    return lcm(a, b)


if __name__ == "__main__":
    sys.set_int_max_str_digits(0)
    _main(sys.argv[1], sys.argv[2])
