"""A fleet that boots at once is served within its bounds, by the firmware's own constants."""

import pytest

from phone import backoff
from tools.fleetsim import commands
from tools.fleetsim.commands import FLEETS, SCENARIOS, holds, simulate
from tools.fleetsim.model import SERVERS


@pytest.mark.parametrize("sets", [4000, pytest.param(30000, marks=pytest.mark.check),
                                  pytest.param(80000, marks=pytest.mark.check)])  # fmt: skip
@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_99_percent_are_enrolled_within_the_bound(sets, kind, scenario):
    result, limit, load = simulate(sets, kind, scenario)
    assert holds(result, limit, load, scenario), (result.t99, limit, result.peak, load)


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    first, again, other = (simulate(4000, "bare", "outage", seed)[0] for seed in (1, 1, 2))
    assert (first.t99, first.per_minute) == (again.t99, again.per_minute)
    assert first.per_minute != other.per_minute


@pytest.mark.check
@pytest.mark.parametrize("name, value", [("LIMIT", 60), ("LIMIT", 4 * 3600)])
def test_negative_control_another_constant_changes_the_figures_and_breaks_a_bound(
    monkeypatch, name, value
):
    monkeypatch.setattr(backoff, name, value)
    runs = [(s, simulate(FLEETS[2], "bare", s)) for s in ("unknown", "outage")]
    assert not all(holds(*run, scenario) for scenario, run in runs)


@pytest.mark.check
def test_the_same_runs_are_drawn_as_the_same_picture(tmp_path):
    pictures = []
    for number in range(2):
        path = tmp_path / f"{number}.png"
        assert commands.main(["--sets", "4000", "--server", "bare", "--plot", str(path)]) == 0
        pictures.append(path.read_bytes())
    assert pictures[0] == pictures[1] and pictures[0].startswith(b"\x89PNG")
