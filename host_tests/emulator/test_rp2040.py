"""The W5500_EVB_PICO's image, as people flash it, in an emulator of the chip (tools/rp2040).

It enrols at a SCEP server that we did not write, survives resets, power cuts, lost frames and
links that go. One key is made (some minutes); everything after it renews with the same key.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

import pytest

from emulator.cable import Cable
from set_driver import CHALLENGE, MAC, ROOT, SETCTL, Set
from tools.demo_server import ScepServer
from tools.setctl_host import image

pytestmark = [pytest.mark.check, pytest.mark.emulator, pytest.mark.peers]
BOARD = "W5500_EVB_PICO"
KEY_SECONDS = 1500  # a key of many candidates on a busy machine; half a minute on a quick one
HEAP_FREE = 96 * 1024
IMAGE = 700 * 1024


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory):
    with ScepServer(str(tmp_path_factory.mktemp("scep")), CHALLENGE) as server:
        yield server


def emulator(monkeypatch, *arguments):
    monkeypatch.setenv("MICROSCEP_RP2040", " ".join(str(a) for a in arguments))


@pytest.fixture(name="enrolled", scope="module")
def _enrolled(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("rp2040")
    board = Set(BOARD, folder).factory()
    board.configure(server, scep_renew_key="same")
    with pytest.MonkeyPatch.context() as patch:
        emulator(patch, "--figures", folder / "figures.json")
        board.enrolment = board.ok("--trace", "--seed", "2", "enroll", timeout=KEY_SECONDS)
    board.figures = json.loads((folder / "figures.json").read_text())
    return board


def test_the_image_enrols_at_a_server_that_we_did_not_write(enrolled, server, tmp_path):
    names = {event["event"] for event in enrolled.enrolment.events}
    assert {"boot", "http", "keygen", "slot", "result"} <= names
    pem = tmp_path / "set.pem"
    pem.write_text(enrolled.pem())  # another power-on
    assert subprocess.run(["openssl", "verify", "-CAfile", server.ca_path, pem]).returncode == 0
    candidates = enrolled.enrolment.named("keygen")[-1]["candidates"]
    print(f"\nRP2040: {candidates} candidates, {enrolled.figures}")


def test_it_peaks_within_the_budgets(enrolled):
    memory = [event for event in enrolled.enrolment.named("trace") if event["what"] == "memory"]
    assert memory[-1]["stack"] <= 12 * 1024


def test_the_identity_survives_resets(enrolled, tmp_path):
    other = enrolled.copy(tmp_path)
    before = other.identity()
    assert before["state"] == "active"
    boots = [other.ok("status").last["boots"] for _ in range(2)]
    assert boots[1] == boots[0] + 1 and other.identity() == before


def test_at_the_prompt_the_heap_is_free(enrolled):
    text = (ROOT / "build" / BOARD / "firmware.map").read_text(errors="replace")
    start = int(re.search(r"0x([0-9a-f]+) +__GcHeapStart", text)[1], 16)
    end = int(re.search(r"0x([0-9a-f]+) +__GcHeapEnd", text)[1], 16) - 16 * 1024  # the C stack
    used = enrolled.ok("--trace", "status").named("trace")[-1]["heap"]
    print(f"\nRP2040: heap {end - start}, in use {used}")
    assert end - start - used >= HEAP_FREE


def test_a_dead_ring_oscillator_makes_no_key(server, tmp_path):
    board = Set(BOARD, tmp_path).factory().configure(server)
    answer = board.run("--no-noise", "enroll")
    assert (answer.status, answer.code) == (1, "entropy")


def test_a_chip_whose_flash_is_of_another_board_is_left_alone(enrolled, tmp_path):
    other = enrolled.copy(tmp_path)
    data = bytearray(other.flash.read_bytes())
    secret = image.secret_page(bytes(range(32)))
    data[-4096 : -4096 + len(secret)] = secret
    other.flash.write_bytes(data)
    store = slice(image.GEOMETRY[BOARD][1], -4096)
    assert other.run("status").code == "wrong-device"
    assert other.flash.read_bytes()[store] == bytes(data[store])


@pytest.mark.parametrize("step", [1, 2, 3, 5, 8])
def test_power_cuts_while_the_configuration_is_written(enrolled, tmp_path, step):
    board = enrolled.copy(tmp_path)
    before = board.identity()
    cut = board.run("--power-cut", str(step), "config", "scep_renew=33")
    assert cut.status in (0, 3)  # 0: fewer steps than that were needed
    assert board.identity() == before
    board.ok("config", "scep_renew=44")


@pytest.mark.parametrize("step", [4, 9, 14, 20])
def test_power_cuts_during_a_renewal(enrolled, tmp_path, step):
    board = enrolled.copy(tmp_path)
    cut = board.run("--power-cut", str(step), "renew", timeout=KEY_SECONDS)
    assert cut.status in (0, 3)
    assert board.identity()["state"] == "active"


def test_a_renewal_over_a_cable_that_loses_frames(enrolled, tmp_path):
    board = enrolled.copy(tmp_path)
    before = board.identity()["serial"]
    with Cable(loss=0.05, double=0.02) as cable:
        board.ok("--nic", cable.nic, "renew", timeout=KEY_SECONDS)
        assert cable.lost > 0
    assert board.identity()["serial"] != before


def test_a_flood_that_fills_the_receive_buffer_costs_frames_only(enrolled, tmp_path, monkeypatch):
    board = enrolled.copy(tmp_path)
    figures = tmp_path / "figures.json"
    emulator(monkeypatch, "--figures", figures, "--flood", "4000")
    board.ok("renew", timeout=KEY_SECONDS)
    frames = json.loads(figures.read_text())["frames"]
    assert frames["overflow"] > 0


@contextlib.contextmanager
def serial_board(flash, *more):
    """Run the board of `flash` behind a serial device; the device's name."""
    command = [sys.executable, ROOT / "tools" / "rp2040" / "pty.py", flash, *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


@pytest.fixture(name="device")
def _device(enrolled, tmp_path):
    """The name of a serial device with the enrolled board behind it."""
    with serial_board(enrolled.copy(tmp_path).flash) as name:
        yield name


def say(device, *words):
    """Run a setctl command on a serial device; return its last event."""
    command = [sys.executable, SETCTL, "--board", f"SERIAL:{device}", "--json", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=KEY_SECONDS)
    assert done.stdout, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_setctl_drives_a_board_on_a_serial_line(device):
    for _ in range(2):  # the line can be left and taken again
        assert say(device, "status")["state"] == "active"
    assert say(device, "factory")["error"] == "access"  # it is born already


def test_a_link_that_goes_and_comes_ends_an_action_at_most(enrolled, tmp_path):
    board = enrolled.copy(tmp_path)
    before = board.identity()
    figures = tmp_path / "figures.json"
    flap = ["--flap", "3000,1500", "--figures", figures]
    with serial_board(board.flash, *flap) as device:
        assert say(device, "renew").get("error") in (None, "connect", "timeout")
        assert say(device, "renew")["event"] == "result"  # no new power-on in between
        assert say(device, "status")["serial"] != before["serial"]
    assert json.loads(figures.read_text())["frames"]["link_losses"] == 1


def test_a_blank_board_is_born_over_its_line(tmp_path):
    """Its secret and key are its own; with the oscillator's bits given, the key is soon found."""
    flash = tmp_path / "blank.img"
    flash.write_bytes(b"\xff" * image.GEOMETRY[BOARD][0])
    with serial_board(flash, "--seed", "4") as device:
        assert say(device, "status")["error"] == "wrong-device"  # it has no secret yet
        born = say(device, "factory", "--mac", MAC, "--ca", str(tmp_path / "ca"))
        assert (born["state"], born["mac"]) == ("factory", MAC)
        assert say(device, "status")["subject"].startswith(f"CN={MAC}")
        assert say(device, "factory")["error"] == "access"
    assert flash.read_bytes()[-4096:-4092] == b"MSDS"


def test_mpremote_shows_a_boards_line(device):
    """`make monitor` is mpremote; its terminal is one of our own here."""
    ours, its = os.openpty()
    tool = ROOT / "build" / "venv" / "bin" / "mpremote"
    process = subprocess.Popen([tool, "connect", device, "repl"], stdin=its, stdout=its, stderr=its)
    shown = b""
    try:
        deadline = time.monotonic() + 60
        while b'"ready"' not in shown and time.monotonic() < deadline:
            os.write(ours, b"ready\n")
            time.sleep(1)
            shown += os.read(ours, 4096)
    finally:
        os.write(ours, b"\x1d")  # Ctrl-]
        process.wait(30)
    assert b'"ready"' in shown, shown


def test_production_holds_no_prompt_and_no_file_system():
    symbols = subprocess.run(
        ["arm-none-eabi-nm", ROOT / "build" / BOARD / "firmware.elf"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert not re.search(r"mp_compile|mp_parse\b|friendly_repl|lfs2?_|f_mount|mp_vfs", symbols)
    assert not re.search(r"mbedtls_|mp_type_vfs", symbols)


def test_the_image_is_within_its_class():
    assert (ROOT / "build" / BOARD / "firmware.bin").stat().st_size <= IMAGE
    text = (ROOT / "build" / BOARD / "firmware.map").read_text(errors="replace")
    for bank in ("scratch_x", "scratch_y"):  # the C stack runs through both: they must be empty
        edges = [
            int(re.search(rf"0x([0-9a-f]+) +__{bank}_{edge}__ = \.", text)[1], 16)
            for edge in ("start", "end")
        ]
        assert edges[0] == edges[1]


def test_the_quick_steps_do_what_rp2040js_does():
    node = [shutil.which("node"), "--preserve-symlinks", "--preserve-symlinks-main"]
    program = ROOT / "build" / "rp2" / "emulator" / "lockstep.mjs"
    arguments = [ROOT / "build" / BOARD / "firmware.uf2", ROOT / "build" / "rp2" / "bootrom.bin"]
    done = subprocess.run([*node, program, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
