"""Faults in SCEP attributes, signatures, digests and envelopes.

For the lab CA; RFC 8894 section 3.2, RFC 5652; FAULTS.md 'DER, CMS, X.509' and 'Protocol'.
"""

import os

from asn1crypto import core
from asn1crypto import x509 as asn1_x509

from tools.lab import pkimessage as pki
from tools.lab.faults import Fault, fault
from tools.lab.strangers import stranger


def _attribute_fault(name, oid, change, text):
    def attributes(self, table):
        table = dict(table)
        table[oid] = change(table.get(oid))
        return table

    cls = type(name.title().replace("-", ""), (Fault,), {"attributes": attributes, "__doc__": text})
    fault(name)(cls)


def _option_fault(name, text, **values):
    def options(self, table, authority):
        return {**table, **values}

    cls = type(name.title().replace("-", ""), (Fault,), {"options": options, "__doc__": text})
    fault(name)(cls)


# -- SCEP attributes [RFC 8894 3.2.1] --------------------------------------------------------

_NONCE = core.OctetString(b"\x5a" * 16)
for _name, _oid, _change, _text in (
    ("transaction-id-other", pki.TRANSACTION_ID, lambda v: core.PrintableString("0" * 40),
     "transactionID of another request"),
    ("transaction-id-missing", pki.TRANSACTION_ID, lambda v: None, "no transactionID"),
    ("recipient-nonce-other", pki.RECIPIENT_NONCE, lambda v: _NONCE, "recipientNonce not ours"),
    ("recipient-nonce-missing", pki.RECIPIENT_NONCE, lambda v: None, "no recipientNonce"),
    ("sender-nonce-missing", pki.SENDER_NONCE, lambda v: None, "no senderNonce"),
    ("message-type-other", pki.MESSAGE_TYPE, lambda v: core.PrintableString("19"),
     "messageType PKCSReq in an answer"),
    ("message-type-missing", pki.MESSAGE_TYPE, lambda v: None, "no messageType"),
    ("pki-status-missing", pki.PKI_STATUS, lambda v: None, "no pkiStatus"),
    ("pki-status-7", pki.PKI_STATUS, lambda v: core.PrintableString("7"), "pkiStatus 7"),
):  # fmt: skip
    _attribute_fault(_name, _oid, _change, _text)


def _failure(name, fail_info):
    def attributes(self, table):
        table = dict(table)
        table[pki.PKI_STATUS] = core.PrintableString("2")
        table[pki.FAIL_INFO] = core.PrintableString(str(fail_info))
        return table

    def content(self, content, status):
        return None

    fault(name)(
        type(name.title().replace("-", ""), (Fault,), {
            "attributes": attributes, "content": content, "__doc__": f"failInfo {fail_info}",
        })
    )  # fmt: skip


for _name, _number in (
    ("fail-bad-alg", 0), ("fail-bad-message-check", 1), ("fail-bad-request", 2),
    ("fail-bad-time", 3), ("fail-bad-cert-id", 4),
):  # fmt: skip
    _failure(_name, _number)


@fault("pending-for-ever")
class PendingForEver(Fault):
    """PENDING for ever, as a server that forgot the request: no envelope, bounded by the client."""

    def attributes(self, attributes):
        """Say PENDING."""
        return {**attributes, pki.PKI_STATUS: core.PrintableString("3")}

    def content(self, content, status):
        """Leave the envelope out."""
        return None


@fault("success-without-envelope")
class SuccessWithoutEnvelope(Fault):
    """SUCCESS, but nothing in it."""

    def content(self, content, status):
        """Leave the envelope out."""
        return None


@fault("content-empty")
class ContentEmpty(Fault):
    """PENDING and FAILURE carry an empty eContent, where RFC 8894 3 has none (no fault).

    certmonger with OpenSSL 3 reads them only so (seen: `PKCS7 routines::no content`).
    """

    def content(self, content, status):
        """Have a content of no octets."""
        return content or b""


