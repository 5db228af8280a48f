"""The product's HTTPS client on CPython, as tests of TLS drive it."""

import scepcore
from real_time import drive
from scep import http, http_url, tls
from scep.transport import Transport
from scep.x509 import Certificate
from tls_world import DER, NOW


def trust(world, **words):
    """Return a Trust in the world's root, with a clock; words: of tls.Trust."""
    words.setdefault("clock", lambda: NOW)
    return tls.Trust([Certificate(world.root.public_bytes(DER))], **words)


def fetch(port, trust_, identity=None, path="/", host="localhost", buffer=tls.BUFFER, size=1 << 20):
    """GET https://host:port/path; return the Response. identity: (key DER, chain), or None."""
    if not scepcore.seeded():
        scepcore.seed(b"")
    key, chain = None, ()
    if identity is not None:
        key, chain = scepcore.RSAKey.from_der(identity[0]), identity[1]
    transport = Transport(tls=tls.hook(trust_, key, chain, buffer))
    request = http.Request(http_url.parse(f"https://{host}:{port}{path}"), "page")
    try:
        return drive(http.exchange(transport, request, http.Limits(size, 20000, 10000)))
    finally:
        if key is not None:
            key.wipe()


def page(*arguments, **words):
    """As fetch(); return the body as text."""
    return bytes(fetch(*arguments, **words).body).decode(errors="replace")
