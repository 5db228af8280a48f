"""`setctl mmi`: the set's screen and keys in a terminal, on the UNIX board."""

import pytest

from set_driver import Set
from set_terminal import DOWN, F3, LEAVE, Terminal

pytestmark = pytest.mark.micropython


@pytest.fixture(name="unix")
def _unix(tmp_path):
    return Set("UNIX", tmp_path).factory()


def test_the_menus_come_up_after_the_boot_and_give_the_line_back(unix):
    with Terminal(unix) as terminal:
        terminal.wait("No certificate")
        terminal.press(F3)
        terminal.wait("Admin password")
        terminal.press(DOWN, DOWN, DOWN, b"\r", DOWN, b"\r")
        terminal.wait("Langue")
        terminal.press(LEAVE)
        assert terminal.process.wait(20) == 0
        assert '{"event"' not in terminal.text
    with Terminal(unix) as terminal:  # the language was kept
        terminal.wait("Pas de certificat")
        terminal.press(LEAVE)
        assert terminal.process.wait(20) == 0


def test_a_url_typed_at_the_terminal_is_what_config_stored(unix):
    with Terminal(unix) as terminal:
        terminal.choose_password(b"correct horse")
        terminal.press(b"http://pki/scep", F3)
        terminal.wait("Saved")
        terminal.press(LEAVE)
        assert terminal.process.wait(20) == 0
    answer = unix.ok("config", "scep_url=http://other/scep")
    assert answer.named("config")[0]["old"] == "http://pki/scep"
    assert b"correct horse" not in unix.flash.read_bytes()


def test_the_lanpbx_file_of_the_boot_reaches_the_menus(unix, tmp_path):
    path = tmp_path / "lanpbx.cfg"
    path.write_text("scep_url=http://from.file/scep\n")
    with Terminal(unix, "--lanpbx", path) as terminal:
        terminal.wait("No certificate")
        terminal.press(F3, b"\r")
        terminal.wait("http://from.file/scep")


def test_a_set_that_goes_down_is_said(unix):
    with Terminal(unix, "--power-cut", "1") as terminal:
        terminal.wait("lost power")
        assert terminal.process.wait(20) == 3