@fault("failure-with-envelope")
class FailureWithEnvelope(Fault):
    """FAILURE with a certificate in the envelope all the same."""

    def attributes(self, attributes):
        """Say FAILURE."""
        return {
            **attributes,
            pki.PKI_STATUS: core.PrintableString("2"),
            pki.FAIL_INFO: core.PrintableString("2"),
        }


@fault("attribute-duplicate")
class AttributeDuplicate(Fault):
    """The transactionID attribute stands twice."""

    def options(self, options, authority):
        """Repeat it."""
        return {**options, "repeat": (pki.TRANSACTION_ID,)}


# -- signature and content [RFC 5652 5] ------------------------------------------------------

_option_fault("digest-wrong", "messageDigest of something else", message_digest=b"\x11" * 32)
_option_fault("signature-wrong", "signature of zeros", signature=b"\0" * 256)
_option_fault("signature-short", "signature one octet short", signature=b"\x01" * 255)
_option_fault("content-type-other", "contentType attribute signedData", content_type="signed_data")
_option_fault("attributes-absent", "no signedAttrs: bare signature", no_attributes=True)
_option_fault("signer-twice", "two signerInfos", twice=True)
_option_fault("digest-label", "digestAlgorithm differs from the signature's", digest_label="sha512")
_option_fault("content-other", "signature over other content", signed_content=b"other")
_option_fault("name-with-hash", "sha256WithRSAEncryption as signatureAlgorithm (seen; no fault)",
              name_with_hash=True)  # fmt: skip


@fault("signer-other")
class SignerOther(Fault):
    """Signed by a stranger whose certificate comes along."""

    def signer(self, entity, authority):
        """Sign as a stranger."""
        return stranger()


@fault("signer-imposter")
class SignerImposter(Fault):
    """Signed with another key under the CA's own name and serial number."""

    def signer(self, entity, authority):
        """Sign as someone who only bears the name."""
        return stranger(issuer=entity.certificate)


@fault("digest-md5")
class DigestMd5(Fault):
    """The answer is signed with MD5."""

    def digest(self, name):
        """Use MD5."""
        return "md5"


@fault("digest-sha1")
class DigestSha1(Fault):
    """The answer is signed with SHA-1 although SHA-256 was asked (seen)."""

    def digest(self, name):
        """Use SHA-1."""
        return "sha1"


@fault("cipher-des")
class CipherDes(Fault):
    """The answer is in single DES although AES was asked (seen)."""

    def cipher(self, name):
        """Use DES."""
        return "des"


@fault("ber")
class Ber(Fault):
    """The answer is BER: indefinite lengths, constructed strings (seen)."""

    ber = True


@fault("recipient-other")
class RecipientOther(Fault):
    """The envelope is for another key."""

    def recipient(self, certificate):
        """Encrypt to a stranger."""
        return asn1_x509.Certificate.load(stranger().der)


@fault("encrypted-key-short")
class EncryptedKeyShort(Fault):
    """The encrypted key has a wrong length."""

    def envelope(self):
        """Send half a key."""
        return {"encrypted_key": os.urandom(128)}


@fault("encrypted-key-random")
class EncryptedKeyRandom(Fault):
    """The encrypted key is random octets: the padding does not open."""

    def envelope(self):
        """Send noise."""
        return {"encrypted_key": b"\0" + os.urandom(255)}


@fault("padding-wrong")
class PaddingWrong(Fault):
    """The last cipher block is spoilt: bad CBC padding."""

    def envelope(self):
        """Spoil the last block."""
        return {"spoil": lambda data: data[:-16] + os.urandom(16)}


@fault("ciphertext-short")
class CiphertextShort(Fault):
    """The ciphertext is no whole number of blocks."""

    def envelope(self):
        """Cut an octet."""
        return {"spoil": lambda data: data[:-1]}
