"""scepcore.TLS against OpenSSL (Python's ssl): handshakes, refusals, endings."""

import datetime
import ipaddress
import os
import socket
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

import scepcore

CLOSED, SENDREC, RECVREC, SENDAPP = 1, 2, 4, 8
DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM
scepcore.seed(b"")


def certify(name, key, issuer=None, ca=False):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_name, issuer_key = (issuer[0].subject, issuer[1]) if issuer else (subject, key)
    now = datetime.datetime(2026, 1, 1)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer_name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now).not_valid_after(now.replace(year=2040))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )  # fmt: skip


class World:
    """A CA, a server and a client certificate, made once."""

    def __init__(self, folder):
        keys = [rsa.generate_private_key(65537, 2048) for _ in range(3)]
        self.ca_key, server_key, self.client_key = keys
        self.ca = certify("CA", self.ca_key, ca=True)
        self.server = certify("localhost", server_key, (self.ca, self.ca_key))
        self.client = certify("set", self.client_key, (self.ca, self.ca_key))
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(self.ca.public_bytes(PEM))
        self.server_file = folder / "server.pem"
        self.server_file.write_bytes(
            self.server.public_bytes(PEM)
            + self.ca.public_bytes(PEM)
            + self.private(server_key, PEM)
        )

    @staticmethod
    def private(key, encoding=DER):
        return key.private_bytes(
            encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def chain(self):
        return self.server.public_bytes(DER) + self.ca.public_bytes(DER)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("tls"))


