"""HTTPS against servers that lie, break off or attack, scripted on tlslite-ng: error `tls`.

FAULTS.md, TLS. A tap on the line holds that nothing leaves the set before the server has proved
itself, whatever the server believes to have received.
"""

import struct

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID

from bad_tls import (
    APPLICATION,
    HANDSHAKE,
    PAGE,
    BadServer,
    Record,
    Wire,
    alert,
    before,
    change,
    instead,
    on,
)
from errors import Error
from tls_client import fetch, trust
from tls_tap import ALERT, CLIENT_KEY_EXCHANGE, Tap, messages
from tls_tap import APPLICATION as DATA
from tls_world import World, certify

pytestmark = [pytest.mark.peers, pytest.mark.check]

CCS = 20
GARBAGE = bytes(range(1, 60))


@pytest.fixture(name="world", scope="module")
def _world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("world"))


def attempt(world, server, host="localhost", trusting=None):
    """Fetch the page through a tap; return (error or None, tap). The page, if any, is whole."""
    error = None
    with server, Tap(server.port) as tap:
        try:
            response = fetch(tap.port, trusting or trust(world), host=host)
            assert bytes(response.body) == PAGE
        except Error as e:
            error = e
    return error, tap


# -- whose certificate it is ---------------------------------------------------------------------


def strange(world):
    """A chain of another PKI with the same names."""
    ca = certify("Root", world.client_key, ca=True)
    return [certify("server", world.server_key, (ca, world.client_key)), ca]


CLIENT_AUTH = ExtendedKeyUsageOID.CLIENT_AUTH
# (name, chain of the server, what the message says)
CHAINS = (
    ("untrusted chain", strange, "refused"),
    ("self-signed", lambda w: [certify("server", w.server_key)], "refused"),
    ("expired", lambda w: [w.leaf(days=(0, 30)), w.issuing], "not valid"),
    ("not yet valid", lambda w: [w.leaf(days=(3000, 3650)), w.issuing], "not valid"),
    ("wrong name", lambda w: [w.leaf(hosts=("other.example",)), w.issuing], "not for localhost"),
    ("the name as common name only",
     lambda w: [w.leaf("localhost", hosts=("other.example",)), w.issuing], "not for localhost"),
    ("a part of the name", lambda w: [w.leaf(hosts=("*.localhost", "local")), w.issuing],
     "not for localhost"),
    ("a set's certificate", lambda w: [w.leaf(eku=CLIENT_AUTH), w.issuing], "purpose"),
    ("issued by a server", lambda w: [
        certify("server", w.server_key, (w.client, w.client_key)), w.client, w.issuing], "no CA"),
    ("intermediate missing", lambda w: [w.leaf()], "issuer"),
    ("signed by another key", lambda w: [
        certify("server", w.server_key, (w.issuing, w.client_key)), w.issuing], "signature"),
    ("nine certificates", lambda w: [w.leaf(), *[w.issuing] * 8], "too"),
)  # fmt: skip


@pytest.mark.parametrize("name, chain, says", CHAINS, ids=[row[0] for row in CHAINS])
def test_a_server_that_is_not_the_one_hears_nothing(world, name, chain, says):
    server = BadServer(world.server_key, chain(world))
    error, tap = attempt(world, server)
    assert error is not None and error.code == "tls" and says in error.message, error
    tap.assert_nothing_was_told()
    assert server.heard == b""


def test_a_certificate_of_another_key_is_not_proved(world):
    """The chain is right, the server has not the key: its key exchange is not signed with it."""
    server = BadServer(world.client_key, [world.server, world.issuing])
    error, tap = attempt(world, server)
    assert error.code == "tls"
    tap.assert_nothing_was_told()


def test_an_address_in_the_url_matches_only_an_ip_name(world):
    for hosts, fine in ((("127.0.0.1",), True), (("localhost",), False), (("127.0.0.2",), False)):
        server = BadServer(world.server_key, [world.leaf(hosts=hosts), world.issuing])
        error, tap = attempt(world, server, "127.0.0.1")
        assert (error is None) == fine
        if not fine:
            assert error.code == "tls" and "not for 127.0.0.1" in error.message
            tap.assert_nothing_was_told()


def test_without_a_clock_dates_are_judged_when_the_time_is_known(world):
    chain = [world.leaf(days=(0, 30)), world.issuing]
    told = [None]
    trusting = trust(world, clock=lambda: told[0])
    assert attempt(world, BadServer(world.server_key, chain), trusting=trusting)[0] is None
    told[0] = 1790000000
    error, tap = attempt(world, BadServer(world.server_key, chain), trusting=trusting)
    assert error.code == "tls" and "not valid" in error.message
    tap.assert_nothing_was_told()


