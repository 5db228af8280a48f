"""A visitor of tools/panel: a page in headless Chromium, used as a person would.

For test_panel_browser.py and host_tests/screens/shoot_panel.py. What the display shows is read
where a screen reader finds it.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "correct-horse"
WAIT = 90_000  # ms that a busy machine may take
# no sandbox: tests may run as root, and the pages are the panel's own
FLAGS = ["--no-sandbox"]


class Panel:
    """A running tools/panel; a context manager."""

    def __init__(self, board, folder):
        command = [sys.executable, ROOT / "tools" / "panel", "--board", board, "--port", "0"]
        command += ["--json", "--folder", str(folder)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        assert line, "the panel did not start"
        self.url = json.loads(line)["url"]
        self.port = int(re.search(r":(\d+)/", self.url).group(1))
        self.flash = Path(folder) / "set.img"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        assert self._process.wait(20) == 0
        self._process.stdout.close()


class Visitor:
    """A page of the panel, used as a person would."""

    def __init__(self, page, url):
        from playwright.sync_api import expect

        self.page, self._expect = page, expect
        self.wrong = []
        page.set_default_timeout(WAIT)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda m: m.type == "error" and self.wrong.append(m.text))
        page.goto(url)

    def shows(self, *texts):
        """Wait until the display shows the texts."""
        for text in texts:
            self.has("#said", text)

    def has(self, where, text):
        self._expect(self.page.locator(where)).to_contain_text(text, timeout=WAIT)

    def done(self, *steps):
        """Wait until these first steps are ticked."""
        for step in steps:
            item = self.page.locator(f"[data-step={step}]")
            self._expect(item).to_have_class(re.compile("done"), timeout=WAIT)

    def press(self, *names):
        for name in names:
            self.page.locator(f'[data-key="{name}"]').click()

    def type(self, text):
        self.page.locator("#display").focus()
        self.page.keyboard.type(text)

    def click(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    def tab(self, name):
        self.page.get_by_role("tab", name=re.compile("^" + name)).click()

    def said(self):
        return self.page.locator("#said").text_content()

    def certificate(self):
        """Return the SHA-256 of the certificate in force, of the tab Certificate."""
        self._expect(self.page.locator('#sheet[data-slot="active"]')).to_have_count(1, timeout=WAIT)
        return self.page.locator("#sheet .digits").text_content()

    def switch_on(self):
        """Switch SCEP on; a new set has its admin password chosen first."""
        self.press("soft3")
        self.shows("Menu", "Licences")
        self.press("ok")
        self.shows("SCEP: On/Off", "Challenge Password Required", "SCEP URL", "Launch SCEP")
        self.press("ok")
        for title in ("Choose a password", "Enter it again"):
            self.shows(title)
            self.type(PASSWORD)
            self.shows("*" * len(PASSWORD) + "|")
            self.press("soft3")
        self.shows("Save this value?")
        self.press("soft3")
        self.shows("Launch SCEP")

    def configure(self):
        """Let the page type URL and challenge of its lab on the set's keyboard."""
        self.press("down", "down", "ok")
        self.shows("SCEP URL", "Save")
        self.page.locator("[data-type=url]").click()
        self.shows(self.page.locator("#lab-url").text_content() + "|")
        self.press("soft3")
        self.shows("Saved")
        self.done("url")
        self.press("ok", "down", "down", "down", "ok")
        self.shows("Challenge", "Save")
        self.page.locator("[data-type=challenge]").click()
        self.shows("*" * len(self.page.locator("#lab-challenge").text_content()) + "|")
        self.press("soft3")
        self.shows("Saved")
        self.done("challenge")
        self.press("ok", "up", "up")
        self.shows("Launch SCEP")


def browser_path():
    """Return where Debian's Chromium is."""
    path = shutil.which("chromium")
    assert path, "chromium is missing: tools/setup check"
    return path
