"""tools/panel as a visitor meets it, in headless Chromium: the whole mission, and who is refused.

Issue 'MMI', the panel end to end: page, server, set and lab CA are the product's own; the browser
is not.
"""

import json
import re
import socket
import subprocess

import pytest

from emulator.visitor import FLAGS, Panel, Visitor, browser_path

pytestmark = [pytest.mark.emulator, pytest.mark.peers, pytest.mark.check]


@pytest.fixture(name="browser", scope="module")
def _browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(name="panel", scope="module", params=["NOE", "UNIX"])
def _panel(request, tmp_path_factory):
    with Panel(request.param, tmp_path_factory.mktemp("panel")) as panel:
        panel.board = request.param
        yield panel


def test_the_whole_mission(panel, browser):
    visitor = Visitor(browser.new_page(viewport={"width": 1280, "height": 860}), panel.url)
    page = visitor.page
    visitor.has("#board", panel.board)
    visitor.click("Power on")
    visitor.done("power")
    visitor.shows("No certificate")
    visitor.switch_on()
    visitor.done("scep")
    visitor.configure()

    # the lab waits for a person, so that the set waits too
    visitor.tab("Lab CA")
    page.locator("#manual").check()
    visitor.press("ok")
    visitor.shows("Is this the CA?", "Yes")
    digits = page.locator("#lab-sha").text_content().replace(" ", "")
    assert digits in re.sub(r"\s", "", visitor.said())
    visitor.press("soft3")
    visitor.shows("Making a key")
    visitor.tab("Events")
    visitor.has("#events", "candidates")
    visitor.tab("Lab CA")
    visitor.has("#waiting", "asked")
    visitor.has("#requests", "pending")
    page.locator("#waiting button").first.click()
    visitor.has("#waiting", "No request waits.")
    page.locator("#manual").uncheck()
    enrol_again(visitor)

    visitor.done("launch")
    visitor.tab("Certificate")
    sha256 = visitor.certificate()
    visitor.done("certificate")
    visitor.has("#certificate", "Lab Issuing CA")

    # the plug, in the middle of a renewal: the key is being made
    renew(visitor)
    if panel.board != "UNIX":
        visitor.shows("Making a key")
    visitor.click("Pull the plug")
    visitor.has("#dark", "the plug was pulled")
    visitor.done("cut")
    held = visitor.certificate()
    # a UNIX set has its key in a blink: its renewal may have ended before the plug was out
    assert held == sha256 or panel.board == "UNIX"
    visitor.click("Power on")
    visitor.shows("Active")
    visitor.done("survived")
    visitor.has("#mission-done", "keeps it")
    assert visitor.certificate() == held
    assert visitor.wrong == []
    page.close()


def enrol_again(visitor):
    """What was approved is fetched by the next poll, which `Launch SCEP` makes at once."""
    visitor.shows("OK")
    visitor.press("soft3")
    visitor.shows("Launch SCEP")
    visitor.press("ok")
    visitor.shows("Done")
    visitor.press("ok")


def renew(visitor):
    """Choose Renew in the SCEP menu, wherever the cursor stands."""
    visitor.shows("Launch SCEP")
    visitor.press("down", "down", "down")
    visitor.press("ok")


def test_a_cut_within_a_write_is_survived(panel, browser):
    visitor = Visitor(browser.new_page(), panel.url)
    offer_and_enrol(visitor)
    visitor.tab("Certificate")
    sha256 = visitor.certificate()
    power_off(visitor)
    visitor.page.locator("summary", has_text="Cut the power").click()
    visitor.page.locator("#step").fill("1")
    visitor.click("Power on, cut at that step")
    visitor.has("#dark", "power was cut at flash step 1")
    visitor.click("Power on")
    visitor.shows("Active")
    assert visitor.certificate() == sha256
    visitor.tab("Flash")
    visitor.has("#records", "active identity")
    assert visitor.page.locator("#damage li").count() == 0 and visitor.wrong == []
    visitor.page.close()


