"""The picture of a fleet's load over time: a row a fleet, a column a scenario.

For tools/fleet --plot; `make fleet` draws tools/fleetsim/fleet.png, which the README shows.
"""

_COLOURS = {"queue": "#1b6ca8", "retry-after": "#d9822b", "bare": "#6b4c9a"}
_TITLES = {
    "known": "scep_spread known",
    "unknown": "scep_spread unknown (600 s)",
    "outage": "server silent for two hours",
}


def draw(path, runs, capacity):
    """Write a PNG. runs: list of (sets, kind of server, scenario, fleetsim.model.Result)."""
    import matplotlib  # only who draws needs it

    matplotlib.use("Agg")
    from matplotlib import pyplot

    fleets = sorted({sets for sets, *_ in runs})
    scenarios = [name for name in _TITLES if any(name == run[2] for run in runs)]
    size = (3.4 * len(scenarios), 2.1 * len(fleets) + 0.6)
    figure, grid = pyplot.subplots(len(fleets), len(scenarios), figsize=size, squeeze=False)
    for sets, kind, scenario, result in runs:
        axes = grid[fleets.index(sets)][scenarios.index(scenario)]
        load = [count / 60 for count in result.per_minute]
        axes.plot(range(len(load)), load, label=kind, linewidth=1, color=_COLOURS.get(kind))
    for row, sets in zip(grid, fleets, strict=True):
        for axes, scenario in zip(row, scenarios, strict=True):
            axes.axhline(capacity, color="black", linestyle="--", linewidth=0.8)
            axes.set_ylim(bottom=0)
            axes.tick_params(labelsize=7)
            axes.set_title(f"{sets:,} sets, {_TITLES[scenario]}", fontsize=7)
    for axes in grid[-1]:
        axes.set_xlabel("minutes after the power came back", fontsize=7)
    for row in grid:
        row[0].set_ylabel("attempts a second", fontsize=7)
    grid[0][0].legend(fontsize=6, title=f"server; dashed: {capacity} a second", title_fontsize=6)
    figure.tight_layout()
    # no name of a program or its version inside: the same figures give the same file
    figure.savefig(path, dpi=90, metadata={"Software": None})
    pyplot.close(figure)
