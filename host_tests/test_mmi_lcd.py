"""Every screen in every language on both pixel displays: golden pictures, and nothing overflows.

The pictures are drawn by the product's renderer under the UNIX board's framebuf; host_tests/screens
holds a sheet for each display and language. After a change that is meant:
`make golden-screens` draws them anew; look at each before you commit it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
SHEETS = ROOT / "host_tests" / "screens"
FIRMWARE = ROOT / "build" / "UNIX" / "firmware.elf"
DISPLAYS = ((320, 240), (128, 64))
LANGUAGES = ("en", "fr")
_COLUMNS = {320: 6, 128: 10}
_GAP = 8
# A small display's pixels, as they look.
_LIT, _DARK = (0xE8, 0xF4, 0xFF), (0x08, 0x10, 0x20)

pytestmark = pytest.mark.micropython


def render(width, height, language, folder, *text):
    """Return ([(name, Image)], text that the renderer printed) of every screen."""
    out = Path(folder) / f"{width}x{height}-{language}"
    words = [str(width), str(height), language, str(out), *text]
    done = subprocess.run(
        [FIRMWARE, "-X", "heapsize=4m", SHEETS / "render.py", *words],
        capture_output=True,
        text=True,
        env=dict(os.environ, MICROPYPATH=".frozen"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    data, found = out.read_bytes(), []
    size = width * height // 8 if height < 100 else 2 * width * height
    while data:
        name, _, data = data.partition(b"\n")
        found.append((name.decode(), picture(width, height, data[:size])))
        data = data[size:]
    return found, done.stdout


def picture(width, height, memory):
    """Return the Image of a display's memory: RGB565 little-endian, or pages of eight rows."""
    if len(memory) != width * height // 8:
        return Image.frombytes("RGB", (width, height), memory, "raw", "BGR;16")
    image = Image.new("RGB", (width, height))
    for y in range(height):
        page = memory[(y >> 3) * width :][:width]
        for x in range(width):
            image.putpixel((x, y), _LIT if page[x] >> (y & 7) & 1 else _DARK)
    return image


def places(names, width, height):
    """Yield (name, x, y) of each screen on a sheet."""
    columns = _COLUMNS[width]
    for i, name in enumerate(names):
        yield name, _GAP + i % columns * (width + _GAP), _GAP + i // columns * (height + _GAP)


def sheet(found, width, height):
    """Return one Image with all screens."""
    columns = _COLUMNS[width]
    rows = -(-len(found) // columns)
    size = (_GAP + columns * (width + _GAP), _GAP + rows * (height + _GAP))
    image = Image.new("RGB", size, (0x60, 0x60, 0x60))
    for (_, x, y), (_, screen) in zip(
        places([name for name, _ in found], width, height), found, strict=True
    ):
        image.paste(screen, (x, y))
    return image


def differing(found, golden, width, height):
    """Return the names of the screens that are not as on the golden sheet."""
    names = [name for name, _ in found]
    if sheet(found, width, height).size != golden.size:
        return ["the number of screens"]
    wrong = []
    for (name, x, y), (_, screen) in zip(places(names, width, height), found, strict=True):
        if golden.crop((x, y, x + width, y + height)).tobytes() != screen.tobytes():
            wrong.append(name)
    return wrong


def golden_path(width, height, language):
    """Return where the sheet of a display and language stands."""
    return SHEETS / f"{width}x{height}-{language}.png"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("width", "height"), DISPLAYS)
def test_every_screen_is_as_it_was_reviewed_and_nothing_overflows(
    width, height, language, tmp_path
):
    found, overflows = render(width, height, language, tmp_path)
    assert overflows == ""
    with Image.open(golden_path(width, height, language)) as golden:
        golden = golden.convert("RGB")
    assert differing(found, golden, width, height) == []
    # the control: one pixel of one screen
    golden.putpixel((_GAP + 5, _GAP + 5), (255, 0, 255))
    assert differing(found, golden, width, height) == [found[0][0]]


# (a text that is too long for its place, what the bounds check says)
TOO_LONG = (
    ("select=Choose the entry that is marked", "softkeys: Back"),
    ("menu=The menu of everything there is to be set", "title: The menu"),
)


@pytest.mark.parametrize(("text", "said"), TOO_LONG)
def test_negative_control_a_text_that_is_too_long_is_caught(text, said, tmp_path):
    _, overflows = render(128, 64, "en", tmp_path, text)
    assert said in overflows


def main():
    """Draw the golden sheets anew."""
    import tempfile

    from test_mmi_screens import shown

    for language in LANGUAGES:
        path = SHEETS / f"vt100-{language}.txt"
        path.write_text(shown(language), encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        for width, height in DISPLAYS:
            for language in LANGUAGES:
                found, overflows = render(width, height, language, folder)
                image = sheet(found, width, height)
                image.quantize(32).save(golden_path(width, height, language), optimize=True)
                print(golden_path(width, height, language).name, len(found), "screens")
                print(overflows, end="", file=sys.stderr)


if __name__ == "__main__":
    main()
