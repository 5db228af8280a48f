"""tools/mkflash: one image, or a batch of them from a table.

For people and the factory. The image holds no secret in clear; IMAGE.secret (mode 0600) stands for
what a real set keeps in fuses, and never goes into an image.
"""

import argparse
import sys

from tools.flashmaker import batch
from tools.flashmaker.maker import CA_FOLDER, make_image, random_mac
from tools.setctl_host import image
from tools.setctl_host.errors import Failure


def main(argv=None):
    """Run the command line; return 0, 1 on a reported error (2 on wrong usage)."""
    parser = argparse.ArgumentParser(prog="mkflash", description=__doc__)
    parser.add_argument("--board", choices=sorted(image.GEOMETRY), default="UNIX")
    parser.add_argument("--ca", metavar="DIR", default=CA_FOLDER, help="the factory CA's folder")
    parser.add_argument("--mac", type=_mac, help="12 hex digits (default: random)")
    parser.add_argument("--csv", metavar="TABLE", help="a batch: columns mac and any settings")
    parser.add_argument("path", metavar="IMAGE", help="the image; with --csv the folder")
    parser.add_argument("settings", nargs="*", metavar="KEY=VALUE", help="configuration")
    args = parser.parse_intermixed_args(argv)
    pairs = [tuple(pair.partition("=")[::2]) for pair in args.settings]
    if any("=" not in pair for pair in args.settings) or (args.csv and args.mac):
        parser.error("settings are KEY=VALUE; --mac is for one image")
    from tools.setctl_host.factory_ca import FactoryCa

    try:
        if args.csv:
            sets = [(mac, pairs + more) for mac, more in batch.read_table(args.csv)]
            batch.make_all(args.board, sets, FactoryCa(args.ca), args.path, _progress)
        else:
            made = make_image(args.board, args.mac or random_mac(), FactoryCa(args.ca), pairs)
            made.write(args.path)
            print(f"{args.path}: {args.board}, {made.name}")
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        return failure.status
    return 0


def _progress(done, of, name):
    print(f"{done} of {of}: {name}", flush=True)


def _mac(text):
    digits = text.replace(":", "").replace("-", "")
    value = bytes.fromhex(digits)
    if len(value) != 6:
        raise ValueError(text)
    return value
