"""The command line of the fleet simulation: scenarios, table, plot.

For tools/fleet and `make fleet`; the scenarios and bounds are the project's acceptance page's.
"""

import argparse
import json
import sys

from tools.fleetsim import plot
from tools.fleetsim.model import CAPACITY, SERVERS, Server, run

FLEETS = (4000, 30000, 80000)
SCENARIOS = ("known", "unknown", "outage")
DEFAULT_SPREAD = 600
OUTAGE = 7200


def known_spread(sets):
    """Return the scep_spread that an admin sets for a fleet: 1.2 x what the PKI needs for it."""
    return sets * 12 // (10 * CAPACITY)


def simulate(sets, kind, scenario, seed=1, progress=None):
    """Run one scenario; return (Result, limit of t99 in s, limit of the load or None)."""
    spread = DEFAULT_SPREAD if scenario == "unknown" else known_spread(sets)
    outage = (spread / 2, spread / 2 + OUTAGE) if scenario == "outage" else None
    result = run(sets, Server(kind, outage=outage), spread, seed, progress=progress)
    bound = sets / CAPACITY
    if scenario == "known":
        return result, 1.3 * bound, None
    if scenario == "unknown":
        return result, 3 * max(bound, DEFAULT_SPREAD), 4.0
    return result, 3600 + 1.3 * bound, 3.0


def holds(result, limit, load, scenario):
    """Return True when a run is within its bounds and no challenge was used twice."""
    peak = result.peak_settled if scenario == "unknown" else result.peak
    in_time = result.t99 is not None and result.t99 <= limit
    return in_time and (load is None or peak <= load) and result.twice == 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="fleet",
        description="Simulate sets that boot at once, by the firmware's own decisions.",
    )
    parser.add_argument("--sets", type=int, action="append", help="fleet size (default: all three)")
    parser.add_argument("--server", choices=SERVERS, action="append")
    parser.add_argument("--scenario", choices=SCENARIOS, action="append")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON object a run")
    parser.add_argument("--plot", metavar="PNG", help="load over time (needs matplotlib)")
    return parser


def _bar(share):
    if sys.stderr.isatty():
        sys.stderr.write(f"\r[{'#' * (share // 4):25}] {share:3d} %")
        sys.stderr.write("\r" + " " * 40 + "\r" if share >= 99 else "")
        sys.stderr.flush()


def main(argv=None):
    """Run the scenarios asked for; exit status 1 where a bound does not hold, 4 without plot."""
    arguments = _parser().parse_args(argv)
    failures, runs = 0, []
    if not arguments.json:
        print("   sets  server       scenario   99 % in  limit   peak  crowded  attempts  twice")
    for sets in arguments.sets or FLEETS:
        for kind in arguments.server or SERVERS:
            for scenario in arguments.scenario or SCENARIOS:
                result, limit, load = simulate(sets, kind, scenario, arguments.seed, _bar)
                good = holds(result, limit, load, scenario)
                failures += not good
                runs.append((sets, kind, scenario, result))
                _print(arguments.json, sets, kind, scenario, result, limit, good)
    if arguments.plot:
        try:
            plot.draw(arguments.plot, runs, CAPACITY)
        except ImportError:
            print("fleet: --plot needs matplotlib: `make fleet` installs it", file=sys.stderr)
            return 4
    return 1 if failures else 0


def _print(as_json, sets, kind, scenario, result, limit, good):
    if as_json:
        row = {
            "sets": sets, "server": kind, "scenario": scenario, "t99": result.t99, "limit": limit,
            "peak": result.peak, "crowded_minutes": result.crowded, "attempts": result.attempts,
            "challenges_twice": result.twice, "ok": good,
        }  # fmt: skip
        print(json.dumps(row), flush=True)
        return
    t99 = f"{result.t99:6.0f} s" if result.t99 is not None else "   never"
    print(
        f"{sets:7d}  {kind:11}  {scenario:8}  {t99}  {limit:5.0f}  {result.peak:5.2f}"
        f"  {result.crowded:7d}  {result.attempts:8.2f}  {result.twice:5d}"
        f"  {'ok' if good else 'OUT OF BOUNDS'}",
        flush=True,
    )
