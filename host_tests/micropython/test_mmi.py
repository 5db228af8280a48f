"""The menus, driven by keys against a small set; on CPython and MicroPython."""

from errors import HELP, Error
from phone.mmi import help_fr, keyboard, vt100
from phone.mmi.control import IDLE_MS, Control
from phone.mmi.entry import TAP_MS, Entry
from phone.mmi.menus import MENUS, items
from phone.mmi.strings import LANGUAGES, TEXTS, text
from small_set import SmallSet, keys


def table_of(lines):
    """Return a table of strings.py's kind as a dict."""
    assert lines[0] == lines[-1] == "\n"
    return dict([line.split("=", 1) for line in lines[1:-1].split("\n")])


def labels(control):
    return [row.label or row.value for row in control.scene().rows]


def focused(control):
    return [row.label for row in control.scene().rows if row.focus]


def admin(small):
    """Return a Control in the SCEP menu whose person is an admin."""
    control = Control(small)
    control.admit()
    keys(control, "soft3", "ok")
    return control


def test_the_scep_menu_names_the_customers_four_entries_literally():
    control = admin(SmallSet())
    assert labels(control)[:4] == [
        "SCEP: On/Off", "Challenge Password Required", "SCEP URL", "Launch SCEP",
    ]  # fmt: skip


def test_a_check_box_changes_only_after_yes():
    small = SmallSet()
    control = admin(small)
    keys(control, "ok", "soft1")
    assert small.values["scep_run"] == "no" and not small.log
    keys(control, "ok", "soft3")
    assert small.log == [("put", "scep_run", "yes")]
    assert control.scene().rows[0].on


def test_a_url_is_typed_and_saved():
    small = SmallSet()
    control = admin(small)
    keys(control, "down", "down", "ok", '"http://pki/', "soft3")
    assert small.log == [("put", "scep_url", "http://pki/")]
    keys(control, "ok", "ok", '"x', "soft1")
    assert len(small.log) == 1


def test_a_value_that_is_refused_stays_to_be_corrected():
    small = SmallSet()
    small.refuse = Error("config", "scep_url must hold one URL")
    control = admin(small)
    keys(control, "down", "down", "ok", '"nonsense', "soft3")
    assert "scep_url must hold" in labels(control)[0]
    keys(control, "ok")
    assert control.scene().rows[0].value == "nonsense"


def test_the_challenge_is_never_shown():
    small = SmallSet()
    control = admin(small)
    keys(control, "down", "down", "down", "down", "down", "ok", '"S3cret')
    assert control.scene().rows[0].value == "******"
    keys(control, "soft3", "ok")
    assert small.values["scep_psk"] == "S3cret"
    assert control.scene().rows[5].value == "set"
    keys(control, "ok")
    assert control.scene().rows[0].value == ""


def test_launch_shows_progress_can_be_stopped_and_tells_the_outcome():
    small = SmallSet()
    control = admin(small)
    keys(control, "down", "down", "down", "ok")
    assert small.log == [("start", "enroll")]
    drawn = control.scene()
    assert drawn.bar == 250 and drawn.softkeys[0] == "Stop"
    keys(control, "soft1")
    control.tick(10)
    drawn = control.scene()
    assert drawn.rows[0].label == "cancelled" and HELP["cancelled"] in drawn.rows[1].value
    keys(control, "ok")
    assert focused(control) == ["Launch SCEP"]


def test_an_unknown_ca_is_confirmed_by_its_fingerprint():
    small = SmallSet()
    control = admin(small)
    small.start("enroll")
    small.question = ("CN=Lab CA", bytes(range(32)))
    drawn = control.scene()
    assert drawn.rows[0].value == "CN=Lab CA" and drawn.rows[1].value.startswith("0001 0203 0405")
    keys(control, "soft3")
    assert small.log[-1] == ("answer", True)


def test_changes_need_the_admin_password():
    small = SmallSet(b"123456")
    control = Control(small)
    keys(control, "soft3", "ok", "ok")
    assert control.scene().title == "Admin password"
    keys(control, "k1", "k2", "k3", "k4", "k5", "k6", "soft3")
    assert control.scene().title == "Save this value?"
    keys(control, "soft3")
    assert small.log == [("put", "scep_run", "yes")]


def test_without_a_password_one_is_chosen_first():
    small = SmallSet()
    control = Control(small)
    keys(control, "soft3", "ok", "ok", '"12345', "soft3", "ok")
    assert small.password is None
    keys(control, '"secret', "soft3", '"secret', "soft3")
    assert small.password == b"secret" and control.scene().title == "Save this value?"


def test_two_different_passwords_are_not_stored():
    small = SmallSet()
    control = Control(small)
    keys(control, "soft3", "ok", "ok", '"secret', "soft3", '"other1', "soft3")
    assert small.password is None


def test_ten_wrong_passwords_slow_down():
    small = SmallSet(b"123456")
    control = Control(small)
    waits = []
    for _ in range(10):
        control.tick(control.locked_ms())
        assert not control.password(b"000000")
        waits.append(control.locked_ms())
    assert waits[:2] == [0, 0] and waits[2] > 0 and waits[-1] >= 64 * waits[2]
    assert not control.password(b"123456")
    control.tick(control.locked_ms())
    assert control.password(b"123456")


