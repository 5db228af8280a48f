"""HTTPS against servers that we did not write: OpenSSL's s_server and nginx."""

import pytest

from errors import Error
from tls_client import fetch, page, trust
from tls_servers import nginx, openssl
from tls_tap import APPLICATION, Tap, records
from tls_world import World

pytestmark = [pytest.mark.peers, pytest.mark.check]

# What a record of 4096 octets may have around it: explicit IV, MAC, padding.
MOST = 4096 + 16 + 48 + 256


@pytest.fixture(name="world", scope="module")
def _world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("world"))


@pytest.fixture(name="server", scope="module")
def _server(world):
    with openssl(world, "-tls1_2") as server:
        yield server


def identity(world):
    return world.client_key_der, world.client_chain


def refused(*arguments, **words):
    """Return the Error that fetch() ends with."""
    with pytest.raises(Error) as caught:
        fetch(*arguments, **words)
    return caught.value


# (name, flags of s_server, legacy, what its page says)
OPENSSL = (
    ("TLS 1.2", ["-tls1_2"], False, ("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384")),
    ("1.2 and 1.3", [], False, ("TLSv1.2",)),
    ("P-256 only", ["-tls1_2", "-named_curve", "P-256"], False, ("ECDHE-RSA",)),
    ("X25519 only", ["-tls1_2", "-named_curve", "X25519"], False, ("ECDHE-RSA",)),
    ("CBC", ["-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"], False, ("ECDHE-RSA-AES128-SHA256",)),
    ("RSA key exchange only", ["-tls1_2", "-cipher", "AES256-GCM-SHA384"], False,
     ("AES256-GCM-SHA384",)),
    ("TLS 1.1", ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], True, ("TLSv1.1",)),
    ("TLS 1.0", ["-tls1", "-cipher", "ALL:@SECLEVEL=0"], True, ("TLSv1",)),
)  # fmt: skip


@pytest.mark.parametrize("name, flags, legacy, says", OPENSSL, ids=[row[0] for row in OPENSSL])
def test_openssl_s_server(world, name, flags, legacy, says):
    with openssl(world, *flags) as server:
        text = page(server.port, trust(world, legacy=legacy))
        assert all(word in text for word in says), text
        if legacy:
            # scep_allow_legacy=no
            with Tap(server.port) as tap:
                assert refused(tap.port, trust(world)).code == "tls"
            tap.assert_nothing_was_told()


def test_a_server_of_tls_1_3_only_is_refused(world):
    with openssl(world, "-tls1_3") as server:
        assert refused(server.port, trust(world)).code == "tls"


def test_forward_secrecy_is_preferred_and_rsa_key_exchange_offered_last(world, server):
    """ECDHE suites are 0xC0xx; X25519 (29) is asked for before P-256 (23)."""
    for legacy in (False, True):
        with Tap(server.port) as tap:
            fetch(tap.port, trust(world, legacy=legacy))
        hello = tap.hello()
        kinds = [suite >> 8 == 0xC0 for suite in hello.suites if suite != 0x00FF]
        assert kinds == sorted(kinds, reverse=True) and kinds[0] and not kinds[-1]
        assert hello.extensions[10] == b"\0\4\0\x1d\0\x17"
    # a server that goes by our order, whatever its own is
    cipher = "AES256-GCM-SHA384:AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256"
    with openssl(world, "-tls1_2", "-cipher", cipher) as other:
        assert "Cipher    : ECDHE-RSA-AES128-GCM-SHA256" in page(other.port, trust(world))


def test_the_name_is_sent_but_not_an_address(world, server):
    for host, sent in (("localhost", b"\0\x0c\0\0\x09localhost"), ("127.0.0.1", None)):
        with Tap(server.port) as tap:
            fetch(tap.port, trust(world), host=host)
        assert tap.hello().extensions.get(0) == sent


def test_openssl_asks_for_a_client_certificate(world):
    flags = ["-tls1_2", "-Verify", "3", "-CAfile", world.root_file, "-verify_return_error"]
    with openssl(world, *flags) as server:
        text = page(server.port, trust(world), identity(world))
        assert "Verification: OK" in text or "Verify return code: 0 (ok)" in text, text
        error = refused(server.port, trust(world))
        assert error.code in ("tls", "connect")


NGINX_CLIENT = "ssl_client_certificate {root}; ssl_verify_client on; ssl_verify_depth 3;"


@pytest.fixture(name="mutual", scope="module")
def _mutual(world, tmp_path_factory):
    folder = tmp_path_factory.mktemp("nginx")
    with nginx(world, folder, NGINX_CLIENT.format(root=world.root_file)) as server:
        (folder / "pages" / "large").write_bytes(bytes(range(256)) * 1200)
        yield server


def test_nginx_shows_a_protected_page_to_who_has_a_certificate(world, mutual):
    with Tap(mutual.port) as tap:
        text = page(tap.port, trust(world), identity(world), "/who")
    assert text.startswith("TLSv1.2 ECDHE-RSA-") and text.endswith(" CN=set")
    assert f"{world.client.serial_number:X}" in text
    # the chain went along, the private key's octets did not
    assert world.client_chain[0] in tap.sent and world.client_chain[1] in tap.sent


def test_nginx_refuses_who_has_none(world, mutual):
    error = refused(mutual.port, trust(world), path="/who")
    assert error.code == "http-status" and "400" in error.message


def test_nginx_sends_the_short_records_that_were_asked_for(world, mutual):
    """Max_fragment_length: 4096 octets, whatever the size of the answer."""
    with Tap(mutual.port) as tap:
        response = fetch(tap.port, trust(world), identity(world), "/large")
    assert bytes(response.body) == bytes(range(256)) * 1200
    assert tap.hello().extensions[1] == b"\x04"
    lengths = [len(body) for kind, body in records(tap.came) if kind == APPLICATION]
    assert len(lengths) >= 75 and max(lengths) <= MOST
