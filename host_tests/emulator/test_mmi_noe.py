"""The NOE set gets its certificate through its menus alone: keys in, the display read back.

Issue 'MMI', end to end; the SCEP server is Debian's, which we did not write.
"""

import pytest

from emulator.front import Front, bar, shows, words
from set_driver import CHALLENGE, Set
from tools.demo_server import ScepServer

pytestmark = [pytest.mark.emulator, pytest.mark.peers, pytest.mark.check]
PASSWORD = "correct-horse"


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory):
    with ScepServer(str(tmp_path_factory.mktemp("scep")), CHALLENGE) as server:
        yield server


def switch_on(noe, folder, **boot):
    """Boot a set; return its Front."""
    path = folder / "monitor"
    answer = noe.ok("--monitor", str(path), "boot", **boot)
    return Front(path, int(answer.stderr.split()[-1]))


def test_enrolment_by_keys_alone(server, tmp_path):
    noe = Set("NOE", tmp_path).factory()
    # the set shall not begin by itself while a person types
    noe.ok("config", "scep_spread=604800")
    with switch_on(noe, tmp_path) as front:
        front.wait("microscep", "No certificate")
        front.press("f3", "ret")
        front.wait("SCEP: On/Off", "Challenge Password Required", "SCEP URL", "Launch SCEP")

        # a change wants an admin: the first one chooses the password
        front.press("ret")
        for title in ("Choose a password", "Enter it again"):
            front.wait(title)
            front.type(PASSWORD)
            assert not shows(front.dump(), PASSWORD)
            front.press("f3")
        front.wait("Save this value?")
        front.press("f3")

        front.press("down", "ret")
        front.wait("Save this value?", "Challenge Password Required")
        front.press("f3", "down", "ret")
        front.wait("SCEP URL", "abc")
        url = f"http://10.0.2.2:{server.port}{server.path}"
        front.type(url)
        front.wait(url + "|")
        front.press("f3", "ret", "down", "down", "down", "ret")
        front.wait("Challenge", "Save")
        front.type(CHALLENGE)
        front.wait("*" * len(CHALLENGE) + "|")
        front.press("f3", "ret")
        front.wait("Challenge", "set")

        front.press("up", "up", "ret")
        front.wait("Is this the CA?", "Yes")
        digits = server.ca_sha256.upper()
        shown = "".join(words(front.dump())).replace(" ", "")
        assert digits in shown
        front.press("f3")
        front.wait("Getting a certificate", "Stop")
        # the title is drawn first, so a picture taken meanwhile still has its bar
        seen = [bar(pixels) for pixels in front.frames("Getting")]
        front.wait("Done", "OK")
        assert len(set(seen)) > 3 and seen == sorted(seen)

        front.press("ret", "backspace", "down", "ret")
        front.wait("Status", "State", "Active")
        front.press("backspace", "backspace")
        front.wait("microscep", "Active")
        dump = tmp_path / "ram"
        front.memory(dump, 0, 4 << 20)
        ram = dump.read_bytes()
    for secret in (PASSWORD, CHALLENGE):
        for form in (secret.encode(), secret.encode("utf-16-le")):
            assert form not in ram and form not in noe.flash.read_bytes()
    status = noe.ok("status").last
    assert status["state"] == "active" and status["last_error"] is None
