"""Heap that SCEP's messages need on NOE, beyond the messages themselves (DESIGN section 8).

Measured at the development image's prompt: the free heap is cut down to N KiB by one large
allocation, and the smallest N with which the operation succeeds is found by bisection.
"""

import binascii

import pytest
from cryptography import x509 as x
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import certrep
import scepcore
from emulator.noe import Noe
from scep.x509 import Certificate
from small_pki import Authority

pytestmark = pytest.mark.emulator

SETUP = """
import gc, noe, scepcore
from binascii import a2b_base64
from scep import cms, message, names, policy, registry, request, transaction
from scep.client import Client
from scep.crl_stream import CrlScan
from scep.signatures import finish
from scep.x509 import Certificate
def fill(free):
    # hold all of the heap but `free` octets in one piece
    kept = bytearray(free)
    taken = [None] * 3000
    count = 0
    for size in (4096, 512, 64, 16):
        try:
            while True:
                taken[count] = bytearray(size)
                count += 1
        except MemoryError:
            pass
    return taken
def peak(run):
    # the smallest free heap, in KiB, with which run() succeeds
    low, high = 0, 64
    while high - low > 1:
        middle = (low + high) // 2
        gc.collect()
        taken = fill(1024 * middle)
        gc.collect()
        try:
            run()
            high = middle
        except MemoryError:
            low = middle
        taken = None
    return high
"""


def blob(name, data, writable=True):
    """Return code that makes `name` of data, in lines that the serial line bears."""
    lines = [f"{name} = bytearray({len(data)})", "at = 0"]
    for at in range(0, len(data), 384):
        text = binascii.b2a_base64(data[at : at + 384], newline=False).decode()
        lines.append(f"d = a2b_base64('{text}'); {name}[at:at + len(d)] = d; at += len(d)")
    if not writable:
        lines.append(f"{name} = bytes({name})")
    return "\n".join(lines)


class Big(Authority):
    """A CA with a 2,048-bit key; its certificates are as large as real ones."""

    def __init__(self, private):
        self.key = key_of(private)
        self.certificate = Certificate(certificate_of(private, private, "CN=A CA of real size"))


def key_of(private):
    return scepcore.RSAKey.from_der(der_of(private))


def der_of(private):
    return private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


def certificate_of(private, signer, name, filler=0):
    import datetime

    subject = x.Name([x.NameAttribute(x.NameOID.COMMON_NAME, name[3:])])
    builder = x.CertificateBuilder(
        x.Name([x.NameAttribute(x.NameOID.COMMON_NAME, "A CA of real size")]),
        subject,
        private.public_key(),
        x.random_serial_number(),
        datetime.datetime(2026, 1, 1),
        datetime.datetime(2040, 1, 1),
    )
    ca = "CA" in name
    builder = builder.add_extension(x.BasicConstraints(ca, None), True)
    if filler:
        unknown = x.UnrecognizedExtension(x.ObjectIdentifier("1.3.6.1.4.1.311.25.2"), bytes(filler))
        builder = builder.add_extension(unknown, False)
    return builder.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def give_keys(noe, ca, own):
    """Make key, own, ca and signer on NOE."""
    noe.run(blob("d1", der_of(own)))
    noe.run("key = scepcore.RSAKey.from_der(d1); d1 = None")
    noe.run(blob("d1", certificate_of(own, own, "CN=00809F59E1A0"), False))
    noe.run(blob("d2", certificate_of(ca, ca, "CN=A CA of real size"), False))
    noe.run("own = Certificate(d1); ca = Certificate(d2); signer = message.Signer(key, own)")


def give_certrep(noe, ca, own, ber=False):
    """Make a CertRep of real size on NOE, as `kept` and as the `body` to open; return it."""
    recipient = Certificate(bytes.fromhex(noe.run("print(bytes(own.der).hex())")))
    certificates = [
        certificate_of(ca, ca, "CN=A CA of real size"),
        certificate_of(own, ca, "CN=00809F59E1A0", 1400),
        certificate_of(ca, ca, "CN=another CA of the chain", 400),
    ]
    signer = Big(ca)
    signer.certificate = Certificate(bytes.fromhex(noe.run("print(bytes(ca.der).hex())")))
    made = bytes(certrep.success(signer, recipient, certificates, ber=ber))
    noe.run(blob("kept", made, False))
    noe.run("body = bytearray(kept)")
    return made