def offer_and_enrol(visitor):
    """Let a set without a certificate find its configuration; tests may run in any process."""
    visitor.tab("Certificate")
    visitor.has("#certificate", "SHA-256")
    if visitor.page.locator('#sheet[data-slot="active"]').count():
        return
    visitor.tab("Lab CA")
    offer(visitor)
    power_off(visitor)
    visitor.click("Power on")
    visitor.shows("Active")


def offer(visitor):
    """Offer the set a lanpbx.cfg for the lab, at its next boot."""
    visitor.page.locator("details", has_text="lanpbx.cfg").evaluate("e => { e.open = true; }")
    visitor.click("Fill in this lab")
    visitor.click("Offer at the next boot")


def power_off(visitor):
    if visitor.page.locator("#power").text_content().strip() == "Power off":
        visitor.click("Power off")
    visitor.has("#dark", "No power")


def test_the_lab_revokes_and_rolls_over_and_the_set_finds_its_file(panel, browser):
    visitor = Visitor(browser.new_page(), panel.url)
    page = visitor.page
    offer_and_enrol(visitor)
    visitor.tab("Lab CA")
    page.locator("#issued button", has_text="Hold").first.click()
    visitor.has("#issued", "held")
    page.locator("#issued button", has_text="Release").first.click()
    visitor.has("#issued", "good")
    page.locator("#issued button", has_text="Revoke").first.click()
    visitor.has("#issued", "revoked")
    visitor.click("Announce the next CA")
    visitor.click("Put the next CA in force")
    visitor.has("#lab-ca", "G2")

    # a factory-fresh set that nobody touches: its file says everything
    offer(visitor)
    visitor.tab("Flash")
    page.on("dialog", lambda dialog: dialog.accept())
    visitor.click("Make a factory-fresh set")
    visitor.tab("Certificate")
    visitor.has("#certificate", "the factory's")
    visitor.click("Power on")
    visitor.shows("Active")
    visitor.certificate()
    visitor.has("#certificate", "Lab Issuing CA G2")
    assert visitor.wrong == []
    page.close()


def test_keyboard_alone_reaches_everything_and_every_control_has_a_name(panel, browser):
    visitor = Visitor(browser.new_page(), panel.url)
    page = visitor.page
    if page.locator("#power").text_content().strip() == "Power on":
        visitor.click("Power on")
    visitor.shows("microscep")
    page.reload()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("F3")  # the right softkey, wherever the focus came from
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("document.activeElement.dataset.key || document.activeElement.id")
        )
    assert {"soft1", "soft3", "up", "ok", "back", "k0", "k#", "power", "plug"} <= reached
    assert "tab-events" in reached
    unnamed = page.evaluate("""[...document.querySelectorAll("button, input, select, textarea")]
        .filter((e) => !(e.ariaLabel || e.textContent.trim() || (e.labels && e.labels.length)))
        .map((e) => e.outerHTML)""")
    assert unnamed == [] and visitor.wrong == []
    page.close()


