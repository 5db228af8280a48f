"""tools/mkflash and tools/flashdump: images, secrets, batches, and what they say of them."""

import csv
import importlib.util
import re
import stat
import sys
import types
from pathlib import Path

import pytest
from cryptography import x509

import scepcore
from keystore import Store, slots
from ramflash import RamFlash
from tools.flashmaker import main as mkflash
from tools.flashreader import main as flashdump
from tools.flashreader.image import Image
from tools.setctl_host import image
from tools.setctl_host.flashmodel import MemoryFlash

ROOT = Path(__file__).resolve().parent.parent
BOARDS = ROOT / "boards"
PSK = b"a challenge of 2026"
# What the emulated NOR answers; host_tests/emulator/test_port_nor.py asks it.
NOR_SECTOR = 256 * 1024


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("factory")
    path = folder / "set.flash"
    words = ["--ca", str(folder / "ca"), "--mac", "00:80:9f:59:e1:a0", str(path)]
    settings = ["scep_url=http://ca.example/scep", "scep_psk=" + PSK.decode()]
    assert mkflash.main(words + settings) == 0
    return path


def secret_of(path):
    return path.with_name(path.name + ".secret").read_bytes()


def mounted(path):
    device = RamFlash(5, 65536, 4)
    device.data[:] = path.read_bytes()
    scepcore.set_device_secret(secret_of(path))
    store = Store(device)
    store.mount()
    return store


def test_the_image_is_the_set_s_own_and_its_secret_stands_beside_it(made):
    store = mounted(made)
    assert bytes(store.get("factory", slots.MAC)).hex() == "00809f59e1a0"
    certificate = x509.load_der_x509_certificate(bytes(store.get("factory", slots.CERTIFICATE)))
    ca = x509.load_der_x509_certificate(bytes(store.get("factory", slots.CHAIN)))
    certificate.verify_directly_issued_by(ca)
    assert certificate.subject.rfc4514_string().startswith("CN=00809F59E1A0")
    n, e = store.get("factory", slots.KEY).public()
    numbers = certificate.public_key().public_numbers()
    assert (int.from_bytes(n, "big"), e) == (numbers.n, numbers.e)
    assert bytes(store.get("config", slots.CHALLENGE)) == PSK
    assert b"http://ca.example/scep" in bytes(store.get("config", slots.SETTINGS))
    secret = made.with_name(made.name + ".secret")
    assert len(secret.read_bytes()) == 32
    beside = x509.load_pem_x509_certificate(made.with_name(made.name + ".pem").read_bytes())
    assert beside == certificate
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE((made.parent / "ca" / "ca.key").stat().st_mode) == 0o600


def test_no_secret_stands_in_the_image(made):
    image, reading = made.read_bytes(), Image(made.read_bytes(), secret_of(made))
    key = reading.factory[slots.KEY]
    half = int.from_bytes(key[2:4], "big")
    for part in (key[12 : 12 + half], key[12 + half : 12 + 2 * half], PSK, secret_of(made)):
        for form in (part, part[::-1]):
            assert form not in image
            assert form[:16] not in image


def test_two_images_share_neither_key_nor_secret(made, tmp_path):
    other = tmp_path / "other.flash"
    assert mkflash.main(["--ca", str(made.parent / "ca"), str(other)]) == 0
    assert secret_of(other) != secret_of(made)
    keys = [Image(p.read_bytes(), secret_of(p)).factory[slots.KEY] for p in (made, other)]
    assert keys[0][12:140] != keys[1][12:140]


def test_a_batch_makes_images_and_a_manifest_and_goes_on_where_it_stopped(tmp_path, capsys):
    table, folder = tmp_path / "sets.csv", tmp_path / "out"
    table.write_text("mac,scep_url\n00:80:9F:00:00:01,http://one/scep\n00809f000002,\n")
    words = ["--ca", str(tmp_path / "ca"), "--csv", str(table), str(folder)]
    assert mkflash.main(words) == 0
    assert capsys.readouterr().out.splitlines() == ["1 of 2: 00809F000001", "2 of 2: 00809F000002"]
    first = (folder / "00809F000001.flash").read_bytes()
    (folder / "00809F000002.flash").unlink()
    assert mkflash.main(words) == 0
    assert (folder / "00809F000001.flash").read_bytes() == first
    with open(folder / "manifest.csv", newline="") as file:
        rows = {row["mac"]: row for row in csv.DictReader(file)}
    assert set(rows) == {"00809F000001", "00809F000002"}
    for name, row in rows.items():
        image = Image((folder / row["image"]).read_bytes(), secret_of(folder / row["image"]))
        assert image.factory[slots.MAC].hex().upper() == name
    assert b"http://one/scep" in bytes(
        mounted(folder / "00809F000001.flash").get("config", slots.SETTINGS)
    )


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("name\nx\n", "names no column mac"),
        ("mac\n0080\n", "line 2: '0080' is no MAC"),
        ("mac\n01809F000001\n", "no MAC address of a set"),
        ("mac\n00809F000001\n00:80:9f:00:00:01\n", "line 3: 00809f000001 was there before"),
        ("mac\n00809F000001,more\n", "more values than columns"),
        ("mac,scep_url\n00809F000001,nonsense\n", "scep_url"),
    ],
)
def test_a_wrong_table_is_named_by_line(tmp_path, capsys, text, sentence):
    table = tmp_path / "sets.csv"
    table.write_text(text)
    words = ["--ca", str(tmp_path / "ca"), "--csv", str(table), str(tmp_path / "out")]
    assert mkflash.main(words) == 1
    assert sentence in capsys.readouterr().err


