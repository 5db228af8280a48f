"""Secrets that reach the set sealed to its factory certificate: a challenge, or an identity.

For enrol.py (`scep_psk_cms`) and the boot procedure (`identity_cms`); tools/wrap makes them.
CMS EnvelopedData (RFC 5652 section 6); contents of DESIGN.md section 7:

    BoundChallenge ::= SEQUENCE {
        challenge  UTF8String,
        caSHA256   OCTET STRING (SIZE (32)),  -- of the one CA that may receive it
        mac        PrintableString OPTIONAL } -- of the one set that may use it
    SealedIdentity ::= SEQUENCE {
        key           OCTET STRING,           -- PrivateKeyInfo (RFC 5958) in DER
        certificates  SEQUENCE OF Certificate,  -- the key's own first, then its issuers
        mac           PrintableString OPTIONAL }

The set keeps the ciphertext; what it opens lives in one bytearray and is wiped.
"""

import binascii

import scepcore
from errors import Error
from phone import charset
from scep import cms
from scep.der import PRINTABLE_STRING, SEQUENCE, UTF8_STRING, DerError, Reader
from scep.x509 import Certificate

_LONGEST_CHALLENGE = 255


class HandoverError(Error):
    """A sealed value cannot be used: codes `config`, `ca-fingerprint`, `decrypt`, `algorithm`."""


def open_challenge(text, key, certificate, ca_sha256, mac):
    """Generator: return the challenge of a `scep_psk_cms` in a bytearray that the caller wipes.

    text: str, base64; key: scepcore.RSAKey, the factory key; certificate: its x509.Certificate;
    ca_sha256: bytes, the SHA-256 of the CA that was authenticated; mac: 6 bytes, this set's.
    Yields None between the steps of the RSA operation. Raises HandoverError: `ca-fingerprint`
    where the challenge is bound to another CA (it is not released), `config` where it is for
    another set or malformed, `decrypt` where it is not sealed to this set.
    """
    work = bytearray(_decoded(text))
    try:
        fields = yield from _opened(work, key, certificate)
        challenge = fields.body(UTF8_STRING)
        bound = fields.octet_string()
        _check_mac(fields, mac)
        if not 0 < len(challenge) <= _LONGEST_CHALLENGE:
            raise HandoverError("config", "the sealed challenge is empty or too long")
        if bytes(bound) != bytes(ca_sha256):
            raise HandoverError(
                "ca-fingerprint",
                "the sealed challenge is bound to another CA and was not sent",
                bytes(bound),
            )
        return bytearray(challenge)
    except DerError as e:
        raise HandoverError("config", "the sealed challenge is malformed", e.evidence)
    finally:
        charset.wipe(work)


def open_identity(text, key, certificate, mac):
    """Generator: return (scepcore.RSAKey, list of DER certificates) of an `identity_cms`.

    Arguments as open_challenge. The first certificate is the key's own. Raises HandoverError:
    `config` also where the key is not the certificate's.
    """
    work = bytearray(_decoded(text))
    try:
        fields = yield from _opened(work, key, certificate)
        private = fields.octet_string()
        inner = fields.enter(SEQUENCE)
        chain = []
        while not inner.empty():
            chain.append(bytes(inner.tlv(SEQUENCE)))
        _check_mac(fields, mac)
        return _matched(private, chain), chain
    except DerError as e:
        raise HandoverError("config", "the sealed identity is malformed", e.evidence)
    finally:
        charset.wipe(work)


# -- private, in the order of use


def _decoded(text):
    try:
        return binascii.a2b_base64(text)
    except ValueError:
        raise HandoverError("config", "a sealed value is not base64")


def _opened(work, key, certificate):
    """Generator: decrypt `work` in place; return a Reader over the fields of the content."""
    try:
        plain, cipher = yield from cms.open_enveloped(work, key, certificate)
    except DerError as e:
        raise HandoverError("config", "a sealed value is no CMS EnvelopedData", e.evidence)
    except Error as e:
        # no recipient, another key, a wrong padding: one answer for all
        raise HandoverError("decrypt", "a sealed value is not for this set", e.code)
    if not cipher.startswith("aes"):
        # table DES serves answers whose content is public; a secret is not to pass through it
        raise HandoverError("algorithm", "a sealed value must be encrypted with AES", cipher)
    return Reader(plain).enter(SEQUENCE)


def _check_mac(fields, mac):
    bound = None if fields.empty() else bytes(fields.body(PRINTABLE_STRING))
    fields.finish()
    if bound is not None and bound != bytes("".join(["%02X" % b for b in mac]), "ascii"):
        raise HandoverError("config", "a sealed value is bound to another set's MAC address")


def _matched(private, chain):
    """Return the RSAKey of `private`, which must be the first certificate's."""
    if not chain:
        raise HandoverError("config", "the sealed identity holds no certificate")
    try:
        key = scepcore.RSAKey.from_der(private)
    except (ValueError, scepcore.Error):
        raise HandoverError("config", "the sealed identity holds no RSA key that can be used")
    if key.public() != Certificate(chain[0]).public_key():
        key.wipe()
        raise HandoverError("config", "the sealed identity's key is not its certificate's")
    return key
