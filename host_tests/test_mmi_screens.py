"""Every screen in every language on every display: nothing overflows; a long monkey; snapshots."""

import random
from pathlib import Path

import pytest

from phone.mmi import strings, vt100
from phone.mmi.control import Control
from phone.mmi.strings import LANGUAGES
from phone.mmi.views import View
from small_set import SmallSet, screens

SNAPSHOTS = Path(__file__).with_name("screens")
DISPLAYS = ((40, 14), (80, 24), (32, 8))


def titles_fit(scene, columns):
    return len(scene.title) + 4 <= columns


def keys_fit(scene, columns):
    return all(len(word) <= columns // 3 for word in scene.softkeys)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("columns, lines", DISPLAYS)
def test_no_text_overflows_its_place(language, columns, lines):
    seen = set()
    for name, control, _ in screens(language):
        scene = control.scene()
        drawn = vt100.lines_of(scene, columns, lines)
        assert len(drawn) == lines, name
        assert all(len(text) <= columns for text, _ in drawn), name
        assert titles_fit(scene, columns) and keys_fit(scene, columns), (name, scene.title)
        focus = [row for row in scene.rows if row.focus and row.label]
        if focus:
            shown = " ".join(text.strip() for text, mark in drawn if mark == "focus")
            assert focus[0].label.split()[-1] in shown, name
        seen.add(type(control.view()))
    reachable = {cls for cls in _subclasses(View) if cls.__module__.startswith("phone.mmi")}
    missed = {cls.__name__ for cls in reachable - seen}
    assert missed == {"ScrollView"}, missed


def _subclasses(cls):
    found = set()
    for sub in cls.__subclasses__():
        found |= {sub} | _subclasses(sub)
    return found


def test_negative_control_a_label_that_is_too_long_is_caught(monkeypatch):
    longer = strings.TEXTS.replace("\nselect=Select|", "\nselect=Select this entry now|")
    monkeypatch.setattr(strings, "TEXTS", longer)
    control = next(control for name, control, _ in screens("en") if name == "menu-1")
    assert not keys_fit(control.scene(), 40)


@pytest.mark.check
def test_a_monkey_of_100000_keys_never_changes_a_setting_without_confirmation():
    chance = random.Random(7)
    names = ["up", "down", "left", "right", "ok", "back", "soft1", "soft2", "soft3", "delete"]
    names += ["t" + c for c in "ahz:/. é"] + ["k" + c for c in "0123456789*#"]
    small = SmallSet()
    control = Control(small)
    for _ in range(100000):
        view, before = type(control.view()).__name__, len(small.log)
        title = control.scene().softkeys[2]
        name = chance.choice(names)
        control.key(name)
        control.tick(chance.randrange(300))
        vt100.lines_of(control.scene())
        for entry in small.log[before:]:
            if entry[0] == "put":
                assert name in ("ok", "soft3") and title in ("Save", "Yes", "Garder", "Oui"), view
        if small.running and chance.random() < 0.2:
            small.running, small.ended = None, (True, None)
        if chance.random() < 0.001:
            small.boot_step = chance.randrange(6)


def test_a_drawn_frame_is_terminal_text():
    out = bytearray()
    vt100.draw(Control(SmallSet()).scene(), out.extend)
    text = out.decode()
    assert text.startswith("\x1b[H") and text.endswith("\x1b[J") and "microscep" in text


def shown(language):
    """Return every screen as a terminal shows it, one under the other."""
    out = []
    for name, control, lines in screens(language):
        scene = control.scene()
        vt100.lines_of(scene)
        for _ in range(lines):
            control.key("down")
            scene = control.scene()
            vt100.lines_of(scene)
        out.append(f"== {name}")
        for text, mark in vt100.lines_of(scene):
            out.append({"focus": ">", "": "|"}.get(mark, "#") + text.rstrip())
    return "\n".join(out) + "\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_terminal_screen_is_as_it_was_reviewed(language):
    golden = (SNAPSHOTS / f"vt100-{language}.txt").read_text(encoding="utf-8")
    assert shown(language) == golden, "meant? make golden-screens, and read the difference"