def test_a_server_without_that_name_ends_it_and_one_that_only_warns_goes_on(world):
    """RFC 6066 section 3: unrecognized_name, fatal; as a warning it changes nothing."""
    chain = [world.server, world.issuing]
    fatal = before("ServerHello", alert("unrecognized_name"))
    error, tap = attempt(world, BadServer(world.server_key, chain, fatal))
    assert error.code == "tls" and "alert 112" in error.message
    tap.assert_nothing_was_told()
    # tlslite-ng's own manner
    warning = BadServer(world.server_key, chain, sni=bytearray(b"other"))
    error, tap = attempt(world, warning)
    assert error is None and (ALERT, b"\1\x70") in tap.server()


# -- what it says --------------------------------------------------------------------------------


def hello(**fields):
    """Alter the ServerHello."""

    def edit(message):
        for name, value in fields.items():
            setattr(message, name, value)

    return change("ServerHello", edit)


def body(message, cut):
    """Return a handshake message's octets, its body altered by cut(bytes)."""
    data = bytes(message.write())
    changed = cut(data[4:])
    return Record(HANDSHAKE, data[:1] + len(changed).to_bytes(3, "big") + changed)


def rewrite(name, cut):
    """Alter the octets of a message of class `name`."""
    return on(name, lambda message: [body(message, cut)])


def extended(kind, value):
    """Add an extension to the ServerHello."""

    def cut(data):
        at = 34 + 1 + data[34] + 3
        length = int.from_bytes(data[at : at + 2], "big") if at < len(data) else 0
        more = struct.pack(">HH", kind, len(value)) + value
        return data[:at] + (length + len(more)).to_bytes(2, "big") + data[at + 2 :] + more

    return rewrite("ServerHello", cut)


def flip(at):
    """Alter one octet of a message's body."""

    def cut(data):
        changed = bytearray(data)
        changed[at] ^= 1
        return bytes(changed)

    return cut


def wire(kind, length, data=b""):
    """Octets of a record with any type and length."""
    return Wire(struct.pack(">BHH", kind, 0x0303, length) + data)


RC4_MD5, TLS13_AES = 0x0004, 0x1301
# What comes in place of a handshake before the set has sent its part of it.
HELLOS = (
    ("TLS 1.3 in the old field", hello(server_version=(3, 4))),
    ("TLS 1.1", hello(server_version=(3, 2))),
    ("SSL 3", hello(server_version=(3, 0))),
    ("a suite that was not offered", hello(cipher_suite=RC4_MD5)),
    ("a suite of TLS 1.3", hello(cipher_suite=TLS13_AES)),
    ("compression", hello(compression_method=1)),
    ("an extension that nobody asked for", extended(16, b"\0\3\2h2")),
    ("another record length than was asked", extended(1, b"\1")),
    ("an extension cut", rewrite("ServerHello", lambda d: d[:-1])),
    ("a ServerHello cut", rewrite("ServerHello", lambda d: d[:20])),
    ("a ServerHello twice", on("ServerHello", lambda m: [m, m])),
    ("no ServerHello", instead("ServerHello")),
    ("no Certificate", instead("Certificate")),
    ("an empty Certificate", rewrite("Certificate", lambda d: b"\0\0\0")),
    ("a Certificate of garbage", rewrite("Certificate", lambda d: b"\0\0\x3e\0\0\x3b" + GARBAGE)),
    ("a Certificate cut", rewrite("Certificate", lambda d: d[:500])),
    ("a Certificate whose lengths lie", rewrite("Certificate", lambda d: b"\xff" + d[1:])),
    ("a Certificate twice", on("Certificate", lambda m: [m, m])),
    ("a bit of the Certificate altered", rewrite("Certificate", flip(400))),
    ("no ServerKeyExchange", instead("ServerKeyExchange")),
    ("a ServerKeyExchange whose signature is altered", rewrite("ServerKeyExchange", flip(-1))),
    ("a ServerKeyExchange whose share is altered", rewrite("ServerKeyExchange", flip(10))),
    ("a ServerKeyExchange on P-384",
     rewrite("ServerKeyExchange", lambda d: d[:2] + b"\x18" + d[3:])),
    ("a ServerKeyExchange cut", rewrite("ServerKeyExchange", lambda d: d[:40])),
    ("an explicit curve", rewrite("ServerKeyExchange", lambda d: b"\1" + d[1:])),
    ("a signature of SHA-1", rewrite("ServerKeyExchange", lambda d: _hash(d, 2))),
    ("a signature of ECDSA", rewrite("ServerKeyExchange", lambda d: _algorithm(d, 3))),
    ("Finished at once", instead("ServerHello", Record(HANDSHAKE, b"\x14\0\0\x0c" + bytes(12)))),
    ("ChangeCipherSpec early", before("Certificate", Record(CCS, b"\1"))),
    ("application data early", before("Certificate", Record(APPLICATION, b"HTTP/1.1 200 OK\r\n"))),
    ("a record that is too long", before("Certificate", wire(HANDSHAKE, 20000, bytes(20000)))),
    ("a record of 65,535 octets", before("ServerHello", wire(HANDSHAKE, 65535, bytes(1000)))),
    ("an unknown content type", before("Certificate", wire(99, 5, b"hello"))),
    ("a heartbeat", before("Certificate", wire(24, 3, b"\1\x40\0"))),
    ("another record version", before("Certificate", Wire(b"\x16\x02\x00\x00\x05hello"))),
    ("SSL 2", before("ServerHello", Wire(b"\x80\x2e\x04\x00\x01\x00\x02" + bytes(40)))),
    ("HTTP", before("ServerHello", Wire(b"HTTP/1.1 400 Bad Request\r\n\r\n"))),
    ("nothing but the end", instead("ServerHello", None)),
    ("an end in the middle", instead("ServerKeyExchange", None)),
    ("a fatal alert", before("ServerHello", alert("handshake_failure"))),
    ("close_notify in the middle", before("Certificate", alert("close_notify", 1))),
    ("an alert of another level", before("Certificate", Record(ALERT, b"\x09\x28"))),
)  # fmt: skip


