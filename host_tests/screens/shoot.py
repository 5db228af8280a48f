"""`make screenshots`: photographs of the real NOE firmware's display, through a whole enrolment.

Writes boards/NOE/screens/*.png. The set runs in QEMU and is driven by keys alone; the SCEP server
is Debian's, which we did not write.
"""

import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "firmware"), str(ROOT / "host_tests")]

from emulator.front import HEIGHT, WIDTH, Front, shows  # noqa: E402
from set_driver import CHALLENGE, Set  # noqa: E402
from tools.demo_server import ScepServer  # noqa: E402

SCREENS = ROOT / "boards" / "NOE" / "screens"
PASSWORD = "correct-horse"
SCALE = 2  # a README shows pictures larger than a phone's display


def save(pixels, name):
    """Write one picture."""
    image = Image.frombytes("RGB", (WIDTH, HEIGHT), pixels)
    image = image.resize((SCALE * WIDTH, SCALE * HEIGHT), Image.Resampling.NEAREST)
    image.quantize(32).save(SCREENS / f"{name}.png", optimize=True)
    print(f"boards/NOE/screens/{name}.png")


def main():
    """Boot, configure, enrol, look; a picture of each."""
    SCREENS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, ScepServer(folder, CHALLENGE) as server:
        noe = Set("NOE", folder).factory()
        noe.ok("config", "scep_spread=604800")
        path = Path(folder) / "monitor"
        answer = noe.ok("--monitor", str(path), "boot")
        with Front(path, int(answer.stderr.split()[-1])) as front:
            walk(front, server)


def walk(front, server):
    """Walk through the menus; every picture is taken once its last line is drawn."""
    save(front.wait("microscep", "No certificate", "Menu"), "idle")
    front.press("f3")
    save(front.wait("Licences", "Select"), "menu")
    front.press("ret", "ret")
    for title in ("Choose a password", "Enter it again"):
        front.wait(title, "OK")
        front.type(PASSWORD)
        picture = front.wait("*" * len(PASSWORD) + "|")
        front.press("f3")
    save(picture, "password")
    save(front.wait("Save this value?", "Yes"), "confirm")
    front.press("f3", "down", "ret")
    front.wait("Challenge Password Required", "Yes")
    front.press("f3", "down", "ret")
    url = f"http://10.0.2.2:{server.port}{server.path}"
    front.type(url)
    save(front.wait(url + "|", "Save"), "url")
    front.press("f3", "ret", "down", "down", "down", "ret")
    front.wait("Challenge", "Save")
    front.type(CHALLENGE)
    front.wait("*" * len(CHALLENGE) + "|")
    front.press("f3", "ret", "up", "up")
    save(front.wait("Launch SCEP", "set", "Select"), "scep")
    front.press("ret")
    save(front.wait("Is this the CA?", "Yes"), "ca")
    front.press("f3")
    save(front.wait("Making a key", "Stop"), "keygen")
    save(front.wait("Done", "OK", seconds=120), "done")
    front.press("ret", "backspace", "down", "ret")
    save(front.wait("Status", "Active", "Back"), "status")
    front.press("backspace", "down", "ret")
    save(front.wait("Certificate", "SHA-256", "Back"), "certificate")
    front.press("backspace", "down", "ret", "down", "ret")
    front.wait("Langue", "Choisir")
    front.press("backspace", "up", "up", "up", "ret")
    save(front.wait("Lancer SCEP", "Changer"), "scep-fr")
    front.press("backspace", "backspace")
    picture = front.wait("Actif", "Menu")
    assert not shows(picture, "No certificate")
    save(picture, "idle-active")


if __name__ == "__main__":
    main()
