"""What may become of the one step that power failed in: every tear has a name that replays it.

For the closure. A step is (kind, address, bytes) as FlashModel.trace holds it.
"""

import random

from flash import model as flash

FIRST_BITS = 8  # up to so many cleared bits, every subset is tried


def names(step, exact):
    """Return the tears of a step; exact: a mark or a length, which is tried bit by bit."""
    kind, at, new = step
    if kind == "erase":
        return ["none"] + [f"half{i}" for i in range(4)] + [f"bits{i}" for i in range(8)] + ["weak"]
    found = ["none"] + [f"prefix{n}" for n in _prefixes(len(new))]
    bits = _bits(new)
    if exact and len(bits) <= FIRST_BITS:
        found += [f"every{i}" for i in range(1, (1 << len(bits)) - 1)]
    elif exact:
        found += [f"only{i}" for i in range(len(bits))] + [f"but{i}" for i in range(len(bits))]
        found += [f"some{i}" for i in range(256)]
    else:
        found += [f"some{i}" for i in range(64)]
    return found + [f"weak{i}" for i in range(12)]


def apply(device, step, name):
    """Do to the model what the named tear leaves of the step."""
    kind, at, new = step
    if name == "none":
        return
    if kind == "erase":
        flash.erase_torn(device, at // device.block, lambda _, old, __: _erase(old, name, at))
    else:
        flash.program_torn(device, at, new, lambda *_: _program(new, name, at))


def _prefixes(size):
    if size <= 8:
        return range(1, size)
    return sorted({size * i // 8 for i in range(1, 8)})


def _bits(new):
    return [i for i in range(8 * len(new)) if not new[i >> 3] >> (i & 7) & 1]


def _program(new, name, at):
    kind, number = name.rstrip("0123456789"), int(name.lstrip("abcdefghijklmnopqrstuvwxyz"))
    firm, weak = bytearray(b"\xff" * len(new)), bytearray(len(new))
    if kind == "prefix":
        firm[:number] = new[:number]
        return firm, weak
    bits = _bits(new)
    rng = random.Random(f"{name} {at}")
    # From weak6 on all but one to three bits are firm: a mark that often reads right.
    few = rng.sample(bits, min(len(bits), 1 + number % 3)) if kind == "weak" and number > 5 else ()
    for order, bit in enumerate(bits):
        if kind == "only":
            clear = order == number
        elif kind == "but":
            clear = order != number
        elif kind == "every":
            clear = number >> order & 1
        elif kind == "some":
            clear = rng.random() < (1 + number % 7) / 8
        elif few:
            clear = bit not in few
            if not clear:
                weak[bit >> 3] |= 1 << (bit & 7)
        else:
            chance = rng.random()
            clear = number and chance < (number % 3) / 3
            if not clear and (not number or chance < 0.9):
                weak[bit >> 3] |= 1 << (bit & 7)
        if clear:
            firm[bit >> 3] &= ~(1 << (bit & 7)) & 0xFF
    return firm, weak


def _erase(old, name, at):
    size = len(old)
    new, weak = bytearray(old), bytearray(size)
    kind = name.rstrip("0123456789")
    rng = random.Random(f"{name} {at}")
    if kind == "half":
        cut = rng.randrange(1, size)
        if rng.random() < 0.5:
            new[:cut] = b"\xff" * cut
        else:
            new[cut:] = b"\xff" * (size - cut)
        near = range(max(0, cut - 8), min(size, cut + 8))
    else:
        share = 1.0 if kind == "weak" else rng.random()
        near = []
        for i, byte in enumerate(old):
            if byte != 0xFF:
                new[i] = byte | (rng.getrandbits(8) | (0xFF if rng.random() < share else 0)) & 0xFF
                near.append(i)
        if kind == "weak":
            new[:] = b"\xff" * size
    for i in near:
        weak[i] = ~old[i] & rng.getrandbits(8) & 0xFF
    return new, weak
