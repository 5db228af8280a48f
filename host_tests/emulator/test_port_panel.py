"""The LCD and the keyboard of the bare-metal port, through QEMU's monitor."""

import time

import pytest

from emulator.monitor import Monitor
from emulator.noe import Noe

pytestmark = pytest.mark.emulator


@pytest.fixture
def panel(tmp_path):
    """A set with a monitor: (set, monitor, scratch folder)."""
    path = tmp_path / "monitor"
    extra = ("-monitor", f"unix:{path},server=on,wait=off")
    with Noe(tmp_path, nic=None, extra=extra) as s:
        yield s, Monitor(path), tmp_path


def screen(monitor, folder):
    """Return the display's picture: (width, height, RGB bytes)."""
    path = folder / "screen.ppm"
    monitor.command(f"screendump {path}")
    data = path.read_bytes()
    magic, size, depth, pixels = data.split(b"\n", 3)
    assert (magic, depth) == (b"P6", b"255")
    width, height = map(int, size.split())
    return width, height, pixels


def test_framebuf_draws_on_the_display_in_true_colours(panel):
    s, monitor, folder = panel
    s.run("""
import noe, framebuf
noe.lcd.start()
f = framebuf.FrameBuffer(noe.lcd.memory(), noe.lcd.WIDTH, noe.lcd.HEIGHT, framebuf.RGB565)
f.fill(0x001f)
f.pixel(0, 0, 0xf800)
f.pixel(319, 239, 0x07e0)
""")
    width, height, pixels = screen(monitor, folder)
    assert (width, height) == (320, 240)
    first, second, last = pixels[:3], pixels[3:6], pixels[-3:]
    assert first[0] > 240 and first[1:] == b"\0\0"
    assert second[2] > 240 and second[:2] == b"\0\0"
    assert last[1] > 240 and last[0] == last[2] == 0


def test_keys_arrive_as_scan_codes_of_set_2(panel):
    s, monitor, _ = panel
    for key in ("a", "ret", "up"):
        monitor.command(f"sendkey {key}")
        time.sleep(0.2)  # the monitor lets a key go after 0.1 s
    code = """
import noe
b = bytearray(32)
n = noe.keys_read(b)
print(bytes(b[:n]).hex(), noe.keys_read(b))
"""
    assert s.run(code) == "1cf01c5af05ae075e0f075 0"
