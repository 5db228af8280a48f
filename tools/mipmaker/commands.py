"""tools/mip: the command line.

For tools/mip. Exit status 0, 1 where a package cannot be made, 2 on wrong usage.
"""

import argparse
import os
import sys
from pathlib import Path

from tools.mipmaker import packages


def main(argv=None):
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="mip",
        description="Make the packages scep and keystore, which `mpremote mip install` takes.",
    )
    parser.add_argument(
        "--out", type=Path, default=packages.ROOT / "build" / "mip", help="default: build/mip"
    )
    parser.add_argument(
        "--into", type=Path, metavar="DIR", help="also copy them to DIR, as mip does to a board"
    )
    args = parser.parse_args(argv)
    try:
        made = packages.make(args.out)
    except packages.PackageError as e:
        print(f"error: {e}", file=sys.stderr)
        return 1
    for name, octets in made.items():
        path = os.path.relpath(args.out / name / "package.json")
        print(f"{path}: {octets} bytes, version {packages.version()}")
    if args.into:
        print(f"{args.into}: {packages.install(args.out, args.into)} files")
    return 0
