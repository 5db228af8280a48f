"""What SCEP's messages cost on NOE: executed instructions and heap, kept in build/noe-figures.json.

Instructions by virtual time under `-icount shift=0` (one instruction is one nanosecond; the code
never idles). The share of the RSA operations is measured beside, one by one, so that what is left
is the cost of the Python code. Rows: operation, instructions, rsa_instructions, heap_kib (beyond
the message itself), octets. The limits are those of DESIGN.md section 8 and of the steps.
"""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

import certrep
import scepcore
from emulator.noe import ROOT, Noe
from emulator.test_scep_crl_cost import AFTER, PIECE, SCAN, head
from emulator.test_scep_heap import (
    BUILD,
    OPEN,
    SETUP,
    blob,
    certificate_of,
    give_certrep,
    give_keys,
)
from small_pki import Authority

pytestmark = [pytest.mark.emulator, pytest.mark.check]

RECORD = ROOT / "build" / "noe-figures.json"
COST = """
import time
from errors import Error
def cost(run, count=1):
    # executed instructions of one run, in thousands
    gc.collect()
    start = time.ticks_us()
    for _ in range(count):
        run()
    return time.ticks_diff(time.ticks_us(), start) // count
digest = bytes(32)
n, e = key.public()
sealed = scepcore.rsa_encrypt(n, e, bytes(16))
signature = key.sign("sha256", digest)
sign = cost(lambda: key.sign("sha256", digest), 3)
decrypt = cost(lambda: key.decrypt(sealed), 3)
verify = cost(lambda: scepcore.rsa_verify(n, e, "sha256", digest, signature), 3)
encrypt = cost(lambda: scepcore.rsa_encrypt(n, e, bytes(16)), 3)
"""


@pytest.fixture(name="figures", scope="module")
def _figures():
    rows = []
    yield rows
    RECORD.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    for row in rows:
        print(row)


@pytest.fixture(name="keys", scope="module")
def _keys():
    if not scepcore.seeded():
        scepcore.seed(bytes(48))
    return rsa.generate_private_key(65537, 2048), rsa.generate_private_key(65537, 2048)


@pytest.fixture(name="noe", scope="module")
def _noe(tmp_path_factory, keys):
    ca, own = keys
    folder = tmp_path_factory.mktemp("noe")
    with Noe(folder, nic=None, extra=("-icount", "shift=0")) as noe:
        noe.run(SETUP)
        give_keys(noe, ca, own)
        noe.run("if not scepcore.seeded(): scepcore.seed(bytes(48))\n")
        noe.run(COST, 120)
        yield noe


def row(figures, operation, thousands, rsa_thousands, heap, octets):
    """Keep one row; return the instructions beyond RSA."""
    figures.append(
        {
            "operation": operation,
            "instructions": 1000 * thousands,
            "rsa_instructions": 1000 * rsa_thousands,
            "heap_kib": heap,
            "octets": octets,
        }
    )
    return 1000 * (thousands - rsa_thousands)


def test_parsing_a_certificate(noe, keys, figures):
    ca, own = keys
    data = certificate_of(own, ca, "CN=00809F59E1A0", 300)
    noe.run(blob("d3", data, False))
    noe.run("def parse():\n    Certificate(d3)\n")
    heap = int(noe.run("print(peak(parse))", 120))
    thousands = int(noe.run("print(cost(parse, 20))", 120))
    assert row(figures, "parse a certificate", thousands, 0, heap, len(data)) < 20_000_000
    assert heap <= 4


def test_building_a_pkcsreq(noe, figures):
    heap, octets = map(int, noe.run(BUILD, 300).split())
    thousands, rsa_share = map(int, noe.run("print(cost(build), 2 * sign + encrypt)", 120).split())
    beyond = row(figures, "build a PKCSReq", thousands, rsa_share, heap, octets)
    assert 0 < beyond < 20_000_000 and heap * 1024 <= 10 * 1024 + octets


def test_opening_a_certrep(noe, keys, figures):
    ca, own = keys
    give_certrep(noe, ca, own)
    heap, octets = map(int, noe.run(OPEN % (certrep.TRANSACTION, certrep.NONCE), 300).split())
    text = noe.run("print(cost(opened), decrypt + verify)", 120)
    thousands, rsa_share = map(int, text.split())
    beyond = row(figures, "open a CertRep", thousands, rsa_share, heap, octets)
    assert 0 < beyond < 20_000_000 and heap <= 12


def test_scanning_10000_crl_entries(noe, figures):
    ca = Authority("CN=CA")
    leaf = ca.issue("CN=phone", ca.key, b"\x2a")
    for name, data in (("d1", leaf.der), ("d2", ca.certificate.der), ("piece", PIECE)):
        noe.run(blob(name, bytes(data), False))
    noe.run(blob("after", AFTER, False))
    start = head(500, bytes(ca.subject))
    noe.run(blob("one", start, False))
    noe.run(
        "heads = {500: one}; Client = names = policy = None\nfrom scep.signatures import finish"
    )
    noe.run("body = kept = None")
    noe.run(SCAN.replace("def cost(", "def timed("))
    heap = int(noe.run("print(peak(lambda: scan(500, 0)))", 600))
    thousands = int(noe.run("print(timed(scan, 500, 0)[0])", 300))
    octets = len(start) + 500 * len(PIECE) + len(AFTER)
    beyond = row(figures, "scan 10,000 CRL entries", thousands, 0, heap, octets)
    # The digest's share included.
    assert beyond / 10_000 <= 12_000 and heap <= 8
