"""SipHash and what the port makes of it, compiled for the host. Vectors: SipHash's reference."""

import ctypes
import shutil
import subprocess
from pathlib import Path

import pytest

PORT = Path(__file__).resolve().parent.parent / "firmware" / "port"


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """netrandom.c with a clock that stands still."""
    folder = tmp_path_factory.mktemp("netrandom")
    clock = folder / "clock.c"
    clock.write_text("#include <stdint.h>\nuint64_t ticks_us64(void) { return 4000; }\n")
    made = folder / "netrandom.so"
    command = [shutil.which("cc"), "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror"]
    subprocess.run(
        [*command, f"-I{PORT}", PORT / "netrandom.c", clock, "-o", made], check=True, timeout=60
    )
    lib = ctypes.CDLL(str(made))
    lib.siphash24.restype = ctypes.c_uint64
    lib.netrandom_u32.restype = ctypes.c_uint32
    lib.netrandom_isn.restype = ctypes.c_uint32
    return lib


# the first and some later lines of `vectors_sip64` of the reference implementation:
# key 00..0f, message 00..(n-1)
VECTORS = [
    (0, "310e0edd47db6f72"),
    (1, "fd67dc93c539f874"),
    (7, "37d1018bf50002ab"),
    (8, "6224939a79f5f593"),
    (15, "e545be4961ca29a1"),
]


@pytest.mark.parametrize("n, expected", VECTORS)
def test_siphash_matches_the_reference(library, n, expected):
    got = library.siphash24(bytes(range(16)), bytes(range(n)), n)
    assert got.to_bytes(8, "little").hex() == expected


def test_numbers_follow_from_the_noise_and_do_not_repeat(library):
    def sequence(noise):
        library.netrandom_seed(noise, len(noise))
        return [library.netrandom_u32() for _ in range(1000)]

    one, again, other = sequence(b"a" * 48), sequence(b"a" * 48), sequence(b"a" * 47 + b"b")
    assert one == again
    assert one != other
    assert len(set(one)) > 990


@pytest.mark.parametrize("size", [4, 24])
def test_sequence_number_depends_on_every_end_of_the_connection(library, size):
    """Addresses as lwIP keeps them: IPv4 alone, and IPv6 with its zone and type."""
    library.netrandom_seed(bytes(range(48)), 48)
    one, other = bytes(size - 1) + b"\x01", bytes(size - 1) + b"\x02"
    variants = [
        *((one, 1000, one, 80), (other, 1000, one, 80), (one, 1001, one, 80)),
        *((one, 1000, other, 80), (one, 1000, one, 81)),
    ]
    assert len({library.netrandom_isn(*each, size) for each in variants}) == 5
