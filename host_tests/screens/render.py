# Draw every screen of the menus with the product's own renderer, under MicroPython's framebuf:
# firmware.elf render.py WIDTH HEIGHT LANGUAGE OUT [TEXT]. For host_tests/test_mmi_lcd.py.
#
# OUT gets for each screen a line with its name and then its pixels, as the display holds them.
# Printed: a line for every text that does not fit its place.

import sys

import framebuf

ROOT = (__file__.rsplit("/", 1)[0] if "/" in __file__ else ".") + "/../.."
sys.path.insert(0, ROOT + "/host_tests")
sys.path.insert(0, ROOT + "/firmware")

from phone.mmi import lcd, strings
from small_set import screens


class Display:
    """A display in memory."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.mono = height < 100
        size = width * height // 8 if self.mono else 2 * width * height
        self.memory = bytearray(size)
        kind = framebuf.MONO_VLSB if self.mono else framebuf.RGB565
        self.fb = framebuf.FrameBuffer(self.memory, width, height, kind)

    def show(self, y, height):
        assert y >= 0 and y + height <= self.height


def overflows(drawer, display, scene):
    """Return what does not fit of a scene that was drawn."""
    room = display.width - 2 * drawer.margin
    found = []
    head = lcd.measure(scene.title) + (12 if scene.icon else 0)
    if scene.mode:
        head += 4 + lcd.measure(scene.mode)
    if head > room:
        found.append("title: " + scene.title)
    left, middle, right = [lcd.measure(word) for word in scene.softkeys]
    sides = max(left, right) if middle else 0
    if left + middle + right + 8 > room or middle and middle + 2 * sides + 8 > room:
        found.append("softkeys: " + " | ".join(scene.softkeys))
    for line in drawer.lines(scene)[0]:
        if line is None:
            continue
        left, right, _, _, indent, middle = line.key
        apart = 4 if left and right else 0
        if indent + lcd.measure(left) + apart + lcd.measure(right) + lcd.measure(middle) > room:
            found.append("line: " + left + right + middle)
    return found


def main(width, height, language, out, text=None):
    """Draw all screens one after the other on one display, as the set does.

    text: None, or a line of strings.TEXTS in place of the one with its id (negative control).
    """
    if text:
        old = strings.line(strings.TEXTS, text.split("=")[0])
        strings.TEXTS = strings.TEXTS.replace(text.split("=")[0] + "=" + old, text)
    display = Display(int(width), int(height))
    drawer = lcd.Lcd(display)
    with open(out, "wb") as file:
        for name, control, lines in screens(language):
            scene = control.scene()
            drawer.draw(scene)
            for _ in range(lines):
                control.key("down")
                scene = control.scene()
                drawer.draw(scene)
            for text in overflows(drawer, display, scene):
                print(name, text)
            file.write(name.encode() + b"\n")
            file.write(display.memory)


main(*sys.argv[1:])
