"""The optional front of the rp2 boards: what goes over I2C, and what the buttons say."""

import importlib.util
import sys
import types
from pathlib import Path

import pytest

from phone.mmi.keyboard import Keyboard

SOURCE = Path(__file__).parent.parent / "firmware" / "port" / "rp2" / "ssd1306.py"


class Bus:
    """I2C with a display's controller on it, as its data sheet has it: addressing and memory."""

    def __init__(self):
        self.memory = bytearray(b"\x55" * 1024)
        self.on = False
        self.columns, self.pages = (0, 127), (0, 7)
        self.at = [0, 0]  # page, column

    def writeto(self, address, data):
        assert address == 0x3C and data[0] == 0

    def writevto(self, address, parts):
        assert address == 0x3C
        control, data = (bytes(part) for part in parts)
        if control == b"\x40":
            for octet in data:
                self.memory[self.at[0] * 128 + self.at[1]] = octet
                self.at[1] += 1
                if self.at[1] > self.columns[1]:
                    self.at = [self.at[0] + 1, self.columns[0]]
            return
        arguments = dict.fromkeys(b"\xd5\xa8\xd3\x8d\x20\xda\x81\xd9\xdb", 1) | {0x21: 2, 0x22: 2}
        i = 0
        while i < len(data):
            code, more = data[i], arguments.get(data[i], 0)
            values = data[i + 1 : i + 1 + more]
            assert len(values) == more
            if code == 0x21:
                self.columns = tuple(values)
                self.at[1] = values[0]
            elif code == 0x22:
                self.pages = tuple(values)
                self.at[0] = values[0]
            elif code in (0xAE, 0xAF):
                self.on = code == 0xAF
            i += 1 + more


class Pin:
    IN, PULL_UP = 0, 1
    pressed = set()

    def __init__(self, number, mode=None, pull=None):
        self.number = number

    def value(self):
        return self.number not in self.pressed


@pytest.fixture(name="front")
def _front(monkeypatch):
    machine = types.ModuleType("machine")
    machine.Pin, machine.I2C = Pin, lambda *_, **__: Bus()
    framebuf = types.ModuleType("framebuf")
    framebuf.MONO_VLSB = 0
    framebuf.FrameBuffer = lambda memory, *_: memory
    for module in (machine, framebuf):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    spec = importlib.util.spec_from_file_location("ssd1306", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    Pin.pressed = set()
    return module


def test_the_display_starts_dark_and_on(front):
    bus = front.find()
    front.Display(bus)
    assert bus.on and bytes(bus.memory) == bytes(1024)


def test_a_board_without_a_display_says_none(front, monkeypatch):
    def nobody(self, address, data):
        raise OSError(5)

    monkeypatch.setattr(Bus, "writeto", nobody)
    assert front.find() is None


@pytest.mark.parametrize("y, height, pages", [(0, 64, range(8)), (11, 12, (1, 2)), (56, 8, (7,))])
def test_only_the_pages_that_hold_the_rows_are_sent(front, y, height, pages):
    bus = front.find()
    display = front.Display(bus)
    display.fb[:] = bytes(range(256)) * 4
    display.show(y, height)
    for page in range(8):
        part = slice(page * 128, page * 128 + 128)
        assert (bus.memory[part] == display.fb[part]) == (page in pages)


@pytest.mark.parametrize("pin, name", [(6, "up"), (7, "down"), (8, "ok"), (9, "back")])
def test_a_button_says_its_key_once(front, pin, name):
    buttons, keyboard, codes = front.Buttons(), Keyboard(), bytearray(8)
    assert buttons.read(codes) == 0
    Pin.pressed = {pin}
    said = [keyboard.feed(code) for code in codes[: buttons.read(codes)]]
    assert said[-1] == name and buttons.read(codes) == 0
    Pin.pressed = set()
    assert buttons.read(codes) == 0
    Pin.pressed = {pin}
    assert buttons.read(codes) > 0
