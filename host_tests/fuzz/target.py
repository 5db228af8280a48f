"""What the fuzz targets share: imports with coverage, the exceptions that may escape, memory.

A target calls run(check); check(data) returns normally for inputs that were refused as declared.
"""

import sys
import tracemalloc
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / folder) for folder in ("firmware", "host_tests", "build/host")]

# every 256th input is run a second time with its memory watched
_SAMPLE = 256
# bytes of Python objects per byte of input, and at rest
_PER_BYTE, _BASE = 64, 65536


def instrumented():
    """Return the context in which the product's modules are imported."""
    return atheris.instrument_imports(include=["scep", "phone"])


def run(check):
    """Fuzz check(data) with the arguments of the command line."""
    count = [0]

    def one(data):
        check(data)
        count[0] += 1
        if count[0] % _SAMPLE == 0:
            _watch(check, data)

    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


def _watch(check, data):
    """Fail if the memory of one input grows beyond a multiple of its size."""
    tracemalloc.start()
    try:
        check(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak <= _BASE + _PER_BYTE * len(data), f"{peak} bytes for an input of {len(data)}"
