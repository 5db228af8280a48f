"""Many sets from a CSV table: images, secrets and a manifest.

For main.py. The table's first line names the columns: `mac`, and any configuration keys.
"""

import csv
import os

from tools.flashmaker.maker import make_image
from tools.setctl_host.errors import Failure

MANIFEST = "manifest.csv"


def read_table(path):
    """Return a list of (mac, settings); raises Failure config with the line that is wrong."""
    sets, seen = [], set()
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            table = csv.DictReader(file)
            if "mac" not in (table.fieldnames or ()):
                raise Failure("config", f"{path}: the first line names no column mac")
            for row in table:
                sets.append(_row(path, table.line_num, row, seen))
    except OSError as error:
        raise Failure("config", f"{path}: {error.strerror}") from error
    return sets


def _row(path, line, row, seen):
    digits = (row.pop("mac") or "").replace(":", "").replace("-", "")
    try:
        mac = bytes.fromhex(digits)
    except ValueError:
        mac = b""
    if len(mac) != 6 or mac[0] & 1:
        raise Failure("config", f"{path}, line {line}: {digits!r} is no MAC address of a set")
    if mac in seen:
        raise Failure("config", f"{path}, line {line}: {digits} was there before")
    if None in row:
        raise Failure("config", f"{path}, line {line}: more values than columns")
    seen.add(mac)
    return mac, [(key, value) for key, value in row.items() if value]


def make_all(board, sets, ca, folder, progress):
    """Make each set's image in folder, and the manifest line by line.

    progress: called with (done, of, name). An image that is there already is not made again, so
    an interrupted batch goes on; the manifest names whatever is complete.
    """
    os.makedirs(folder, exist_ok=True)
    manifest = os.path.join(folder, MANIFEST)
    done = _already(manifest)
    with open(manifest, "a", newline="", encoding="utf-8") as file:
        writer = None
        for number, (mac, settings) in enumerate(sets, 1):
            name = mac.hex().upper()
            path = os.path.join(folder, name + ".flash")
            if name not in done or not os.path.exists(path):
                made = make_image(board, mac, ca, settings)
                made.write(path)
                line = made.manifest(path)
                if writer is None:
                    writer = csv.DictWriter(file, line)
                    if not done and file.tell() == 0:
                        writer.writeheader()
                writer.writerow(line)
                file.flush()
            progress(number, len(sets), name)


def _already(manifest):
    try:
        with open(manifest, newline="", encoding="utf-8") as file:
            return {row["mac"] for row in csv.DictReader(file)}
    except OSError:
        return set()
