"""`make screenshots`, second half: photographs of tools/panel, in headless Chromium.

Writes boards/NOE/screens/panel-*.png: a NOE set on its way to a certificate of the lab CA, on a
desk in light and dark, and on a phone.
"""

import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "firmware"), str(ROOT / "host_tests")]

from emulator.visitor import FLAGS, Panel, Visitor, browser_path  # noqa: E402

SCREENS = ROOT / "boards" / "NOE" / "screens"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def save(page, name):
    """Write one picture of what a visitor sees; its gradients keep all their colours."""
    page.wait_for_timeout(400)
    path = SCREENS / f"panel-{name}.png"
    page.screenshot(path=path)
    with Image.open(path) as image:
        image.convert("RGB").save(path, optimize=True)
    print(path.relative_to(ROOT))


def main():
    """Enrol, looking on."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Panel("NOE", folder) as panel,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        visitor = Visitor(browser.new_page(viewport=DESK, color_scheme="light"), panel.url)
        walk(visitor)
        dark = Visitor(browser.new_page(viewport=DESK, color_scheme="dark"), panel.url)
        dark.tab("Flash")
        dark.shows("Active")
        save(dark.page, "desk-dark")
        phone = browser.new_context(viewport=PHONE, device_scale_factor=2, color_scheme="light")
        phone = Visitor(phone.new_page(), panel.url)
        phone.press("down")
        phone.shows("Active")
        save(phone.page, "phone")
        browser.close()


def walk(visitor):
    """Enrol; a picture of the question whether this is the CA, one while the key is made."""
    visitor.click("Power on")
    visitor.done("power")
    visitor.shows("No certificate")
    visitor.switch_on()
    visitor.configure()
    visitor.press("ok")
    visitor.shows("Is this the CA?")
    visitor.tab("Lab CA")
    save(visitor.page, "confirm")
    visitor.tab("Events")
    visitor.press("soft3")
    visitor.shows("Making a key")
    visitor.has("#events", "candidates")
    save(visitor.page, "desk-light")
    visitor.shows("Done")
    visitor.press("ok", "back", "down", "ok")
    visitor.shows("Status", "Active")
    visitor.tab("Certificate")
    visitor.certificate()


if __name__ == "__main__":
    main()
