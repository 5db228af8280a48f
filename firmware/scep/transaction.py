"""One enrolment or renewal, from its first message to its certificate, over reboots.

For client.py, which runs it, and the keeper of the key store, which stores it.
RFC 8894 sections 2.3, 2.5, 3.2.1.4 and 4.4.
"""

import binascii

import scepcore
from errors import Error
from scep import policy, registry
from scep.der import (
    OCTET_STRING,
    PRINTABLE_STRING,
    SEQUENCE,
    UTF8_STRING,
    Encoder,
    Reader,
)
from scep.message import Signer
from scep.x509 import Certificate

# state
NEW = 0  # nothing was sent
SENT = 1  # a request may have reached the CA: its answer is unknown
PENDING = 2  # the CA waits for a manual approval

# who signs
SELF = 0  # a self-signed certificate of the new key
OTHER = 1  # another certificate and key: the factory's, or the one to renew

_VERSION = 1


class TransactionError(Error):
    """A stored transaction that cannot be read (`flash-corrupt`) or used (`internal`)."""


class Transaction:
    """What must survive a reboot so that an answer can still be fetched and believed.

    state: NEW, SENT or PENDING; kind: int, PKCS_REQ or RENEWAL_REQ of registry; rung: int of
    policy; transaction_id: bytes, 32 hexadecimal digits; certificate: bytes, DER of the signer's
    certificate; role: SELF or OTHER; with_challenge: bool; polls: int; ca: bytes, SHA-256 of
    the CA's anchor or empty; subject: bytes, Name element; san: str and usage: str as the
    configuration has them; replaced: bytes, SHA-256 of the certificate that is renewed or empty.
    key, signer_key: scepcore.RSAKey, the new key and the signer's; never in the record.

    Invariants: while state is SENT or PENDING, transaction_id, certificate and both keys stay
    the same; the record is stored before the first octet of a message leaves.
    """

    def __init__(self, key, subject, san="", usage="both", transaction_id=None):
        """Begin one.  key: scepcore.RSAKey to certify; subject: bytes-like, Name element."""
        self.key = key
        self.signer_key = key
        self.subject = bytes(subject)
        self.san = san
        self.usage = usage
        self.state = NEW
        self.kind = registry.PKCS_REQ
        self.rung = policy.RENEWAL_ENROL
        self.transaction_id = fresh_id() if transaction_id is None else transaction_id
        self.certificate = b""
        self.role = SELF
        self.with_challenge = True
        self.polls = 0
        self.ca = b""
        self.replaced = b""

    def signed_by(self, key, certificate):
        """Let another identity sign: the factory's, or the one that is renewed.

        key: scepcore.RSAKey; certificate: bytes-like DER.
        """
        self.role = OTHER
        self.signer_key = key
        self.certificate = bytes(certificate)

    def restart(self):
        """Begin anew after a definite refusal: the CA must not take it for the old request."""
        self.state = NEW
        self.polls = 0
        self.transaction_id = fresh_id()

    def signer(self):
        """Return the message.Signer of every message of this transaction."""
        if not self.certificate or self.signer_key is None:
            raise TransactionError("internal", "the transaction has no signer yet")
        return Signer(self.signer_key, Certificate(self.certificate))

    def to_bytes(self):
        """Return the record for the key store (bytes, DER); it holds no key and no secret."""
        # SEQUENCE { version, state, kind, rung, role, polls INTEGER, withChallenge BOOLEAN,
        #   transactionID PrintableString, ca, replaced, certificate OCTET STRING,
        #   subject Name, san, usage UTF8String }
        san = self.san.encode()
        usage = self.usage.encode()
        size = 160 + len(self.certificate) + len(self.subject) + len(san) + len(usage)
        e = Encoder(bytearray(size))
        end = e.pos
        e.tlv(UTF8_STRING, usage)
        e.tlv(UTF8_STRING, san)
        e.raw(self.subject)
        for octets in (self.certificate, self.replaced, self.ca):
            e.octet_string(octets)
        e.tlv(PRINTABLE_STRING, self.transaction_id)
        e.boolean(self.with_challenge)
        for number in (self.polls, self.role, self.rung, self.kind, self.state, _VERSION):
            e.integer(number)
        e.wrap(SEQUENCE, end)
        return bytes(e.view())

    @classmethod
    def from_bytes(cls, record, key, signer_key=None):
        """Read a record.

        record: bytes-like; key: scepcore.RSAKey of the transaction; signer_key: the signer's,
        where role is OTHER (see `signer_of`).  Raises TransactionError("flash-corrupt").
        """
        # reading needs no randomness: a set without a noise source still shows what waits
        new = cls(key, b"", transaction_id=b"")
        try:
            new._read(Reader(record))
        except Error as e:
            raise TransactionError("flash-corrupt", "the stored transaction is damaged", e.message)
        new.signer_key = key if new.role == SELF else signer_key
        return new

    def _read(self, reader):
        r = reader.enter(SEQUENCE)
        reader.finish()
        if r.integer() != _VERSION:
            raise TransactionError("flash-corrupt", "a transaction of another version")
        self.state = r.integer()
        self.kind = r.integer()
        self.rung = r.integer()
        self.role = r.integer()
        self.polls = r.integer()
        self.with_challenge = r.boolean()
        self.transaction_id = bytes(r.body(PRINTABLE_STRING))
        self.ca = bytes(r.body(OCTET_STRING))
        self.replaced = bytes(r.body(OCTET_STRING))
        self.certificate = bytes(r.body(OCTET_STRING))
        self.subject = bytes(r.tlv(SEQUENCE))
        self.san = str(bytes(r.body(UTF8_STRING)), "utf-8")
        self.usage = str(bytes(r.body(UTF8_STRING)), "utf-8")
        r.finish()


def fresh_id():
    """Return a new transactionID: unique, and PrintableString's characters."""
    return binascii.hexlify(scepcore.random(16))