class Server:
    """An OpenSSL server that echoes in capitals; `peer`, `version`, `suite` of its one client."""

    def __init__(self, world, versions=None, ciphers=None, client=False, abrupt=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(world.server_file)
        if versions:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = versions
        else:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        if ciphers:
            context.set_ciphers(ciphers)
        if client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(world.ca_file)
        self.abrupt, self.context = abrupt, context
        self.peer = self.suite = self.error = None
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        plain, _ = self.socket.accept()
        plain.settimeout(10)
        try:
            with self.context.wrap_socket(plain, server_side=True) as wrapped:
                self.peer, self.suite = wrapped.getpeercert(True), wrapped.cipher()
                while data := wrapped.recv(65536):
                    wrapped.sendall(data.upper())
                    if self.abrupt:
                        os.close(wrapped.detach())
                        break
                if not self.abrupt:
                    wrapped.unwrap()
        except OSError as error:
            self.error = error
        finally:
            plain.close()


class Client:
    """Drives a scepcore.TLS over a socket."""

    def __init__(self, server, judge=lambda chain: True, **words):
        self.socket = socket.create_connection(("127.0.0.1", server.port))
        self.socket.settimeout(10)
        self.tls = scepcore.tls("localhost", judge, **words)
        self.buffer = bytearray(5000)

    def step(self):
        """Move octets one way; False when there is nothing left to do."""
        tls = self.tls
        state = tls.state()
        if state & SENDREC:
            self.socket.sendall(self.buffer[: tls.pull(self.buffer)])
        elif state & RECVREC:
            data = self.socket.recv(1000)
            if not data:
                return False
            while data and tls.state() & RECVREC:
                data = data[tls.push(data) :]
                self.collect()
        else:
            return False
        return True

    def collect(self):
        while count := self.tls.read(self.buffer):
            self.received += bytes(self.buffer[:count])

    received = b""

    def shake(self):
        while not self.tls.state() & (SENDAPP | CLOSED):
            if not self.step():
                break
        return bool(self.tls.state() & SENDAPP)

    def echo(self, data):
        sent, self.received = 0, b""
        while sent < len(data):
            sent += self.tls.write(data[sent:])
            self.tls.flush()
            while self.tls.state() & SENDREC:
                self.step()
        while len(self.received) < len(data) and self.step():
            pass
        return self.received

    def close(self):
        self.tls.close()
        while not self.tls.state() & CLOSED and self.step():
            pass
        self.socket.close()


SUITES = (
    "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA256",
    "ECDHE-RSA-AES256-SHA384", "AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA256",
    "AES256-SHA256",
)  # fmt: skip
SHA1_SUITES = ("ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES256-SHA", "AES128-SHA", "AES256-SHA")


@pytest.mark.parametrize("suite", SUITES + SHA1_SUITES)
def test_every_suite_shakes_hands_and_carries_data(world, suite):
    server = Server(world, ciphers=suite + ":@SECLEVEL=0")
    chains = []
    client = Client(server, lambda chain: chains.append(chain) or True, legacy=suite in SHA1_SUITES)
    assert client.shake(), client.tls.error()
    assert client.echo(b"hello " * 1000) == b"HELLO " * 1000
    client.close()
    server.thread.join(10)
    assert chains == [world.chain()] and server.suite[0] == suite and server.error is None
    assert client.tls.agreed()[0] == 0x0303 and client.tls.error() == 0


@pytest.mark.parametrize("suite", SHA1_SUITES)
def test_suites_with_sha1_need_permission(world, suite):
    assert not Client(Server(world, ciphers=suite + ":@SECLEVEL=0")).shake()


@pytest.mark.parametrize("curve", ["X25519", "prime256v1"])
def test_both_curves(world, curve):
    server = Server(world)
    if curve == "prime256v1":
        server.context.set_ecdh_curve(curve)
    client = Client(server)
    assert client.shake() and client.echo(b"x") == b"X"
    client.close()


def test_the_client_certificate_is_shown_where_it_is_asked_for(world):
    server = Server(world, client=True)
    key = scepcore.RSAKey.from_der(world.private(world.client_key))
    client = Client(server, key=key, chain=(world.client.public_bytes(DER),))
    assert client.shake() and client.echo(b"x") == b"X"
    client.close()
    server.thread.join(10)
    assert server.peer == world.client.public_bytes(DER)


def test_without_one_the_server_that_insists_refuses(world):
    server = Server(world, client=True)
    client = Client(server)
    try:
        assert not (client.shake() and client.echo(b"x") == b"X")
    except BrokenPipeError:
        return  # the server had hung up before its alert was read
    assert client.tls.error() >= 256


def test_a_chain_that_is_refused_ends_the_handshake_before_anything_is_sent(world):
    server = Server(world)
    key = scepcore.RSAKey.from_der(world.private(world.client_key))
    chain = (world.client.public_bytes(DER),)
    client = Client(server, lambda chain: False, key=key, chain=chain)
    assert not client.shake() and client.tls.error() == 1000
    client.socket.close()
    server.thread.join(10)
    assert server.peer is None and server.error is not None


def test_an_exception_of_the_judge_leaves_push_and_refuses(world):
    def judge(chain):
        raise KeyError("told")

    client = Client(Server(world), judge)
    with pytest.raises(KeyError, match="told"):
        client.shake()
    assert client.tls.error() == 1000 and not client.tls.state() & SENDAPP


def test_a_chain_longer_than_its_memory_is_refused(world):
    client = Client(Server(world), chain_size=1000)
    assert not client.shake() and client.tls.error() == 1001


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_need_permission(world, version):
    assert not Client(Server(world, versions=version)).shake()
    client = Client(Server(world, versions=version), legacy=True)
    assert client.shake() and client.echo(b"x") == b"X"
    assert client.tls.agreed()[0] in (0x0301, 0x0302)


def test_a_small_buffer_asks_for_short_records(world):
    client = Client(Server(world), buffer=4096 + 325 + 4096)
    assert client.shake() and client.echo(b"y" * 20000) == b"Y" * 20000


def test_the_servers_chain_stands_where_records_stand_later(world):
    """A chain that leaves little room for records at first, an answer that needs it all."""
    client = Client(Server(world), buffer=4096 + 325 + 2500, chain_size=2500)
    assert client.shake() and client.echo(b"z" * 20000) == b"Z" * 20000


def test_a_truncated_end_is_told_from_an_orderly_one(world):
    client = Client(Server(world, abrupt=True))
    assert client.shake() and client.echo(b"x") == b"X"
    while client.step():
        pass
    assert not client.tls.state() & CLOSED, "no close_notify came: not ended in order"


def test_noise_ends_the_connection_with_an_error():
    tls = scepcore.tls("localhost", lambda chain: True)
    buffer = bytearray(1000)
    while tls.state() & SENDREC:
        tls.pull(buffer)
    tls.push(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 10)
    assert tls.state() & CLOSED and tls.error() not in (0, 1000, 1001)


def test_a_wiped_connection_is_closed_and_holds_nothing(world):
    client = Client(Server(world))
    assert client.shake()
    client.tls.wipe()
    assert client.tls.state() == CLOSED
    assert not any(bytes(scepcore.native.ffi.buffer(client.tls._buffer)))
    assert client.tls.write(b"x") == client.tls.pull(bytearray(10)) == client.tls.push(b"x") == 0


@pytest.mark.parametrize(
    "words",
    [{"buffer": 836 + 4096}, {"buffer": 1 << 17}, {"chain_size": -1}, {"chain_size": 16709}],
)
def test_sizes_that_cannot_be_are_refused(words):
    with pytest.raises(ValueError):
        scepcore.tls("localhost", lambda chain: True, **words)


def test_an_identity_without_certificates_is_refused(world):
    key = scepcore.RSAKey.from_der(world.private(world.client_key))
    with pytest.raises(ValueError, match="1 to 4"):
        scepcore.tls("localhost", lambda chain: True, key=key)
