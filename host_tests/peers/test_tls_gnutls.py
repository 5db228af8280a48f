"""HTTPS against GnuTLS' gnutls-serv. It listens on all addresses: only loopback is there for it."""

import os
import subprocess
import sys

import pytest

from errors import Error
from tls_client import fetch, page, trust
from tls_servers import gnutls
from tls_tap import APPLICATION, Tap, records
from tls_world import World

pytestmark = [pytest.mark.peers, pytest.mark.check]

ALONE = "MICROSCEP_LOOPBACK_ONLY" in os.environ
# What a record of 4096 octets may have around it: explicit IV, MAC, padding.
MOST = 4096 + 16 + 48 + 256
ONLY_CURVE = "NORMAL:-GROUP-ALL:+GROUP-"
ONLY_VERSION = "LEGACY:-VERS-ALL:%COMPAT:+VERS-"


if ALONE:

    @pytest.fixture(name="world", scope="module")
    def _world(tmp_path_factory):
        return World(tmp_path_factory.mktemp("world"))

    def refused(*arguments, **words):
        with pytest.raises(Error) as caught:
            fetch(*arguments, **words)
        return caught.value.code

    # (name, priority, legacy, what its page says)
    ROWS = (
        ("all", "NORMAL", False, ("TLS1.2", "X25519")),
        ("P-256", ONLY_CURVE + "SECP256R1", False, ("TLS1.2", "SECP256R1")),
        ("RSA", "NORMAL:-KX-ALL:+RSA", False, ("TLS1.2", "RSA")),
        ("CBC", "NORMAL:-AEAD:-CIPHER-ALL:+AES-128-CBC:+SHA256", False, ("AES-128-CBC",)),
        ("TLS 1.1", ONLY_VERSION + "TLS1.1", True, ("TLS1.1",)),
        ("TLS 1.0", ONLY_VERSION + "TLS1.0", True, ("TLS1.0",)),
    )

    @pytest.mark.parametrize("name, priority, legacy, says", ROWS, ids=[row[0] for row in ROWS])
    def test_versions_curves_and_key_exchanges(world, name, priority, legacy, says):
        with gnutls(world, "--disable-client-cert", priority=priority) as server:
            with Tap(server.port) as tap:
                text = page(tap.port, trust(world, legacy=legacy))
            assert all(word in text for word in says), text
            kinds = [len(body) for kind, body in records(tap.came) if kind == APPLICATION]
            assert kinds and max(kinds) <= MOST
            if legacy:
                with Tap(server.port) as tap:
                    assert refused(tap.port, trust(world)) == "tls"
                tap.assert_nothing_was_told()

    def test_a_client_certificate_is_demanded_and_verified(world):
        flags = ("--require-client-cert", "--verify-client-cert", "--x509cafile", world.root_file)
        with gnutls(world, *flags) as server:
            text = page(server.port, trust(world), (world.client_key_der, world.client_chain))
            assert "CN=set" in text
            assert refused(server.port, trust(world)) in ("tls", "connect")

    def test_a_name_that_the_server_does_not_have_ends_the_handshake(world):
        flags = ("--sni-hostname", "elsewhere.example", "--sni-hostname-fatal")
        with gnutls(world, "--disable-client-cert", *flags) as server, Tap(server.port) as tap:
            assert refused(tap.port, trust(world)) == "tls"
        tap.assert_nothing_was_told()

else:

    def test_in_a_namespace_with_nothing_but_loopback():
        # Root needs no user namespace, and a container often allows none.
        unshare = ["unshare", "-n" if os.geteuid() == 0 else "-rn"]
        if subprocess.run([*unshare, "true"], capture_output=True).returncode:
            pytest.skip("no network namespace may be made on this machine")
        inner = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "peers"]
        done = subprocess.run(
            [*unshare, "sh", "-c", 'ip link set lo up && exec "$@"', "sh", *inner, __file__],
            env=dict(os.environ, MICROSCEP_LOOPBACK_ONLY="1"),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0 and "8 passed" in done.stdout, done.stdout[-4000:]