def test_a_wrong_password_is_said_with_its_code_and_what_to_do():
    for language, table in (("en", HELP), ("fr", table_of(help_fr.HELP))):
        small = SmallSet(b"123456")
        small.language = language
        control = Control(small)
        keys(control, "soft3", "ok", "down", "down", "ok", '"654321', "soft3")
        rows = control.scene().rows
        assert rows[0].label == "access"
        assert table["access"] in [row.value for row in rows]


def test_the_idle_screen_comes_back_and_the_admin_is_forgotten():
    small = SmallSet(b"123456")
    control = admin(small)
    assert control.is_admin()
    control.tick(IDLE_MS)
    assert control.scene().title == "microscep"
    assert not control.is_admin()


def test_the_boot_shows_its_steps_and_leaves():
    small = SmallSet()
    control = Control(small)
    small.boot_step = 3
    drawn = control.scene()
    assert [row.on for row in drawn.rows] == [True, True, False, False, False]
    keys(control, "back", "ok", "soft1")
    assert control.scene().title == "Starting"
    small.boot_step = 0
    control.tick(10)
    assert control.scene().title == "microscep"


def test_the_language_changes_at_once():
    small = SmallSet()
    control = Control(small)
    keys(control, "soft3", "down", "down", "down", "ok", "down", "ok")
    assert control.scene().title == "Langue"


def test_the_status_page_tells_the_last_error_and_what_to_do_in_both_languages():
    for language, table in (("en", HELP), ("fr", table_of(help_fr.HELP))):
        for code in HELP:
            small = SmallSet()
            small.language = language
            small.error = {"code": code, "message": "it went wrong", "time": None}
            control = Control(small)
            keys(control, "soft3", "down", "ok")
            values = [row.value for row in control.scene().rows]
            assert code + ": it went wrong" in values and table[code] in values


def test_every_code_has_its_help_in_french():
    assert set(table_of(help_fr.HELP)) == set(HELP)


def test_every_text_exists_in_every_language_and_menus_use_only_them():
    for key in table_of(TEXTS):
        for language in LANGUAGES:
            assert text(key, language)
    for name in table_of(MENUS):
        assert text(name, "en")
        for _, label, _, _ in items(name):
            assert text(label, "en")


def test_multi_tap_cycles_and_ends_by_time_or_another_key():
    entry = Entry()
    for _ in range(3):
        entry.key("k2")
    assert entry.shown() == "c"
    entry.key("k3")
    entry.tick(TAP_MS)
    entry.key("k3")
    assert entry.shown() == "cdd"
    entry.key("k#")
    entry.key("k2")
    entry.key("k#")
    entry.key("k2")
    assert entry.shown() == "cddA2"


def test_text_entry_inserts_deletes_and_keeps_its_limit():
    entry = Entry(b"abc", 4)
    entry.key("left")
    entry.key("tX")
    entry.key("tY")
    assert entry.shown() == "abXc"
    entry.key("delete")
    assert entry.shown() == "abc"
    entry.key("t\xe9")
    assert entry.utf8() == b"ab\xc3\xa9c"
    entry.wipe()
    assert entry.utf8() == b"" and not any(entry._buffer)


def test_a_terminals_octets_become_keys():
    terminal = keyboard.Terminal()
    found = [terminal.feed(c) for c in b"a\x1b[A\x1bOP\x1bk5\x1b[3~\r\x7f\xc3\xa9\x1b\x1b"]
    assert [name for name in found if name] == [
        "ta", "up", "soft1", "k5", "delete", "ok", "back", "t\xe9", "soft1",
    ]  # fmt: skip


def test_scan_codes_become_keys():
    pad = keyboard.Keyboard()
    codes = (0x1C, 0xF0, 0x1C, 0x12, 0x1C, 0xF0, 0x12, 0xE0, 0x75, 0xE0, 0xF0, 0x75, 0x5A, 0x73)
    found = [pad.feed(code) for code in codes]
    assert [name for name in found if name] == ["ta", "tA", "up", "ok", "k5"]


def test_what_the_set_does_by_itself_shows_on_the_idle_screen_and_disturbs_nobody():
    small = SmallSet()
    control = admin(small)
    keys(control, "down", "down", "ok", '"http')
    small.running = "renew"
    control.tick(50)
    keys(control, "back")
    assert control.scene().rows[0].value == "htt" and small.log == []
    control.home()
    assert control.scene().title == "Renewing"
    small.running = None
    control.tick(50)
    assert control.scene().title == "microscep"


def test_a_page_scrolls_no_further_than_a_display_needs():
    small = SmallSet()
    control = Control(small)
    keys(control, "soft3", "down", "ok")
    for _ in range(30):
        vt100.lines_of(control.scene(), 40, 8)
        keys(control, "down")
    drawn = control.scene()
    vt100.lines_of(drawn, 40, 8)
    assert 0 < drawn.top == drawn.end
    keys(control, "up")
    assert control.scene().top == drawn.end - 1


def test_noise_on_the_keys_never_breaks_the_menus():
    names = ("up", "down", "left", "right", "ok", "back", "soft1", "soft2", "soft3", "ta", "k5",
             "k#", "delete", "t\xff", "k*")  # fmt: skip
    small = SmallSet()
    control = Control(small)
    seed = 1
    for _ in range(3000):
        seed = (seed * 1103515245 + 12345) & 0x3FFFFFFF
        control.key(names[(seed >> 8) % len(names)])
        control.tick(seed % 400)
        vt100.lines_of(control.scene())
        if small.running and seed % 5 == 0:
            small.running = None
            small.ended = (True, None)