@pytest.fixture(name="noe", scope="module")
def _noe(tmp_path_factory):
    with Noe(tmp_path_factory.mktemp("noe"), nic=None) as noe:
        noe.run(SETUP)
        yield noe


@pytest.fixture(name="ca", scope="module")
def _ca():
    if not scepcore.seeded():
        scepcore.seed(bytes(48))
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(name="own", scope="module")
def _own(noe, ca):
    own = rsa.generate_private_key(65537, 2048)
    give_keys(noe, ca, own)
    return own


BUILD = """
if not scepcore.seeded(): scepcore.seed(bytes(48))
one = transaction.Transaction(key, own.subject, "dns:phone.lab")
choice = policy.Choice("aes-128-cbc", "sha256", True, True)
def build():
    global size
    payload = request.Pkcs10(one, lambda: bytearray(b"challenge"), "sha256")
    ids = b"0" * 32, b"n" * 16
    built = finish(message.build(registry.PKCS_REQ, *ids, signer, ca, choice, payload))
    size = len(built)
need = peak(build)
print(need, size)
"""


def test_building_a_pkcsreq_takes_10_kib_beyond_its_own_octets(noe, own):
    need, size = map(int, noe.run(BUILD, 120).split())
    print(f"PKCSReq of {size} octets: {need} KiB of heap")
    assert need * 1024 <= 10 * 1024 + size


OPEN = """
def opened():
    global body
    body[:] = kept
    reply = finish(message.open_reply(body, signer, [ca], %r, %r))
    certificates, crls = message.read_certificates(reply.content)
    assert certificates
print(peak(opened), len(body))
"""


@pytest.mark.parametrize("ber", [False, True], ids=["der", "ber"])
def test_opening_a_certrep_of_6_kb_takes_12_kib_beyond_it(noe, ca, own, ber):
    assert 5500 < len(give_certrep(noe, ca, own, ber)) < 7500
    text = noe.run(OPEN % (certrep.TRANSACTION, certrep.NONCE), 120)
    need, size = map(int, text.split())
    print(f"CertRep of {size} octets: {need} KiB of heap")
    assert need <= 12


SCAN = """
def scan():
    s = CrlScan(own, ca)
    half = 512
    for at in range(0, len(kept), half):
        finish(s.sink(kept, at, min(at + half, len(kept))))
    finish(s.finish())
    assert s.entries == 200
print(peak(scan), len(kept))
"""


def test_scanning_a_crl_takes_8_kib(noe, ca, own):
    import datetime

    issuer = x.load_der_x509_certificate(bytes.fromhex(noe.run("print(bytes(ca.der).hex())")))
    builder = x.CertificateRevocationListBuilder().issuer_name(issuer.subject)
    builder = builder.last_update(datetime.datetime(2026, 1, 1))
    builder = builder.next_update(datetime.datetime(2036, 1, 1))
    for n in range(200):
        entry = x.RevokedCertificateBuilder().serial_number(1000000 + n)
        entry = entry.revocation_date(datetime.datetime(2026, 1, 1))
        builder = builder.add_revoked_certificate(entry.build())
    der = builder.sign(ca, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    # its issuer: the CA under whose name the set's certificate stands
    leaf = certificate_of(own, ca, "CN=00809F59E1A0")
    noe.run(blob("d1", leaf, False))
    noe.run("before = own; own = Certificate(d1)")
    noe.run(blob("kept", der, False))
    need, size = map(int, noe.run(SCAN, 120).split())
    noe.run("own = before")
    print(f"CRL of {size} octets: {need} KiB of heap")
    assert need <= 8


def test_the_bisection_finds_what_an_allocation_of_known_size_needs(noe):
    text = noe.run("print(peak(lambda: bytearray(20000)), peak(lambda: bytearray(40000)))", 60)
    small, large = map(int, text.split())
    assert 20 <= small <= 22 and 39 <= large <= 42