def _hash(data, number):
    """Another hash in a ServerKeyExchange's SignatureAndHashAlgorithm."""
    at = 4 + data[3]
    return data[:at] + bytes([number]) + data[at + 1 :]


def _algorithm(data, number):
    at = 5 + data[3]
    return data[:at] + bytes([number]) + data[at + 1 :]


@pytest.mark.parametrize("name, deed", HELLOS, ids=[row[0] for row in HELLOS])
def test_a_handshake_that_goes_wrong_at_first_tells_the_server_nothing(world, name, deed):
    server = BadServer(world.server_key, [world.server, world.issuing], deed)
    error, tap = attempt(world, server)
    assert error is not None and error.code == "tls", error
    tap.assert_nothing_was_told()
    assert server.heard == b""


def test_a_share_on_no_curve_is_refused(world):
    """Signed by the true key: BearSSL finds out when it computes."""
    settings = {"eccCurves": ["secp256r1"], "keyShares": []}
    sound = BadServer(world.server_key, [world.server, world.issuing], settings=settings)
    assert attempt(world, sound)[0] is None
    # the signature is made over what make_share gives: the point is replaced before it
    server = _OffCurve(world.server_key, [world.server, world.issuing], settings=settings)
    error, tap = attempt(world, server)
    assert error.code == "tls" and server.heard == b""
    tap.assert_nothing_was_told()


class _OffCurve(BadServer):
    def _talk(self, plain):
        from tlslite import keyexchange

        original = keyexchange.ECDHKeyExchange.calc_public_value
        keyexchange.ECDHKeyExchange.calc_public_value = lambda *_: bytearray(b"\4" + b"\xff" * 64)
        try:
            super()._talk(plain)
        finally:
            keyexchange.ECDHKeyExchange.calc_public_value = original


FINISHED = Record(HANDSHAKE, b"\x14\0\0\x0c" + bytes(12))
# What comes after the set's part of the handshake (its key exchange), before the server's proof.
PROOFS = (
    ("wrong Finished", rewrite("Finished", flip(3))),
    ("a Finished cut", rewrite("Finished", lambda d: d[:8])),
    ("a Finished that is too long", rewrite("Finished", lambda d: d + b"x")),
    ("no Finished, but data", instead("Finished", Record(APPLICATION, b"HTTP/1.1 200 OK\r\n"))),
    ("no ChangeCipherSpec", instead("ChangeCipherSpec")),
    ("ChangeCipherSpec twice", on("ChangeCipherSpec", lambda m: [m, m])),
    ("a strange ChangeCipherSpec", instead("ChangeCipherSpec", Record(CCS, b"\2"))),
    ("Finished in clear", instead("ChangeCipherSpec", FINISHED)),
    ("an alert instead", instead("ChangeCipherSpec", alert("decrypt_error"))),
    ("the end instead", instead("ChangeCipherSpec", None)),
    ("the end between the two", instead("Finished", None)),
    ("a bad MAC", instead("Finished", wire(HANDSHAKE, 40, bytes(40)))),
    ("another handshake message", instead("Finished", Record(HANDSHAKE, b"\x0e\0\0\0"))),
    ("a ticket that nobody asked for",
     before("ChangeCipherSpec", Record(HANDSHAKE, b"\4\0\0\6" + bytes(6)))),
)  # fmt: skip


