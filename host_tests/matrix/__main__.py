"""Run the matrix and the fault table, print them, write build/matrix.json: `make matrix`."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from matrix import faults
from matrix.cells import walk
from tools.lab.profiles import PROFILES

ROOT = Path(__file__).resolve().parent.parent.parent
# HTTPS is the default of NDES 2008.
TLS_PROFILES = ("rfc8894", "ndes2008", "ndes2008r2", "opentrust")


def _say(row):
    words = [row["board"], row["profile"], row["operation"], row["method"], row["result"]]
    print("{:5} {:15} {:32} {:5} {:5} {}".format(*words, row["code"] or ""), flush=True)


def cells(boards, wanted):
    """Yield the rows of the profiles."""
    for board in boards:
        for profile in PROFILES:
            for tls in (False, True) if profile in TLS_PROFILES else (False,):
                name = f"{board}/{profile}{'+tls' if tls else ''}"
                if wanted and wanted not in name:
                    continue
                with tempfile.TemporaryDirectory() as folder:
                    yield from walk(board, profile, Path(folder), board == "UNIX", tls)


def table(boards, wanted):
    """Yield the rows of the faults."""
    for board in boards:
        with tempfile.TemporaryDirectory() as folder:
            yield from faults.rows(
                board, Path(folder), lambda name, b=board: wanted in f"{b}/fault:{name}"
            )


def main():
    """Return 0, or 1 where a cell failed."""
    parser = argparse.ArgumentParser(prog="matrix")
    parser.add_argument("--board", action="append", choices=("UNIX", "NOE"))
    parser.add_argument(
        "--only", default="", help="text that a row's BOARD/PROFILE or BOARD/fault:NAME holds"
    )
    arguments = parser.parse_args()
    boards = arguments.board or ("UNIX", "NOE")
    rows = []
    for part in (cells, table):
        for row in part(boards, arguments.only):
            rows.append(row)
            _say(row)
    counted = [row for row in rows if row["result"] != "n/a"]
    failures = [row for row in counted if row["result"] == "fail"]
    if not arguments.only:
        (ROOT / "build" / "matrix.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    print(f"{len(counted)} cells, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
