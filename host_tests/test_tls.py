"""HTTPS against OpenSSL: who is trusted, and how connections end."""

import datetime
import ipaddress
import socket
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

import scepcore
from errors import Error
from real_time import drive
from scep import tls
from scep.deadline import Deadline
from scep.transport import Transport
from scep.x509 import Certificate

DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM
scepcore.seed(b"")
KEYS = [rsa.generate_private_key(65537, 2048) for _ in range(4)]
NOW = 1790000000


def certify(name, key, issuer=None, ca=False, hosts=("localhost",), days=(0, 3650), eku=None):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_name, issuer_key = issuer or (subject, key)
    start = datetime.datetime.fromtimestamp(NOW, datetime.UTC)
    names = []
    for host in hosts:
        try:
            names.append(x509.IPAddress(ipaddress.ip_address(host)))
        except ValueError:
            names.append(x509.DNSName(host))
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer_name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(start + datetime.timedelta(days=days[0] - 1))
        .not_valid_after(start + datetime.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
    )  # fmt: skip
    if not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        purpose = x509.ExtendedKeyUsage([eku or ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(purpose, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


CA = certify("CA", KEYS[0], ca=True)
SUB = certify("Sub CA", KEYS[3], (CA.subject, KEYS[0]), ca=True)


def leaf(**words):
    return certify("server", KEYS[1], (CA.subject, KEYS[0]), **words)


def parsed(certificate):
    return Certificate(certificate.public_bytes(DER))


@pytest.fixture
def serve(tmp_path):
    """Start a server that answers one line and ends: serve(chain, key, **) -> port."""

    def make(chain, key=KEYS[1], cut=False, old=False):
        private = key.private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = tmp_path / "server.pem"
        path.write_bytes(b"".join(each.public_bytes(PEM) for each in chain) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if old:
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
        context.load_cert_chain(path)
        listening = socket.create_server(("127.0.0.1", 0))

        def run():
            plain, _ = listening.accept()
            plain.settimeout(5)
            try:
                wrapped = context.wrap_socket(plain, server_side=True)
                line = b""
                while len(line) < 4:  # TLS 1.0 sends the first octet in a record of its own
                    line += wrapped.recv(100)
                wrapped.sendall(b"answer to " + line)
                if not cut:
                    wrapped.unwrap()
                wrapped.close()
            except OSError:
                plain.close()

        threading.Thread(target=run, daemon=True).start()
        return listening.getsockname()[1]

    return make


def talk(port, trust, host="localhost"):
    """Connect, send a line, return all that comes until the end."""
    deadline = Deadline(10000, "test")
    transport = Transport(tls=tls.hook(trust))
    connection = drive(transport.connect(host, port, True, deadline))
    try:
        data = b"ping"
        while data:
            data = data[connection.send(data) :]
        got, buffer = b"", bytearray(7)
        while True:
            count = connection.recv_into(buffer)
            if count == 0:
                return got
            if count:
                got += bytes(buffer[:count])
            else:
                deadline.check()
                time.sleep(0.001)
    finally:
        connection.close()


def at(time=NOW):
    return lambda: time


def pinned(certificate, name="SHA256"):
    return certificate.fingerprint(getattr(hashes, name)())


ROWS = (
    ("anchor", lambda: ([leaf(), CA], tls.Trust([parsed(CA)], clock=at())), None),
    ("anchor, CA not sent", lambda: ([leaf()], tls.Trust([parsed(CA)], clock=at())), None),
    ("no clock", lambda: ([leaf(days=(9, 10)), CA], tls.Trust([parsed(CA)])), None),
    ("CA pinned", lambda: ([leaf(), CA], tls.Trust(fingerprint=pinned(CA), clock=at())), None),
    ("CA pinned by MD5", lambda: ([leaf(), CA], tls.Trust(fingerprint=pinned(CA, "MD5"))), None),
    ("server pinned", lambda: (
        [certify("x", KEYS[1])], tls.Trust(fingerprint=pinned(certify("x", KEYS[1])))), "refused"),
    ("another pin", lambda: ([leaf(), CA], tls.Trust(fingerprint=bytes(32))), "fingerprint"),
    ("untrusted", lambda: ([leaf(), CA], tls.Trust([parsed(certify("z", KEYS[2], ca=True))])),
     "refused"),
    ("self-signed", lambda: ([certify("s", KEYS[1])], tls.Trust([parsed(CA)])), "refused"),
    ("expired", lambda: ([leaf(days=(-9, -3)), CA], tls.Trust([parsed(CA)], clock=at())),
     "refused"),
    ("not yet", lambda: ([leaf(days=(9, 10)), CA], tls.Trust([parsed(CA)], clock=at())), "refused"),
    ("wrong name", lambda: ([leaf(hosts=("other",)), CA], tls.Trust([parsed(CA)])), "not for"),
    ("client's certificate", lambda: (
        [leaf(eku=ExtendedKeyUsageOID.CLIENT_AUTH), CA], tls.Trust([parsed(CA)])), "refused"),
)  # fmt: skip


@pytest.mark.parametrize("name, made, wrong", ROWS, ids=[row[0] for row in ROWS])
def test_who_is_trusted(serve, name, made, wrong):
    chain, trust = made()
    if name == "server pinned":
        trust = tls.Trust(fingerprint=pinned(chain[0]))
        wrong = None
    port = serve(chain)
    if wrong is None:
        assert talk(port, trust) == b"answer to ping"
        return
    with pytest.raises(tls.TlsError, match=wrong) as caught:
        talk(port, trust)
    assert caught.value.code == "tls"


def test_an_intermediate_ca_is_followed(serve):
    certificate = certify("server", KEYS[1], (SUB.subject, KEYS[3]))
    assert talk(serve([certificate, SUB]), tls.Trust([parsed(CA)])) == b"answer to ping"


def test_an_address_needs_an_ip_name(serve):
    trust = tls.Trust([parsed(CA)])
    assert talk(serve([leaf(hosts=("127.0.0.1",))]), trust, "127.0.0.1") == b"answer to ping"
    with pytest.raises(tls.TlsError, match="not for"):
        talk(serve([leaf(hosts=("localhost",))]), trust, "127.0.0.1")


def test_tls_1_0_needs_permission(serve):
    with pytest.raises(tls.TlsError):
        talk(serve([leaf()], old=True), tls.Trust([parsed(CA)]))
    assert (
        talk(serve([leaf()], old=True), tls.Trust([parsed(CA)], legacy=True)) == b"answer to ping"
    )


def test_a_cut_connection_is_not_an_end(serve):
    with pytest.raises(tls.TlsError, match="close_notify"):
        talk(serve([leaf()], cut=True), tls.Trust([parsed(CA)]))


def test_a_server_without_tls_is_told(tmp_path):
    listening = socket.create_server(("127.0.0.1", 0))

    def run():
        plain, _ = listening.accept()
        plain.recv(1000)
        plain.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        plain.close()

    threading.Thread(target=run, daemon=True).start()
    with pytest.raises(tls.TlsError, match="does not speak TLS|alert"):
        talk(listening.getsockname()[1], tls.Trust([parsed(CA)]))


def test_without_tls_in_the_image_https_is_unsupported():
    with pytest.raises(Error) as caught:
        drive(Transport().connect("localhost", 1, True, Deadline(1000, "test")))
    assert caught.value.code == "unsupported"
