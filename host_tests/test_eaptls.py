"""EAP-TLS against OpenSSL: fragments both ways, who is let in, what goes wrong on the way."""

import datetime
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import scepcore
from eap_server import FAILURE, LENGTH, MORE, SET, START, SUCCESS, Server, answer, eapol, request
from phone import eapol as supplicants
from phone import eaptls
from scep import tls

DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM
scepcore.seed(b"")
NOW = datetime.datetime(2026, 1, 1)


def certify(name, key, issuer=None, ca=False, eku=None, years=10):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_name, issuer_key = (issuer[0].subject, issuer[1]) if issuer else (subject, key)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer_name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(NOW).not_valid_after(NOW.replace(year=2026 + years))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
    )  # fmt: skip
    if eku:
        builder = builder.add_extension(x509.ExtendedKeyUsage([eku]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def private(key, encoding):
    return key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class World:
    """Root, issuing CA, server and set, keys of `bits`; files for OpenSSL in `folder`."""

    def __init__(self, folder, bits):
        keys = [rsa.generate_private_key(65537, bits) for _ in range(4)]
        root_key, sub_key, server_key, set_key = keys
        self.root = certify("Root", root_key, ca=True)
        self.sub = certify("Issuing", sub_key, (self.root, root_key), ca=True)
        issuer = (self.sub, sub_key)
        self.server = certify("radius", server_key, issuer, eku=ExtendedKeyUsageOID.SERVER_AUTH)
        self.client = certify("set", set_key, issuer, eku=ExtendedKeyUsageOID.CLIENT_AUTH)
        self.stranger = certify("stranger", set_key)
        self.key = private(set_key, DER)
        self.file = folder / f"server{bits}.pem"
        chain = (self.server, self.sub, self.root)
        self.file.write_bytes(
            b"".join(each.public_bytes(PEM) for each in chain) + private(server_key, PEM)
        )
        self.roots = folder / f"root{bits}.pem"
        self.roots.write_bytes(self.root.public_bytes(PEM))

    def context(self, version=ssl.TLSVersion.TLSv1_2, ciphers=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = version
        context.minimum_version = min(version, ssl.TLSVersion.TLSv1_2)
        if version < ssl.TLSVersion.TLSv1_2:
            ciphers = "ALL:@SECLEVEL=0"
        if ciphers:
            context.set_ciphers(ciphers)
        context.load_cert_chain(self.file)
        context.load_verify_locations(self.roots)
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    def chain(self):
        return [self.client.public_bytes(DER), self.sub.public_bytes(DER)]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("eap"), 2048)


class Phone:
    """A supplicant with EAP-TLS; `judged`: the chains it was asked about."""

    def __init__(self, world, chain=None, refuse=None, lean=False):
        self.judged, self.keys, self.now = [], [], 0
        self._lean = lean
        self._refuse, self._world = refuse, world
        self._chain = world.chain() if chain is None else chain
        self.supplicant = supplicants.Supplicant(SET, self._credentials)
        self.supplicant.start(0)

    def _credentials(self):
        self.method = eaptls.EapTls(self._judge, self._key, self._chain, self._lean)
        return b"host/set.example", self.method

    def _key(self):
        self.keys.append(scepcore.RSAKey.from_der(self._world.key))
        return self.keys[-1]

    def _judge(self, chain):
        self.judged.append(bytes(chain))
        if self._refuse:
            raise self._refuse

    def receive(self, frame):
        return self.supplicant.receive(frame, self.now)

    def login(self, server, tamper=None):
        """Carry frames until the server is done or silent; tamper(frame, n) -> list of frames."""
        frame, rounds = server.begin(), 0
        while frame is not None:
            rounds += 1
            response = None
            for each in [frame] if tamper is None else tamper(frame, rounds):
                response = self.receive(each) or response
            if server.verdict is not None or response is None:
                break
            frame = server.take(response)
        self.rounds = rounds
        return self.supplicant.take()


def test_the_set_and_the_network_prove_themselves(world):
    phone, server = Phone(world), Server(world.context())
    assert phone.login(server) == "accepted"
    assert server.identity == b"host/set.example"
    assert server.tls.getpeercert(True) == phone._chain[0]
    assert server.tls.version() == "TLSv1.2"
    assert server.tls.cipher()[0].startswith("ECDHE-RSA-AES")
    assert phone.judged[0].startswith(world.server.public_bytes(DER))
    # the key was opened once, and is gone
    assert len(phone.keys) == 1
    with pytest.raises((ValueError, scepcore.Error)):
        phone.keys[0].sign("sha256", bytes(32))
    # the handshake's end was acknowledged
    assert server.log[-1] == (13, b"\0")


@pytest.mark.parametrize("lengths", (False, True), ids=("as hostapd", "as freeradius"))
@pytest.mark.parametrize("size", (50, 1014, 1393, 65000))
def test_fragments_of_any_size_and_both_manners_of_length(world, lengths, size):
    phone, server = Phone(world), Server(world.context(), size, lengths)
    assert phone.login(server) == "accepted"


def test_with_little_memory_the_server_is_asked_for_short_records(world):
    phone, server = Phone(world, lean=True), Server(world.context())
    assert phone.login(server) == "accepted"


@pytest.mark.check
def test_chains_of_three_with_4096_bits(tmp_path):
    world = World(tmp_path, 4096)
    chain = world.chain() + [world.root.public_bytes(DER)]
    phone, server = Phone(world, chain), Server(world.context())
    assert phone.login(server) == "accepted"
    assert 10 < phone.rounds < 30


def test_identifiers_wrap_and_may_jump(world):
    class Jumping(Server):
        def _request(self, kind, data=b""):
            self.identifier = (self.identifier + 36) % 256
            return super()._request(kind, data)

    assert Phone(world).login(Jumping(world.context(), 400, first=255)) == "accepted"


def test_every_request_lost_on_the_way_back_is_answered_alike(world):
    """The response is lost: the request comes again, and again the same response."""
    phone, seen = Phone(world), []

    def twice(frame, n):
        first = phone.receive(frame)
        assert phone.receive(frame) == first and phone.receive(frame) == first
        seen.append(n)
        return [frame]

    server = Server(world.context(), 300)
    assert phone.login(server, twice) == "accepted"
    assert len(seen) > 12


def test_an_older_request_among_the_newer_ones_does_no_harm(world):
    phone, before = Phone(world), []

    def late(frame, n):
        before.append(frame)
        return [frame, before[-2]] if n > 3 else [frame]

    assert phone.login(Server(world.context(), 300), late) == "accepted"


def test_the_network_refuses_a_stranger_without_a_word(world):
    phone = Phone(world, [world.stranger.public_bytes(DER)])
    server = Server(world.context())
    assert phone.login(server) == "rejected"
    assert server.verdict == FAILURE and phone.supplicant.error is None


def test_the_set_refuses_a_network_and_says_why(world):
    refusal = tls.TlsError("not ours")
    phone, server = Phone(world, refuse=refusal), Server(world.context())
    assert phone.login(server) == "rejected"
    assert server.alert == 48  # unknown_ca
    assert phone.supplicant.error is refusal
    with pytest.raises(ValueError):  # nothing of ours was shown
        server.tls.getpeercert(True)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_a_network_of_tls_1_0_only_is_refused(world):
    phone = Phone(world)
    server = Server(world.context(ssl.TLSVersion.TLSv1))
    assert phone.login(server) in ("rejected", "broken")
    assert phone.judged == []


def test_the_set_logs_in_again_after_any_failure(world):
    phone = Phone(world)

    def fail(frame, n):
        return [frame] if n < 4 else []

    assert phone.login(Server(world.context(), 300), fail) is None  # the server falls silent
    phone.now = 60000
    assert phone.supplicant.poll(phone.now) is not None
    assert phone.supplicant.take() == "broken"
    assert phone.login(Server(world.context())) == "accepted"


def at(n, change):
    """Return a tamper function that changes the TLS data of request n by change(flags, data)."""

    def tamper(frame, count):
        if count != n:
            return [frame]
        length = frame[20] << 8 | frame[21]
        data = change(frame[23], frame[24 : 18 + length])
        return [eapol(request(frame[19], 13, data))]

    return tamper


def total(number):
    return number.to_bytes(4, "big")


# request 2 is the TLS-Start; the server's flight begins with 3, in fragments of 600 octets
BROKEN = (
    ("a total too small", 3, lambda f, d: bytes([f]) + total(599) + d[4:]),
    ("a total of 4 GiB", 3, lambda f, d: bytes([f]) + total(0xFFFFFFFF) + d[4:]),
    ("a total just too long", 3, lambda f, d: bytes([f]) + total(65537) + d[4:]),
    ("a total that is not reached", 3, lambda f, d: bytes([f & ~MORE]) + d),
    ("another total in the second fragment", 4,
     lambda f, d: bytes([f | LENGTH]) + total(9999) + d),
    ("more than announced", 4, lambda f, d: bytes([f]) + d + bytes(9000)),
    ("a length field cut", 3, lambda f, d: bytes([f]) + d[:3]),
    ("an empty fragment with more to come", 4, lambda f, d: bytes([MORE])),
    ("a start with data", 2, lambda f, d: bytes([START]) + b"x"),
    ("a lost fragment", 4, lambda f, d: bytes([0]) + b"x"),
)  # fmt: skip


@pytest.mark.parametrize("name, n, change", BROKEN, ids=[row[0] for row in BROKEN])
def test_fragments_that_do_not_fit_end_the_exchange_at_once(world, name, n, change):
    phone = Phone(world)
    assert phone.login(Server(world.context(), 600), at(n, change)) == "broken"
    assert phone.rounds == n and phone.supplicant.error.code == "eap"
    assert phone.method._tls is None
    phone.now = 6000
    assert phone.supplicant.poll(phone.now) is not None
    assert phone.login(Server(world.context())) == "accepted"


def test_no_total_at_all_is_taken_and_bounded(world):
    def bare(frame, n):
        length = frame[20] << 8 | frame[21]
        flags, data = frame[23], frame[24 : 18 + length]
        if flags & LENGTH:
            frame = eapol(request(frame[19], 13, bytes([flags & ~LENGTH]) + data[4:]))
        return [frame]

    assert Phone(world).login(Server(world.context(), 600), bare) == "accepted"


def test_octets_altered_on_the_way_are_noticed(world):
    for n in (3, 4, 5):
        phone = Phone(world)

        def flip(flags, data):
            return bytes([flags]) + data[:300] + bytes([data[300] ^ 4]) + data[301:]

        server = Server(world.context(), 600)
        assert phone.login(server, at(n, flip)) in ("rejected", "broken"), n
        assert phone.supplicant.state == "held"


def test_data_after_the_handshake_is_refused(world):
    phone, server = Phone(world), Server(world.context())
    frame = server.begin()
    while not getattr(phone, "method", None) or not phone.method.done:
        response = phone.receive(frame)
        frame = server.take(response) if not phone.method.done else None
    late = request((server.identifier + 1) % 256, 13, b"\0" + bytes(10))
    assert phone.receive(eapol(late)) is None
    assert phone.supplicant.take() == "broken"


def test_an_empty_request_out_of_turn_is_ignored(world):
    phone = Phone(world)
    phone.receive(eapol(request(1, 1)))
    assert phone.receive(eapol(request(2, 13, b""))) is None
    assert phone.receive(eapol(request(3, 13, b"\0"))) is None  # before the start
    code, _, kind, data = answer(phone.receive(eapol(request(4, 13, bytes([START])))))
    assert (kind, data[0]) == (13, 0) and data[1] == 22  # a ClientHello
    assert phone.receive(eapol(request(5, 13, b"\0"))) is None  # nothing to acknowledge


def test_a_server_may_start_over(world):
    phone = Phone(world)
    phone.receive(eapol(request(1, 1)))
    first = phone.receive(eapol(request(2, 13, bytes([START]))))
    second = phone.receive(eapol(request(3, 13, bytes([START]))))
    assert answer(first)[3] != answer(second)[3]
    assert phone.login(Server(world.context())) == "accepted"


def test_success_in_the_middle_is_not_believed(world):
    phone, states = Phone(world), []

    def early(frame, n):
        response = phone.receive(frame)
        phone.receive(eapol(bytes([SUCCESS, frame[19], 0, 4])))
        states.append(phone.supplicant.state)
        return [frame] if response else []

    server = Server(world.context(), 600)
    assert phone.login(server, early) in ("accepted", None)
    assert set(states[:-1]) == {"authenticating"} and len(states) > 8


def test_reserved_flags_are_ignored(world):
    tampers = at(3, lambda f, d: bytes([f | 0x1F]) + d)
    assert Phone(world).login(Server(world.context()), tampers) == "accepted"


def test_without_room_for_the_servers_chain_the_set_says_so(world, monkeypatch):
    monkeypatch.setattr(eaptls, "CHAIN", 1000)
    phone, server = Phone(world), Server(world.context())
    assert phone.login(server) == "rejected"
    assert phone.supplicant.error.code == "tls" and phone.supplicant.error.evidence == 1001
