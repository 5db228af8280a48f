"""The command line of tools/mkconfig: files for a fleet from a CSV, and the schema.

    tools/mkconfig files --common common.cfg --csv sets.csv --out DIR [--format lanpbx|dm]
    tools/mkconfig check FILE...
    tools/mkconfig schema

The common file holds what all sets share (the grammar of lanpbx.cfg); the CSV has a column `mac`
and one for each key that differs. Written are lanpbx.cfg and a lanpbx_<MAC>.cfg for each set, or
<MAC>.xml files for DM. Nothing is written where one value is wrong.
"""

import argparse
import csv
import json
import os
import sys

from phone import dm, lanpbx
from tools.configuring.files import FileError, checked_dm, checked_lanpbx, judged
from tools.configuring.schema import schema


def _parser():
    parser = argparse.ArgumentParser(
        prog="mkconfig", description="Make and check configuration files for sets."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    files = commands.add_parser("files", help="write the files of a roll-out")
    files.add_argument("--common", metavar="FILE", help="what all sets share")
    files.add_argument("--csv", metavar="FILE", help="mac and what differs, one set a row")
    files.add_argument("--out", metavar="DIR", required=True)
    files.add_argument("--format", choices=("lanpbx", "dm"), default="lanpbx")
    check = commands.add_parser("check", help="judge files as a set would")
    check.add_argument("file", nargs="+")
    commands.add_parser("schema", help="print the JSON schema of all keys")
    return parser


def _read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def _common(path):
    return judged(_read(path), lanpbx.Reader()) if path else []


def _rows(path):
    if not path:
        return []
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    made = []
    for number, row in enumerate(rows, 2):
        mac = (row.pop("mac", None) or "").replace(":", "").replace("-", "").upper()
        if len(mac) != 12 or any(c not in "0123456789ABCDEF" for c in mac):
            raise FileError(f"{path}, line {number}: the column mac holds no MAC address")
        made.append((mac, [(key, value) for key, value in row.items() if value]))
    return made


def _files(arguments):
    common, rows = _common(arguments.common), _rows(arguments.csv)
    if not common and not rows:
        raise FileError("give --common, --csv or both")
    whole = {}
    if arguments.format == "lanpbx" and common:
        whole["lanpbx.cfg"] = checked_lanpbx(common)
    for mac, pairs in rows:
        # A per-MAC file is read instead of the common one: it holds everything.
        merged = list({**dict(common), **dict(pairs)}.items())
        try:
            if arguments.format == "dm":
                whole[f"{mac}.xml"] = checked_dm(merged)
            else:
                whole[f"lanpbx_{mac}.cfg"] = checked_lanpbx(merged)
        except FileError as error:
            raise FileError(f"{mac}: {error}") from error
    os.makedirs(arguments.out, exist_ok=True)
    for name, text in whole.items():
        with open(os.path.join(arguments.out, name), "w", encoding="utf-8") as file:
            file.write(text)
    print(f"{len(whole)} files, written to {arguments.out}")


def _check(arguments):
    for path in arguments.file:
        reader = dm.Reader() if path.endswith(".xml") else lanpbx.Reader()
        try:
            print(f"{path}: {len(judged(_read(path), reader))} keys, all good")
        except FileError as error:
            raise FileError(f"{path}: {error}") from error


def main(argv=None):
    """Run; return the exit status: 0, 1 where a value or file is wrong, 2 on wrong usage."""
    arguments = _parser().parse_args(argv)
    try:
        if arguments.command == "schema":
            print(json.dumps(schema(), indent=2))
        elif arguments.command == "files":
            _files(arguments)
        else:
            _check(arguments)
        return 0
    except (FileError, OSError, UnicodeError) as error:
        print(f"mkconfig: {error}", file=sys.stderr)
        return 1
