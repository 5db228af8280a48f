"""Which CAs a set's EAP server may hang on, over successors and over a rogue configuration.

What phone/dot1x.py reads from the key store, in the UNIX board's firmware against the lab CA.
"""

import os
import subprocess

import pytest

from lab_driver import Lab
from set_driver import ROOT
from test_life_rollover import _life, day  # noqa: F401 the fixture `life`

pytestmark = [pytest.mark.micropython, pytest.mark.check]

SCRIPT = """
import board
from phone.identity.records import Records
from scep.x509 import Certificate
records = Records(board.flash())
print(records.is_of_configured_ca())
for der in records.anchors():
    print(Certificate(der).subject_text)
"""


def anchors(life):
    """Return (is_of_configured_ca, the generations of the CAs that count)."""
    files = {"MICROSCEP_FLASH": life.set.flash, "MICROSCEP_SECRET": f"{life.set.flash}.secret"}
    environment = dict(os.environ, MICROPYPATH=".frozen", **{k: str(v) for k, v in files.items()})
    command = [ROOT / "build" / "UNIX" / "firmware.elf", "-c", SCRIPT]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    first, *names = done.stdout.splitlines()
    return first == "True", [name.split("CA ")[1].split(",")[0] for name in names]


def test_servers_of_the_former_the_present_and_the_next_ca_are_taken(life):
    assert anchors(life) == (True, ["G1"])
    life.lab.act("rollover", "--at", day(300))
    life.boot(190)  # renews, and learns of the next CA
    assert anchors(life) == (True, ["G1", "G2"])
    life.boot(380)  # under G2; the RADIUS server may still be G1's
    assert anchors(life) == (True, ["G2", "G2", "G1"])
    life.lab.act("rollover", "--at", day(600))
    life.boot(570)
    life.boot(760)
    assert set(anchors(life)[1]) == {"G3", "G2"}


def test_a_rogue_ca_names_no_server_of_the_identity(life, tmp_path):
    (tmp_path / "rogue").mkdir()
    with Lab(tmp_path / "rogue", clock=day(0)) as rogue:
        rogue.act("rollover", "--at", day(20))
        other = {"scep_url": rogue.url(), "scep_ca_fingerprint": rogue.ca_sha256}
        life.configure(scep_psk="", **other)
        life.boot(1)
        life.set.ok("--time", day(10), "rollover")
        assert anchors(life) == (False, ["G1"])
        life.configure()
        life.boot(11)
        assert anchors(life) == (True, ["G1"])
