"""A branch office: 600 ms round trip, 2 % loss, 64 kbit/s. The set boots, enrols and renews."""

import pytest

from emulator.cable import Cable
from matrix.cells import LabAt
from set_driver import CHALLENGE, Set

pytestmark = [pytest.mark.emulator, pytest.mark.check]
# With this seed a cable loses its frames 16 and 54: some are lost in every run.
WAN = {"loss": 0.02, "delay": 0.3, "rate": 64000, "seed": 5}


@pytest.mark.parametrize("tls", [False, True])
def test_a_set_boots_enrols_and_renews_over_a_bad_line(tmp_path, tls):
    at = LabAt("rfc8894", tmp_path / "lab", challenge=CHALLENGE, tls=tls)
    phone = Set("NOE", tmp_path).factory()
    lanpbx = tmp_path / "lanpbx.cfg"
    lanpbx.write_text(
        f'scep_run=yes scep_url="{at.url().replace("{host}", "10.0.2.2")}" scep_spread=0\n'
        f'scep_psk="{CHALLENGE}" scep_ca_fingerprint={at.ca_sha256}\n'
    )
    try:
        with Cable(**WAN) as cable:
            words = ("--nic", cable.nic, "--timeout", "240")
            phone.ok("boot", "--lanpbx", str(lanpbx), "--until", "enrolled", *words)
            first = phone.identity()
            assert first["state"] == "active"
            phone.ok("renew", *words)
            assert phone.identity()["serial"] != first["serial"]
            assert cable.lost > 0
    finally:
        at.lab.close()
