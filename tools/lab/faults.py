"""Misbehaviours of a SCEP server, by name: what `labca serve --fault NAME` plays.

For the lab CA; the list is FAULTS.md's. A fault is a small class that bends one step of an
honest answer: asn1faults.py, cmsfaults.py and certfaults.py hold them, wirefaults.py those of
HTTP itself.
"""

FAULTS = {}


class Fault:
    """No fault: every step as it should be. A fault overrides the one step that it bends."""

    name = "none"
    ber = False

    def caps(self, caps):
        """Return the GetCACaps keywords (tuple), or None for `unknown operation`."""
        return caps

    def ca_certificates(self, ders, authority):
        """Return the DER certificates that GetCACert answers."""
        return ders

    def next_ca_signer(self, entity, authority):
        """Return who signs GetNextCACert."""
        return entity

    def issue(self, csr):
        """Return extra arguments of Authority.issue: subject, public_key."""
        return {}

    def plain(self, der, authority):
        """Return the certs-only message that goes into the envelope."""
        return der

    def cipher(self, name):
        """Return the content cipher's name."""
        return name

    def digest(self, name):
        """Return the digest's name."""
        return name

    def recipient(self, certificate):
        """Return the asn1crypto certificate that the envelope is encrypted to."""
        return certificate

    def envelope(self):
        """Return extra arguments of pkimessage.envelope."""
        return {}

    def content(self, content, status):
        """Return the signed content: an envelope (bytes) or None."""
        return content

    def attributes(self, attributes):
        """Return the signed SCEP attributes {oid: value}; None as a value leaves one out."""
        return attributes

    def signer(self, entity, authority):
        """Return the Entity that signs the CertRep."""
        return entity

    def options(self, options, authority):
        """Return the options of pkimessage.sign."""
        return options

    def body(self, der):
        """Return the octets that are sent."""
        return der

    def crl(self, authority, generation):
        """Return the DER CRL of GetCRL and of the distribution point."""
        return authority.crl(generation)

    def ocsp(self, authority, request_der):
        """Return the DER OCSPResponse."""
        return authority.ocsp(request_der)


def fault(name):
    """Register a Fault class under its command-line name."""

    def register(cls):
        cls.name = name
        FAULTS[name] = cls
        return cls

    return register


# -- octets ----------------------------------------------------------------------------------


class Truncated(Fault):
    """`truncate-N`: only the first N octets of the DER are sent, with a matching length."""

    def __init__(self, count):
        """Keep `count` octets."""
        self._count = count

    def body(self, der):
        """Cut."""
        return der[: self._count]


class BitFlipped(Fault):
    """`flip-N`: bit N of the answer (0 is the lowest of the first octet) is inverted."""

    def __init__(self, bit):
        """Flip `bit`."""
        self._bit = bit

    def body(self, der):
        """Flip one bit; beyond the end, the last octet's."""
        data = bytearray(der)
        data[min(self._bit // 8, len(data) - 1)] ^= 1 << (self._bit % 8)
        return bytes(data)


class Replay(Fault):
    """`replay`: the first CertRep ever sent is sent again and again."""

    name = "replay"

    def __init__(self):
        """Nothing was sent yet."""
        self._first = None

    def body(self, der):
        """Answer the first one."""
        self._first = self._first or der
        return self._first


FAULTS["replay"] = Replay


def find(name):
    """Return the Fault of a name, or None when the name is not one of these.

    `truncate-N` and `flip-N` take a number.
    """
    if name in FAULTS:
        return FAULTS[name]()
    stem, _, number = name.rpartition("-")
    if number.isdigit() and stem in ("truncate", "flip"):
        return {"truncate": Truncated, "flip": BitFlipped}[stem](int(number))
    return None
