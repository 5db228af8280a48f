"""Making the set's keys: only from a seeded generator, in steps that the screen can show.

For enrol.py and the renewal. DESIGN.md section 3 (long work is stepwise).
"""

import scepcore
from errors import Error
from phone.clock import between, ticks

# The screen and the line learn of progress this often.
_SHOW_MS = 500


def seed(data):
    """Seed the random generator from the board's noise and `data`; tell whether it is seeded."""
    try:
        scepcore.seed(data)
    except scepcore.Error:
        pass  # said where randomness is needed: a set without it still boots
    return scepcore.seeded()


def need_randomness():
    """Raise Error(`entropy`) while the generator is not seeded."""
    if not scepcore.seeded():
        raise Error("entropy", "the noise source gives too little randomness to make a key")


def generate(bits):
    """Generator: make an RSA key of `bits`; returns scepcore.RSAKey.

    Yields `keygen` events, and False between steps: more is to be computed, nothing waits.
    """
    need_randomness()
    work = scepcore.RSAKey.generate(bits)
    shown = None
    last = ticks()
    try:
        while True:
            key = work.step()
            candidates, primes = work.progress
            if key is not None or shown != primes or between(ticks(), last) >= _SHOW_MS:
                shown, last = primes, ticks()
                yield {"event": "keygen", "candidates": candidates, "primes": primes}
            else:
                yield False
            if key is not None:
                return key
    except scepcore.EntropyError:
        raise Error("entropy", "the noise source failed while a key was made")
    finally:
        work.wipe()