CONTRAST = """() => {
  const light = (c) => c.map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92
      : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor);
      if (c.length < 4 || c[3] === 1) return c.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const e = node.parentElement;
    if (!node.textContent.trim() || !e.getClientRects().length) continue;
    if (e.closest(".set, script, :disabled")) continue;
    const a = light(parse(getComputedStyle(e).color).slice(0, 3)), b = light(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${node.textContent.trim().slice(0, 40)}`);
  }
  return found;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(1280, 860), (390, 844), (320, 640)])
def test_any_width_in_light_and_dark_has_contrast_and_no_sideways_scroll(
    panel, browser, width, height, scheme
):
    size = {"width": width, "height": height}
    page = browser.new_page(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    visitor = Visitor(page, panel.url)
    visitor.has("#board", panel.board)
    for tab in ("Events", "Lab CA", "Certificate", "Flash"):
        visitor.tab(tab)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, tab
        assert page.evaluate(CONTRAST) == [], tab
    assert page.evaluate("getComputedStyle(document.getElementById('led')).animationName") == "none"
    small = page.evaluate("""[...document.querySelectorAll(".keys button, .power button")]
        .filter((e) => e.getBoundingClientRect().height < 24).map((e) => e.outerHTML)""")
    assert small == [] and visitor.wrong == []
    page.close()


def ask(port, request):
    """Send raw bytes to the panel; return the status line."""
    with socket.create_connection(("127.0.0.1", port), 10) as s:
        s.sendall(request)
        return s.recv(4096).split(b"\r\n")[0].decode()


UPGRADE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)
# (request line, Host, Origin, more, status); {} is the panel's port
DOORS = (
    ("GET /", "127.0.0.1:{}", None, "", "200"),
    ("GET /", "localhost:{}", None, "", "200"),
    ("GET /", "127.0.0.1:{}", "http://127.0.0.1:{}", "", "200"),
    ("GET /", "evil.example", None, "", "403"),
    ("GET /", "evil.example:{}", None, "", "403"),
    ("GET /", "127.0.0.1", None, "", "403"),
    ("GET /panel.js", "127.0.0.1:{}", "http://evil.example", "", "403"),
    ("GET /panel.js", "127.0.0.1:{}", "null", "", "403"),
    ("GET /../main.py", "127.0.0.1:{}", None, "", "404"),
    ("POST /", "127.0.0.1:{}", None, "Content-Length: 0\r\n", "405"),
    ("GET /live", "127.0.0.1:{}", "http://127.0.0.1:{}", UPGRADE, "101"),
    ("GET /live", "localhost:{}", "http://localhost:{}", UPGRADE, "101"),
    ("GET /live", "127.0.0.1:{}", None, UPGRADE, "403"),
    ("GET /live", "127.0.0.1:{}", "http://evil.example", UPGRADE, "403"),
    ("GET /live", "127.0.0.1:{}", "https://127.0.0.1:{}", UPGRADE, "403"),
    ("GET /live", "evil.example:{}", "http://evil.example:{}", UPGRADE, "403"),
    ("GET /live", "localhost:{}", "http://127.0.0.1:{}", UPGRADE, "403"),
)


@pytest.mark.parametrize(("line", "host", "origin", "more", "status"), DOORS)
def test_only_its_own_pages_get_in(panel, line, host, origin, more, status):
    head = f"{line} HTTP/1.1\r\nHost: {host.format(panel.port)}\r\n" + more
    if origin:
        head += f"Origin: {origin.format(panel.port)}\r\n"
    assert ask(panel.port, head.encode() + b"\r\n").split()[1] == status


def test_nobody_else_on_the_network_gets_in(panel):
    sockets = subprocess.run(["ss", "-Hltn"], capture_output=True, text=True, check=True).stdout
    listening = [line.split()[3] for line in sockets.splitlines()]
    ours = [address for address in listening if address.endswith(f":{panel.port}")]
    assert ours == [f"127.0.0.1:{panel.port}"]


def test_nonsense_over_the_line_is_refused_with_a_sentence(panel):
    from websockets.sync.client import connect

    origin = panel.url.rstrip("/")
    with connect(f"ws://127.0.0.1:{panel.port}/live", origin=origin) as line:
        for text in (
            "", "nonsense", "[]", "7", '{"do": "drop"}', '{"do": "key"}',
            '{"do": "key", "name": 5}',
            '{"do": "key", "name": "reset"}', '{"do": "type", "text": 7}',
            '{"do": "lab", "act": "approve", "which": "none"}', '{"do": "lab", "act": "profile"}',
            '{"do": "power", "on": true, "cut": -1}', '{"do": "offer", "text": null}',
        ):  # fmt: skip
            line.send(text)
            while True:
                answer = line.recv(timeout=20)
                if isinstance(answer, str) and json.loads(answer)["t"] == "notice":
                    break