@pytest.mark.parametrize("name, deed", PROOFS, ids=[row[0] for row in PROOFS])
def test_no_data_leaves_before_the_server_has_proved_itself(world, name, deed):
    server = BadServer(world.server_key, [world.server, world.issuing], deed)
    error, tap = attempt(world, server)
    assert error is not None and error.code == "tls", error
    told = [kind for kind, _ in messages(tap.sent)]
    assert CLIENT_KEY_EXCHANGE in told, "it went wrong before its time"
    assert DATA not in [kind for kind, _ in tap.client()]
    assert server.heard == b""


# -- what it answers -----------------------------------------------------------------------------


CBC = {"cipherNames": ["aes128"], "macNames": ["sha256"], "useEncryptThenMAC": False}
# The request has left; what comes is no answer. In clear, or under the keys.
ANSWERS = (
    ("a bad MAC", instead("ApplicationData", wire(APPLICATION, 64, bytes(64)))),
    ("a short record", instead("ApplicationData", wire(APPLICATION, 4, bytes(4)))),
    ("an empty record", instead("ApplicationData", wire(APPLICATION, 0))),
    ("an answer in clear", instead("ApplicationData", wire(APPLICATION, 8, b"HTTP/1.1"))),
    ("a record that is too long", instead("ApplicationData", wire(APPLICATION, 20000, bytes(999)))),
    ("the end without close_notify", instead("ApplicationData", None)),
    ("a truncated close in the middle", on(
        "ApplicationData", lambda m: [Record(APPLICATION, bytes(m.write())[:5000]), None])),
    ("a fatal alert", instead("ApplicationData", alert("internal_error"))),
    ("a second ServerHello",
     before("ApplicationData", Record(HANDSHAKE, b"\2\0\0\x26\3\3" + bytes(36)))),
    ("a second Certificate", before("ApplicationData", Record(HANDSHAKE, b"\x0b\0\0\3\0\0\0"))),
    ("a ClientHello", before("ApplicationData", Record(HANDSHAKE, b"\1\0\0\2\3\3"))),
    ("ChangeCipherSpec", before("ApplicationData", Record(CCS, b"\1"))),
)  # fmt: skip


@pytest.mark.parametrize("settings", (None, CBC), ids=("GCM", "CBC"))
@pytest.mark.parametrize("name, deed", ANSWERS, ids=[row[0] for row in ANSWERS])
def test_an_answer_that_is_none_is_refused(world, name, deed, settings):
    server = BadServer(world.server_key, [world.server, world.issuing], deed, settings)
    error, _ = attempt(world, server)
    assert server.heard.startswith(b"GET / HTTP/1.1\r\n")
    assert error is not None and error.code == "tls", error


def test_what_a_server_may_do_is_borne(world):
    """Renegotiation is declined and the answer taken; so are warnings and records of 16 KiB."""
    rows = (
        before("ApplicationData", Record(HANDSHAKE, b"\0\0\0\0")),  # HelloRequest
        before("Certificate", Record(HANDSHAKE, b"\0\0\0\0")),
        before("ApplicationData", alert("user_canceled", 1)),
        before("ApplicationData", Record(APPLICATION, b"")),
        None,
    )
    for deed in rows:
        for settings in (None, CBC):
            server = BadServer(world.server_key, [world.server, world.issuing], deed, settings)
            error, tap = attempt(world, server)
            assert error is None, (error, deed)
            assert max(len(data) for kind, data in tap.server() if kind == DATA) > 16384


def test_tls_1_0_needs_permission(world):
    settings = {"minVersion": (3, 1), "maxVersion": (3, 1), "versions": [(3, 1)]}
    chain = [world.server, world.issuing]
    error, tap = attempt(world, BadServer(world.server_key, chain, settings=settings))
    assert error.code == "tls"
    tap.assert_nothing_was_told()
    allowed = trust(world, legacy=True)
    server = BadServer(world.server_key, chain, settings=settings)
    assert attempt(world, server, trusting=allowed)[0] is None
