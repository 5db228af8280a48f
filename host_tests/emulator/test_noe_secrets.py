"""Private keys and the challenge stand nowhere in clear: not in flash, nor on the line, nor in RAM.

ACCEPTANCE.md section 2, check 3. The search itself is proven to find what it looks for.
"""

import re

import pytest

from emulator.monitor import Monitor
from emulator.secret_search import LIMB_BITS, finds, forms, private_numbers, used
from set_driver import CHALLENGE, Set
from tools.demo_server import ScepServer

pytestmark = pytest.mark.emulator
MIB = 1024 * 1024
# board: where its RAM lies on the bus, and its size
RAM = {"NOE": (0, 64 * MIB), "MPS2_AN505": (0x28000000, 4 * MIB)}


@pytest.fixture(
    name="scene",
    scope="module",
    params=["NOE", pytest.param("MPS2_AN505", marks=pytest.mark.check)],
)
def _scene(request, tmp_path_factory):
    """A set that has just enrolled and is still on: (set, RAM, flash, private numbers)."""
    folder = tmp_path_factory.mktemp("secrets")
    with ScepServer(str(folder / "scep"), CHALLENGE) as server:
        noe = Set(request.param, folder).factory().configure(server, scep_signer="factory")
        socket = folder / "monitor"
        answer = noe.ok("--monitor", socket, "enroll")
    pid = int(re.search(r"process (\d+)", answer.stderr).group(1))
    monitor = Monitor(socket)
    dump = folder / "ram"
    start, size = RAM[request.param]
    monitor.command(f'pmemsave {start} {size} "{dump}"')
    monitor.quit(pid)
    ram = dump.read_bytes()
    assert len(ram) == size
    flash = used(noe.flash.read_bytes(), 0xFF)
    return noe, used(ram, 0), flash, private_numbers(noe.flash, request.param)


def test_the_search_finds_a_key_in_every_form():
    value = int.from_bytes(bytes(range(1, 129)), "big")
    for name, data in forms(value):
        for hidden in (data, data[:-20], data[20:]):
            assert finds(b"\x00" * 333 + hidden + b"\xff" * 50, {"x": value}), name
    assert len(list(forms(value))) == 2 + 3 * len(LIMB_BITS)
    assert not finds(bytes(4096), {"x": value})


def test_the_dump_is_of_the_set_that_enrolled(scene):
    _noe, ram, flash, keys = scene
    assert set(keys) == {"factory", "active"}
    # the modulus is public and stands in the certificate: the search must see it
    assert ram.count(b"microscep") > 0 and len(flash) > 4096
    assert finds(ram, {"n": keys["active"]["n"]})


@pytest.mark.parametrize("slot", ["factory", "active"])
@pytest.mark.parametrize("place", ["RAM", "flash", "serial line"])
def test_no_private_number_stands_in_clear(scene, place, slot):
    noe, ram, flash, keys = scene
    numbers = {name: value for name, value in keys[slot].items() if name != "n"}
    assert set(numbers) == {"p", "q", "d", "d (Carmichael)", "dP", "dQ", "qInv"}
    where = {"RAM": ram, "flash": flash, "serial line": noe.serial.read_bytes()}
    assert finds(where[place], numbers) == []


def test_neither_challenge_nor_device_secret_stand_in_clear(scene):
    noe, ram, flash, _keys = scene
    secret = noe.flash.with_name(noe.flash.name + ".secret").read_bytes()
    for name, place in (("flash", flash), ("line", noe.serial.read_bytes())):
        assert CHALLENGE.encode() not in place and secret not in place, name
    assert CHALLENGE.encode() not in ram
    # UTF-16 and one character a word: how other code could hold it
    assert CHALLENGE.encode("utf-16-le") not in ram and CHALLENGE.encode("utf-32-le") not in ram
