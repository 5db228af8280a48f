"""What a transaction asks for: its PKCS #10, and the certificate that signs a first request.

For client.py.  RFC 8894 sections 2.3 and 3.3.1.
"""

from scep import altnames, ownsigned, pkcs10
from scep.der import Encoder
from scep.extensions import DIGITAL_SIGNATURE
from scep.transaction import SELF


class Pkcs10:
    """The payload of PKCSReq and RenewalReq: a PKCS #10 with the challenge, if one is due."""

    def __init__(self, transaction, challenge, digest):
        """Nothing is built yet.

        transaction: Transaction; challenge: None or a function that returns a fresh bytearray;
        digest: str, the hash of the request's own signature.
        """
        self._transaction = transaction
        self._challenge = challenge
        self._digest = digest
        self._size = -1

    @property
    def size(self):
        """The octets that it needs at most; opens the challenge once, for its length."""
        if self._size < 0:
            transaction = self._transaction
            modulus = (transaction.key.bits + 7) // 8
            size = 400 + 2 * modulus + len(transaction.subject) + 2 * len(transaction.san)
            if self._challenge is not None:
                secret = self._challenge()
                size += len(secret) + 16
                _wipe(secret)
            self._size = size
        return self._size

    def put(self, e):
        """Generator: prepend it to an Encoder; the challenge stands there in clear."""
        transaction = self._transaction
        usage = pkcs10.SIGN_AND_ENCIPHER if transaction.usage == "both" else DIGITAL_SIGNATURE
        secret = self._challenge() if self._challenge is not None else None
        try:
            yield from pkcs10.steps(
                e,
                transaction.key,
                transaction.subject,
                secret,
                altnames.parse(transaction.san),
                usage,
                hash_name=self._digest,
            )
        finally:
            if secret is not None:
                _wipe(secret)


def self_sign(transaction):
    """Generator: give a transaction a self-signed certificate of its own key as signer.

    One a transaction: it goes into the record, so that it survives polls and reboots.
    """
    key = transaction.key
    size = 400 + 2 * ((key.bits + 7) // 8) + 2 * len(transaction.subject)
    e = Encoder(bytearray(size))
    yield from ownsigned.steps(e, key, transaction.subject)
    transaction.certificate = bytes(e.view())
    transaction.role = SELF
    transaction.signer_key = key


def _wipe(secret):
    for i in range(len(secret)):
        secret[i] = 0
