"""tools/flashdump: the image in words, a line for each record.

For people. FORMAT.md names the fields; a private key is never printed, its modulus is.
"""

import argparse
import hashlib
import sys

from tools.flashreader import blocks
from tools.flashreader.image import SLOTS, Image, NotAStore

TAGS = {
    1: {1: "key", 2: "certificate", 3: "chain", 16: "device check", 17: "MAC"},
    2: {1: "key", 2: "certificate", 3: "chain", 4: "transaction"},
    4: {1: "CA", 2: "RA signing", 3: "RA encryption", 4: "next CA", 5: "CA chain"},
    5: {1: "settings", 2: "challenge", 3: "MMI password", 4: "challenge CMS"},
    6: {1: "lifecycle", 2: "last error", 3: "clock", 4: "capabilities"},
    7: {1: "active identity"},
}
TAGS[3] = TAGS[2]


def main(argv=None):
    """Run the command line; return 0, 1 where something is damaged, 2 where it is no store."""
    parser = argparse.ArgumentParser(prog="flashdump", description=__doc__)
    parser.add_argument("image")
    parser.add_argument("--secret", metavar="FILE", help="show the sealed values too")
    parser.add_argument("--offset", type=lambda s: int(s, 0), default=0, help="of the store")
    args = parser.parse_args(argv)
    try:
        with open(args.image, "rb") as file:
            data = file.read()
        secret = None
        if args.secret:
            with open(args.secret, "rb") as file:
                secret = file.read()
        image = Image(data, secret, args.offset)
    except (OSError, NotAStore) as error:
        print(f"flashdump: {args.image}: {error}", file=sys.stderr)
        return 2
    for line in describe(image):
        print(line)
    return 1 if image.damage else 0


def describe(image):
    """Yield the lines that explain an Image."""
    g = image.geometry
    kind = "word" if g.words else "page"
    yield f"key store, format version {blocks.VERSION}, {kind} geometry: unit {g.unit},"
    yield f"  {g.sectors} sectors of {g.size} bytes ({g.span} x {g.block}), grain {g.grain}"
    yield f"boots: {image.boots}"
    for sector in image.sectors:
        yield ""
        yield from _sector(image, sector)
    yield ""
    for at, sentence in image.damage:
        yield f"damage at {at:#08x}: {sentence}"
    if not image.damage:
        yield "no damage"


def _sector(image, sector):
    role = "factory" if sector.index == 0 else "log"
    line = f"sector {sector.index} at {sector.base:#08x}: {role}, {sector.state}"
    line += f", {'unknown' if sector.erases is None else sector.erases} erases"
    if sector.seq:
        line += f", sequence {sector.seq}, boots {sector.boots}, version {sector.version}"
    if sector is image.log:
        line += ", IN FORCE"
    yield line
    if sector.index and sector is not image.log:
        return
    for record in sector.records:
        yield from _record(image, record)
    for number, entry in enumerate(sector.entries):
        if entry is False:
            yield f"  boot entry {number}: torn"
        elif entry:
            x, y, mark = entry
            what = "nothing was decided yet" if not y else f"ends at {x:#x}, goes on at {y:#x}"
            boot = ("power-on" if mark else "again") if image.geometry.words else f"boot {mark}"
            yield f"  boot entry {number}: {boot}, {what}"


def _record(image, record):
    tag = TAGS.get(record.slot, {}).get(record.tag, f"tag {record.tag}")
    kinds = [(4, "deletion"), (2, "sealed key"), (1, "sealed"), (0, "clear")]
    kind = next(name for bit, name in kinds if record.flags & bit or not bit)
    size = record.length - record.trailer
    copied = ", copied" if record.flags & blocks.COPIED and record.slot != 1 else ""
    slot = SLOTS.get(record.slot, f"slot {record.slot}")
    yield (
        f"  {record.at:#08x} {slot}, {tag}: {kind}, {size} bytes, "
        f"version {record.version}{copied}, {record.status}"
    )
    if record.status in ("current", "given up", "replaced") and not record.flags & 4:
        if record.flags & 3 and not image.seals:
            return
        yield f"      {_value(record, image.payload(record))}"


def _value(record, value):
    """Return a value for the eye; of a key only what is public."""
    if record.flags & 2:
        plen, qlen = int.from_bytes(value[2:4], "big"), int.from_bytes(value[4:6], "big")
        p = int.from_bytes(value[12 : 12 + plen], "big")
        q = int.from_bytes(value[12 + plen : 12 + plen + qlen], "big")
        n = (p * q).to_bytes(((p * q).bit_length() + 7) // 8, "big")
        return f"RSA, {8 * len(n)} bits, SHA-256 of the modulus {hashlib.sha256(n).hexdigest()}"
    if value and all(32 <= byte < 127 or byte in (10, 13) for byte in value):
        return repr(value.decode("ascii"))
    short = value[:32].hex() + ("..." if len(value) > 32 else "")
    return f"{short} (SHA-256 {hashlib.sha256(value).hexdigest()[:16]})"
