"""A small PKI for TLS, and how OpenSSL serves with it: root, issuing CA, server, client.

For the tests of TLS against servers that we did not write.
"""

import datetime
import ipaddress
import socket
import ssl

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM
START = datetime.datetime(2026, 1, 1)
NOW = 1790000000  # in September 2026
# As the tests and the emulated sets name this machine.
HOSTS = ("localhost", "127.0.0.1", "10.0.2.2")


def private(key, encoding=DER):
    """Return a private key of `cryptography` as PKCS#8."""
    return key.private_bytes(
        encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certify(name, key, issuer=None, ca=False, hosts=HOSTS, days=(0, 3650), eku=None):
    """Return a certificate. issuer: (certificate, key), None: self-signed; days: validity from the
    start of 2026; eku: in place of serverAuth.
    """
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer_name, issuer_key = (issuer[0].subject, issuer[1]) if issuer else (subject, key)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer_name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(START + datetime.timedelta(days=days[0]))
        .not_valid_after(START + datetime.timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca, None), critical=True)
    )  # fmt: skip
    if not ca:
        names = x509.SubjectAlternativeName([_general_name(host) for host in hosts])
        purpose = x509.ExtendedKeyUsage([eku or ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(names, False).add_extension(purpose, False)
    return builder.sign(issuer_key, hashes.SHA256())


def _general_name(host):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


class World:
    """Keys and certificates, made once, and files of them in `folder`.

    root, issuing, server, client: x509.Certificate; *_key: private keys. Files: chain_file (server
    and issuing CA), key_file, root_file, issuing_file.
    """

    def __init__(self, folder, bits=2048):
        """Make everything."""
        self.folder = folder
        keys = [rsa.generate_private_key(65537, bits) for _ in range(4)]
        self.root_key, self.issuing_key, self.server_key, self.client_key = keys
        self.root = certify("Root", self.root_key, ca=True)
        self.issuing = certify("Issuing", self.issuing_key, (self.root, self.root_key), ca=True)
        self.server = self.leaf()
        self.client = self.leaf(
            "set", self.client_key, hosts=("set.example",), eku=ExtendedKeyUsageOID.CLIENT_AUTH
        )
        self.client_key_der = private(self.client_key)
        self.client_chain = [each.public_bytes(DER) for each in (self.client, self.issuing)]
        self.root_file = self.write("root.pem", self.root.public_bytes(PEM))
        self.key_file = self.write("server.key", private(self.server_key, PEM))
        self.chain_file = self.chain([self.server, self.issuing])
        self.issuing_file = self.chain([self.issuing], "issuing.pem")

    def leaf(self, name="server", key=None, **words):
        """Return a certificate that the issuing CA signed, the server's by default."""
        issuer = (self.issuing, self.issuing_key)
        return certify(name, key or self.server_key, issuer, **words)

    def chain(self, certificates, name="server.pem"):
        """Write a chain in PEM; return its path."""
        return self.write(name, b"".join(each.public_bytes(PEM) for each in certificates))

    def write(self, name, data):
        """Write a file; return its path."""
        path = self.folder / name
        path.write_bytes(data)
        return path

    def context(self, version=None, client=False):
        """Return an ssl.SSLContext of the server; version: the only one; client: ask for one."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if version is not None and version < ssl.TLSVersion.TLSv1_2:
            context.set_ciphers("ALL:@SECLEVEL=0")
        if version is not None:
            context.minimum_version = context.maximum_version = version
        context.load_cert_chain(self.chain_file, self.key_file)
        if client:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.root_file)
        return context


def listen():
    """Return a listening socket on loopback, at a free port."""
    return socket.create_server(("127.0.0.1", 0))
