"""Power cut at flash steps of configuring, enrolling and renewing: the set always has an identity.

A sample through tools/setctl (`--power-cut N`) on the UNIX board; host_tests/powercut has them all
on the key store itself.
"""

import pytest

from lab_driver import Lab
from set_driver import Set

pytestmark = pytest.mark.micropython


@pytest.fixture(name="lab", scope="module")
def _shared_lab(tmp_path_factory):
    with Lab(tmp_path_factory.mktemp("lab")) as lab:
        yield lab


@pytest.fixture(name="factory", scope="module")
def _factory(tmp_path_factory, lab):
    return Set("UNIX", tmp_path_factory.mktemp("factory")).factory().configure(lab)


@pytest.fixture(name="enrolled", scope="module")
def _enrolled(tmp_path_factory, factory):
    enrolled = factory.copy(tmp_path_factory.mktemp("enrolled"))
    enrolled.ok("enroll")
    return enrolled


def _steps(device, tmp_path, *command):
    """Return how many flash steps a command takes, at most 32 too few."""
    low, high = 1, 4096
    while high - low > 32:
        middle = (low + high) // 2
        trial = device.copy(tmp_path)
        if trial.run("--seed", "1", "--power-cut", str(middle), *command).status == 3:
            low = middle + 1
        else:
            high = middle
    return low - 1


def _points(count, steps):
    return sorted({1 + i * (steps - 1) // (count - 1) for i in range(count)})


CUTS = [
    pytest.param(4, id="four cuts"),
    pytest.param(60, id="sixty cuts", marks=pytest.mark.check),
]


@pytest.mark.parametrize("count", CUTS)
def test_a_cut_in_an_enrolment_leaves_a_set_that_enrols(factory, tmp_path, count):
    steps = _steps(factory, tmp_path, "enroll")
    assert steps > 100  # key, transaction, certificate and chain go to flash word by word
    for step in _points(count, steps):
        trial = factory.copy(tmp_path)
        answer = trial.run("--power-cut", str(step), "enroll")
        assert answer.status == 3, (step, answer.last)
        state = trial.ok("status").last
        assert state["state"] in ("factory", "enrolling", "active"), (step, state)
        trial.ok("enroll")
        assert trial.identity()["state"] == "active", step


@pytest.mark.check
@pytest.mark.parametrize("count", [60])
def test_a_cut_in_a_renewal_keeps_a_working_identity(enrolled, tmp_path, count):
    before = enrolled.identity()
    for step in _points(count, _steps(enrolled, tmp_path, "renew")):
        trial = enrolled.copy(tmp_path)
        answer = trial.run("--power-cut", str(step), "renew")
        assert answer.status == 3, (step, answer.last)
        after = trial.identity()
        assert after["state"] == "active", (step, after)
        trial.ok("renew")
        assert trial.identity()["serial"] != before["serial"]


@pytest.mark.check
@pytest.mark.parametrize("count", [60])
def test_a_cut_in_a_configuration_leaves_the_old_or_the_new_one(enrolled, tmp_path, count):
    keys = ("scep_url=http://other.example/scep", "scep_psk=Other-Challenge", "scep_renew=80")
    for step in _points(count, _steps(enrolled, tmp_path, "config", *keys)):
        trial = enrolled.copy(tmp_path)
        assert trial.run("--power-cut", str(step), "config", *keys).status == 3
        assert trial.identity() == enrolled.identity()
        # what a repetition says it still changes tells what was in force: all of it or nothing
        changed = [event["key"] for event in trial.ok("config", *keys).named("config")]
        assert changed in ([], ["scep_url", "scep_psk", "scep_renew"]), (step, changed)