def test_flashdump_explains_every_record_and_shows_values_only_with_the_secret(made, capsys):
    assert flashdump.main([str(made)]) == 0
    without = capsys.readouterr().out
    for words in ("factory, key: sealed key", "factory, certificate: clear", "second copy"):
        assert words in without
    assert "config, challenge: sealed" in without and PSK.decode() not in without
    assert flashdump.main([str(made), "--secret", str(made) + ".secret"]) == 0
    opened = capsys.readouterr().out
    assert PSK.decode() in opened and "RSA, 2048 bits" in opened
    key = Image(made.read_bytes(), secret_of(made)).factory[slots.KEY]
    assert key[12:44].hex() not in opened


def test_flashdump_says_what_is_damaged_and_what_is_no_store(made, tmp_path, capsys):
    image = bytearray(made.read_bytes())
    image[65536 + 0x120 + 40] ^= 1
    broken = tmp_path / "broken.flash"
    broken.write_bytes(image)
    assert flashdump.main([str(broken)]) == 1
    assert "damage at 0x010120: a record is damaged" in capsys.readouterr().out
    broken.write_bytes(bytes(1000))
    assert flashdump.main([str(broken)]) == 2
    assert "no key store" in capsys.readouterr().err


def board_module(name, monkeypatch):
    """Return boards/NAME/board.py as a module; what only its firmware has are recorders."""
    port = types.ModuleType("baremetal")
    port.__getattr__ = lambda name: first_and_count if name == "region" else ()
    hardware = types.ModuleType("noe")
    hardware.keys_read = None
    hardware.lcd = types.SimpleNamespace(WIDTH=1, HEIGHT=1)
    for module in (port, hardware, types.ModuleType("framebuf")):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    path = BOARDS / name / "board.py"
    spec = importlib.util.spec_from_file_location("board_" + name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def first_and_count(first, count):
    return first, count


def pages_of_a_chip(name):
    """The store stands before the device secret at the end of the flash, as the header says."""
    size, offset, sector, count = image.GEOMETRY[name]
    unit, span = image.PAGES[name]
    header = (BOARDS / name / "mpconfigboard.h").read_text(encoding="utf-8")
    store = 1024 * int(re.search(r"MICROSCEP_STORE_BYTES \((\d+) \* 1024\)", header)[1])
    secret = 1024 * int(re.search(r"MICROSCEP_SECRET_BYTES \((\d+) \* 1024\)", header)[1])
    assert (store, sector, unit) == (sector * count, 4096, 256)
    assert offset == size - store - secret and count % span == 0


@pytest.mark.parametrize("name", sorted(image.GEOMETRY))
def test_images_have_the_geometry_of_the_board_that_reads_them(name, monkeypatch, tmp_path):
    size, offset, sector, count = image.GEOMETRY[name]
    if name in image.PAGES:
        return pages_of_a_chip(name)
    board = board_module(name, monkeypatch)
    assert name == board.NAME
    if name == "UNIX":
        path = tmp_path / "empty.flash"
        path.write_bytes(b"\xff" * size)
        device = board.FileFlash(str(path))
        found = 0, device.ioctl(4, 0), device.ioctl(5, 0)
        assert device.program_unit == MemoryFlash.program_unit
    else:
        mapped = ROOT / "firmware" / "port" / "mps2" / "nor_mapped.c"
        mapped_sector = re.search(r"SECTOR_SIZE (0x\w+)u", mapped.read_text(encoding="utf-8"))[1]
        found = (*board.flash(), int(mapped_sector, 0) if name == "MPS2_AN505" else NOR_SECTOR)
        header = (ROOT / "firmware" / "port" / "nor.h").read_text(encoding="utf-8")
        unit = re.search(r"NOR_UNIT (\d+)", header)
        assert int(unit[1]) == MemoryFlash.program_unit
    assert found == (offset // sector, count, sector)
