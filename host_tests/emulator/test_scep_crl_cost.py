"""What one more entry of a CRL costs on NOE: linear, and at most 10,000 instructions.

Counted by virtual time under `-icount shift=0` (one instruction is one nanosecond; the code
never idles).  The entries are one piece fed again and again: the signature is wrong at the end,
which is the expected result and a fixed cost.
"""

import pytest

from certrep import tlv
from emulator.noe import Noe
from emulator.test_scep_heap import blob
from small_pki import Authority

pytestmark = pytest.mark.emulator

PER_PIECE = 20
SETUP = """
import gc, time
from binascii import a2b_base64
import scepcore
from errors import Error
from scep.crl_stream import CrlScan
from scep.signatures import finish
from scep.x509 import Certificate
"""
SCAN = """
own = Certificate(d1)
ca = Certificate(d2)
def scan(pieces, worst):
    s = CrlScan(own, ca)
    finish(s.sink(heads[pieces], 0, len(heads[pieces])))
    for i in range(pieces):
        start = time.ticks_us()
        finish(s.sink(piece, 0, len(piece)))
        worst = max(worst, time.ticks_diff(time.ticks_us(), start))
    finish(s.sink(after, 0, len(after)))
    try:
        finish(s.finish())
    except Error as e:
        assert e.code == "cert-signature", e.message
    assert s.entries == pieces * 20, s.entries
    return worst
def digest(pieces):
    h = scepcore.hash("sha256")
    for i in range(pieces):
        h.update(piece)
def cost(run, *arguments):
    gc.collect()
    start = time.ticks_us()
    result = run(*arguments)
    return time.ticks_diff(time.ticks_us(), start), result
"""


def entry(n):
    serial = bytes([0x20 + n]) + bytes(range(15))
    reason = bytes.fromhex("300c300a0603551d1504030a0101")
    return tlv(0x30, tlv(2, serial), tlv(0x17, b"260101000000Z"), reason)


PIECE = b"".join([entry(n) for n in range(PER_PIECE)])


def head(pieces, name):
    """Return a CRL's octets before its entries, with lengths for so many pieces."""
    listed = len(PIECE) * pieces
    algorithm = bytes.fromhex("300d06092a864886f70d01010b0500")
    start = b"\x02\x01\x01" + algorithm + name
    start += tlv(0x17, b"260101000000Z") + tlv(0x17, b"360101000000Z")
    start += b"\x30\x84" + listed.to_bytes(4, "big")
    tbs = b"\x30\x84" + (len(start) + listed).to_bytes(4, "big") + start
    whole = len(tbs) + listed + len(AFTER)
    return b"\x30\x84" + whole.to_bytes(4, "big") + tbs


AFTER = bytes.fromhex("300d06092a864886f70d01010b0500") + tlv(3, b"\0" + b"\x01" * 128)


@pytest.mark.parametrize(
    "sizes",
    [(50, 500), pytest.param((50, 500, 5000), marks=pytest.mark.check)],
    ids=["10,000 entries", "100,000 entries"],
)
def test_one_more_entry_costs_the_same_and_little(tmp_path, sizes):
    ca = Authority("CN=CA")
    own = ca.issue("CN=phone", ca.key, b"\x2a")
    with Noe(tmp_path, nic=None, extra=("-icount", "shift=0")) as noe:
        noe.run(SETUP)
        for name, data in (("d1", own.der), ("d2", ca.certificate.der), ("piece", PIECE)):
            noe.run(blob(name, bytes(data), False))
        noe.run(blob("after", AFTER, False))
        noe.run("heads = {}")
        for pieces in sizes:
            noe.run(blob("one", head(pieces, bytes(ca.subject)), False))
            noe.run(f"heads[{pieces}] = one")
        noe.run(SCAN)
        figures = []
        worst = 0
        for pieces in sizes:
            text = noe.run(f"print(cost(scan, {pieces}, 0), cost(digest, {pieces}))", 300)
            scan, slowest, hashed = [int(n) for n in text.replace("None", "").replace("(", "")
                                     .replace(")", "").replace(",", "").split()]  # fmt: skip
            figures.append((pieces * PER_PIECE, 1000 * scan, 1000 * hashed))
            worst = max(worst, 1000 * slowest)
    slopes = []
    for (few, some, less), (many, more, most) in zip(figures, figures[1:], strict=False):
        slopes.append(((more - some) - (most - less)) / (many - few))
    print(f"instructions an entry beyond the digest: {slopes}; longest step {worst}")
    assert all(slope <= 10000 for slope in slopes)
    assert max(slopes) <= 1.05 * min(slopes)
    assert worst <= 20_000_000
