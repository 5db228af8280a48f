"""A set's whole life from 2030 on: what the lab CA's log says equals what the set says.

UNIX board, both clocks moved: renewals, one roll-over of the CA, one revocation, the year 2038,
random power cuts. A failing life prints the seed that replays it (LIFE_SEED).
"""

import datetime
import os
import random

import pytest

from lab_driver import Lab
from set_driver import CHALLENGE, Set

pytestmark = pytest.mark.micropython
START = datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)
STEP = 30  # days from boot to boot
VALID = 300  # days of a certificate


class Life:
    """One set, its lab, and the history that both must agree on."""

    def __init__(self, folder, lab, dice, cuts):
        self.lab, self.dice, self.day = lab, dice, 0
        self.set = Set("UNIX", folder).factory()
        self.file = folder / "lanpbx.cfg"
        self.file.write_text(
            f"scep_run=yes\nscep_url={lab.url()}\nscep_psk={CHALLENGE}\nscep_spread=0\n"
            f"scep_ca_fingerprint={lab.ca_sha256}\nscep_revocation=both\n"
        )
        self.serials = []  # as the set showed them, oldest first
        self.began = 0  # day of the newest one
        self.cuts_left = cuts

    def now(self):
        """Return the ISO time of this life."""
        moment = START + datetime.timedelta(days=self.day)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def boot(self):
        """Boot, where a renewal is due perhaps after a power cut in it; note what the set has."""
        self.lab.act("clock", self.now())
        words = ["--time", self.now(), "boot", "--lanpbx", self.file]
        if not self.serials:
            words += ["--until", "enrolled"]
        while self.cuts_left and self.renewal_due():
            step = self.dice.randrange(1, 800)  # a renewal programs more words than that
            answer = self.set.run("--power-cut", str(step), *words)
            self.cuts_left -= answer.status == 3
            self.note()
            if self.dice.randrange(3):
                break
        self.set.ok(*words)
        self.note()

    def renewal_due(self):
        """Tell whether half of the validity has passed."""
        return bool(self.serials) and self.day >= self.began + VALID // 2

    def note(self):
        """Hold what the set says against what the lab has issued."""
        status = self.set.ok("--time", self.now(), "status").last
        assert status["state"] == "active", status
        serial = status["serial"].lower().lstrip("0")
        row = self.lab.running.state.issued(serial)
        assert row is not None and row["subject"] == status["subject"]
        assert status["not_after"] > self.now()
        if serial not in self.serials:
            self.serials.append(serial)
            self.began = self.day

    def settle(self):
        """Compare the whole history with the lab's log."""
        log = self.lab.log()
        issued = []
        for row in log:
            if row["issued_serial"] and row["issued_serial"] not in issued:
                issued.append(row["issued_serial"])
        assert issued == self.serials
        first = {serial: next(r for r in log if r["issued_serial"] == serial) for serial in issued}
        return [first[serial] for serial in issued]


def _live(folder, days, rollover, revoke, cuts, seed):
    """Live for so many days; return (Life, the log's row of each certificate)."""
    dice = random.Random(seed)
    with Lab(folder, clock=START.isoformat(), lifetime=VALID * 86400) as lab:
        life = Life(folder, lab, dice, cuts)
        life.boot()
        boots = range(STEP, days, STEP)
        for life.day in boots:
            if rollover - VALID <= life.day < rollover - VALID + STEP:
                life.lab.act("clock", life.now())
                at = START + datetime.timedelta(days=rollover)
                lab.act("rollover", "--at", at.isoformat())
            if revoke <= life.day < revoke + STEP:
                life.lab.act("clock", life.now())
                lab.act("revoke", life.serials[-1])
                revoked = life.serials[-1]
            life.boot()
        rows = life.settle()
        successor = rows[life.serials.index(revoked) + 1]
        assert successor["message_type"] == "PKCSReq"
        # every other one is a renewal signed by the certificate before it
        for before, row in zip(life.serials, rows[1:], strict=False):
            if row is not successor and row["message_type"] != "CertPoll":
                assert (row["message_type"], row["signer_serial"]) == ("RenewalReq", before)
        generations = [lab.running.state.issued(s)["generation"] for s in life.serials]
        assert generations == sorted(generations) and generations[-1] == 1
        return life


def _seed():
    seed = int(os.environ.get("LIFE_SEED", random.randrange(1 << 32)))
    print(f"LIFE_SEED={seed}")
    return seed


@pytest.mark.check
def test_two_years_of_a_set_are_what_the_ca_has_logged(tmp_path):
    life = _live(tmp_path, 730, rollover=500, revoke=620, cuts=4, seed=_seed())
    assert len(life.serials) >= 5 and life.cuts_left == 0


@pytest.mark.soak
def test_ten_years_with_a_rollover_a_revocation_and_20_power_cuts_past_2038(tmp_path):
    life = _live(tmp_path, 3653, rollover=1800, revoke=2500, cuts=20, seed=_seed())
    assert life.now() > "2038-01-19T03:14:08Z" and life.cuts_left == 0
    assert len(life.serials) >= 20
