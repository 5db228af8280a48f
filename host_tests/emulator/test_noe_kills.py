"""ACCEPTANCE.md section 2, check 7: the emulator is killed at random moments of a renewal on NOE.

No hook in the firmware: the process ends as power does. A failure prints the seed that replays the
draws (KILL_SEED), as far as the machine's speed does.
"""

import os
import random
import time

import pytest

from lab_driver import Lab
from set_driver import Set

pytestmark = pytest.mark.emulator


@pytest.fixture(name="factory", scope="module")
def _factory(tmp_path_factory):
    return Set("NOE", tmp_path_factory.mktemp("factory")).factory()


def _proven(device, lab, lives, where):
    """After a kill: there is an identity that the CA knows, and its key signs and decrypts."""
    status = device.ok("status").last
    assert (status["slot"], status["state"]) == ("active", "active"), (*where, status)
    serial = status["serial"].lower().lstrip("0")
    row = lab.running.state.issued(serial)
    assert row is not None, (*where, serial)
    if lives:
        assert row["revoked_at"] is None, (*where, serial)
    # GetCert is signed by the active key, and its answer is encrypted to it
    assert "CERTIFICATE" in device.ok("getcert", serial).last["pem"], where


@pytest.mark.parametrize(
    ("kills", "revoking"),
    [
        pytest.param(5, True, marks=pytest.mark.check, id="5 of revoke-on-renew"),
        pytest.param(50, True, marks=pytest.mark.soak, id="50 of revoke-on-renew"),
        pytest.param(50, False, marks=pytest.mark.soak, id="50"),
    ],
)
def test_killed_renewals_leave_a_working_identity(factory, tmp_path, kills, revoking):
    seed = int(os.environ.get("KILL_SEED") or random.randrange(1 << 32))
    dice = random.Random(seed)
    flags = {"challenge": None, "one_time": True, "revoke_on_renew": revoking}
    with Lab(tmp_path, **flags) as lab:
        device = factory.copy(tmp_path).configure(lab, challenge=lab.challenge)
        device.ok("enroll")
        # one more, for the case that the answer to a renewal is lost and cannot be had again
        device.ok("config", "scep_psk=" + lab.act("challenge").strip())
        began = time.monotonic()
        device.ok("renew")
        lasts = time.monotonic() - began
        hit = 0
        for kill in range(kills):
            hit += device.kill(dice.uniform(0.05 * lasts, lasts), "renew")
            # with --revoke-on-renew the CA may have withdrawn the old one and issued another,
            # which the set fetches with its next renewal
            _proven(device, lab, not revoking, ("KILL_SEED", seed, "kill", kill))
            if kill % 5 == 4:
                device.ok("renew")
                _proven(device, lab, True, ("KILL_SEED", seed, "renewed after", kill))
        assert hit >= kills // 2, (hit, kills)
        used = [row for row in lab.running.state.challenges() if row["used_by"] is not None]
        assert len(used) <= 2, (seed, used)  # the first enrolment's, and at most one
