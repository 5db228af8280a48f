"""Look up one serial number in a CRL of any size, as it arrives.

For client_query.py (GetCRL) and the CRL distribution points.  RFC 5280 section 5, RFC 5652;
RFC 8894 section 3.3.4.

HTTP body -> SignedData -> EnvelopedData -> certs-only -> CRL, hashing and decrypting on the way,
in the buffers of stream.py.  Nothing is believed until every signature has been verified.
"""

import scepcore
from errors import Error
from scep import cms, cms_algorithms, crl_entry, extensions, message, names, oid, registry
from scep.cms_algorithms import CmsError
from scep.der import (
    BIT_STRING,
    CONTEXT,
    CONTEXT_C,
    GENERALIZED_TIME,
    INTEGER,
    OID,
    SEQUENCE,
    SET,
    UTC_TIME,
    Reader,
)
from scep.signatures import HASH_OF_SIGNATURE, CertError, holds, read_algorithm
from scep.stream import Copied, Decrypted, Octets, Wire

_SIGNER = 4096  # octets of SignerInfos, with an unsigned attribute or two
_RECIPIENTS = 2048  # octets of RecipientInfos
_DIGESTS = 256  # octets of digestAlgorithms: each content digest costs time


class Answer:
    """How a CertRep with a CRL must answer: what message.open_reply takes."""

    def __init__(self, signer, trusted, transaction_id, nonce):
        """signer: message.Signer; trusted: sequence of x509.Certificate; others: bytes."""
        self.signer = signer
        self.trusted = trusted
        self.transaction_id = transaction_id
        self.nonce = nonce


class CrlScan:
    """A scan.  Give `sink` to http.exchange, then run `finish`.

    entry: crl_entry.Entry that lists the certificate, or None; entries: int, how many there are;
    this_update, next_update: int seconds (next_update may be None); number: int or None;
    reply: message.Reply or None.  Valid only after `finish` has returned.
    """

    def __init__(self, certificate, issuer, answer=None, weak=False):
        """Prepare.

        certificate: x509.Certificate in question; issuer: x509.Certificate that must have signed
        the CRL; answer: Answer, or None where the CRL comes bare; weak: MD5 is allowed.
        """
        self.entry = None
        self.entries = 0
        self.this_update = None
        self.next_update = None
        self.number = None
        self.reply = None
        self._certificate = certificate
        self._issuer = issuer
        self._answer = answer
        self._weak = weak
        self._wire = Wire()
        self._work = self._bare() if answer is None else self._certrep()
        self._failure = None
        self._ended = False

    def sink(self, buf, start, end):
        """Generator: take a piece of the body (buf[start:end], until this ends)."""
        self._wire.feed(buf, start, end)
        yield from self._run()

    def finish(self):
        """Generator: end the body; returns this scan when all is verified.

        Raises CmsError, MessageError, CertError, DerError: nothing of the scan is to be used.
        """
        self._wire.close()
        yield from self._run()
        if self._failure is not None:
            raise self._failure
        return self

    def check_fresh(self, time):
        """Raise CertError("crl-stale") unless thisUpdate <= time <= nextUpdate."""
        crl_entry.check_fresh(self.this_update, self.next_update, time)

    def _run(self):
        """Generator: work until more octets are needed; yields None between steps."""
        while not self._ended:
            try:
                if next(self._work):
                    return
            except StopIteration:
                self._ended = True
                return
            except Error as e:
                # the body may be long: what is wrong with it is told at its end
                self._failure = e
                self._ended = True
                return
            yield None

    def _bare(self):
        """Generator: the body is the CRL."""
        layer = Copied(self._wire)
        yield from self._crl(layer)
        if (yield from layer.peek()) >= 0:
            layer.fail("more elements than expected")

    def _certrep(self):
        """Generator: ContentInfo { SignedData { EnvelopedData, ..., SignerInfos } }."""
        wire = self._wire
        yield from _enter_content(wire, oid.SIGNED_DATA)
        # SignedData ::= SEQUENCE { version, digestAlgorithms,
        yield from wire.skip(INTEGER)
        hashes = _hashes((yield from wire.collect(_DIGESTS)))
        # encapContentInfo SEQUENCE { eContentType, eContent [0] EXPLICIT OCTET STRING OPTIONAL },
        yield from wire.enter(SEQUENCE)
        content_type = Reader((yield from wire.collect(64)), ber=True).oid()
        inner = None
        if (yield from wire.next_tag()) >= 0:
            yield from wire.enter(CONTEXT_C | 0)
            content = Octets(wire, hashes)
            yield from content.open()
            try:
                yield from self._enveloped(content)
            except Error as e:
                # the signature is judged first: an attacker learns nothing from the inside
                inner = e
            yield from content.drain()
            yield from wire.leave()
        else:
            inner = CmsError("cms-format", "the answer says success but is empty")
        yield from wire.leave()
        # certificates [0], crls [1], signerInfos SET OF SignerInfo }
        for tag in (CONTEXT_C | 0, CONTEXT_C | 1):
            if (yield from wire.next_tag()) == tag:
                yield from wire.skip()
        signers = Reader((yield from wire.collect(_SIGNER)), ber=True).enter(SET)
        for _ in range(3):
            yield from wire.leave()
        if (yield from wire.peek()) >= 0:
            wire.fail("more elements than expected")
        self._judge(signers, content_type, hashes, inner)

    def _judge(self, signers, content_type, hashes, inner):
        """Verify the SignerInfo; then tell what was found inside."""
        if signers.empty():
            raise CmsError("cms-format", "the message is not signed")
        info = signers.enter(SEQUENCE)
        if not signers.empty():
            raise CmsError("cms-format", "the message has more than one signer")

        def digest_of(name):
            for hashed in hashes:
                if hashed.name == name:
                    return hashed.digest()
            raise CmsError("algorithm", "the signer's digest was not announced", name)

        by = cms.Signer(info, self._answer.trusted, content_type, digest_of)
        self.reply = message.read_reply(by, self._answer.transaction_id, self._answer.nonce)
        if self.reply.failure is not None:
            raise self.reply.failure
        if self.reply.status != registry.SUCCESS:
            raise message.MessageError("pki-status", "the CA answered PENDING to a query")
        if inner is not None:
            raise inner
        self.reply.cipher = self._cipher

    def _enveloped(self, layer):
        """Generator: ContentInfo { EnvelopedData } and the CRL in it."""
        yield from _enter_content(layer, oid.ENVELOPED_DATA)
        # EnvelopedData ::= SEQUENCE { version, originatorInfo [0] OPTIONAL, recipientInfos,
        yield from layer.skip(INTEGER)
        if (yield from layer.next_tag()) == CONTEXT_C | 0:
            yield from layer.skip()
        recipients = Reader((yield from layer.collect(_RECIPIENTS)), ber=True).enter(SET)
        signer = self._answer.signer
        encrypted = cms.encrypted_key_for(signer.certificate, recipients)
        # encryptedContentInfo SEQUENCE { contentType, algorithm, [0] IMPLICIT OCTET STRING } }
        yield from layer.enter(SEQUENCE)
        yield from layer.skip(OID)
        algorithm = Reader((yield from layer.collect(128)), ber=True)
        self._cipher, vector, key_octets, block = cms_algorithms.read_cipher(algorithm)
        if (yield from layer.next_tag()) < 0:
            raise CmsError("cms-format", "the envelope is empty")
        octets = Octets(layer)
        yield from octets.open(CONTEXT | 0)
        key = yield from cms.decrypt_key(signer.key, encrypted, key_octets)
        cipher = scepcore.cipher(self._cipher, key, vector, False)
        plain = Decrypted(octets, cipher, block)
        yield from self._certs_only(plain)
        yield from layer.leave()
        if (yield from layer.next_tag()) == CONTEXT_C | 1:
            yield from layer.skip()
        yield from layer.leave()
        yield from layer.leave()
        yield from layer.leave()
        if (yield from layer.peek()) >= 0:
            layer.fail("more elements than expected")

    def _certs_only(self, layer):
        """Generator: ContentInfo { degenerate SignedData { crls [1] } }."""
        yield from _enter_content(layer, oid.SIGNED_DATA)
        yield from layer.skip(INTEGER)
        yield from layer.skip(SET)
        yield from layer.skip(SEQUENCE)
        if (yield from layer.next_tag()) == CONTEXT_C | 0:
            yield from layer.skip()
        if (yield from layer.next_tag()) != CONTEXT_C | 1:
            raise CmsError("cms-format", "the CA answered without a CRL")
        yield from layer.enter(CONTEXT_C | 1)
        yield from self._crl(layer)
        while (yield from layer.next_tag()) >= 0:
            yield from layer.skip()
        yield from layer.leave()
        yield from layer.skip(SET)
        for _ in range(3):
            yield from layer.leave()
        if (yield from layer.peek()) >= 0:
            layer.fail("more elements than expected")

    def _crl(self, layer):
        """Generator: CertificateList ::= SEQUENCE { tbsCertList, algorithm, signature }."""
        yield from _enter_der(layer, SEQUENCE)
        yield from layer.ensure(2)
        layer.keep()
        yield from _enter_der(layer, SEQUENCE)
        algorithm = yield from self._head(layer)
        if (yield from layer.next_tag()) == SEQUENCE:
            yield from _enter_der(layer, SEQUENCE)
            yield from self._list(layer)
            yield from layer.leave()
        if (yield from layer.next_tag()) == CONTEXT_C | 0:
            size = yield from layer.element()
            explicit = Reader(layer.buf, layer.pos, layer.pos + size).enter(CONTEXT_C | 0)
            items = explicit.enter(SEQUENCE)
            explicit.finish()
            extensions.check(Reader(layer.buf, items.pos, items.end))
            self.number = crl_entry.check_extensions(items, self._certificate)
            layer.pos += size
        yield from layer.leave()
        digest = layer.digest()
        size = yield from layer.element()
        outer = read_algorithm(Reader(layer.buf, layer.pos, layer.pos + size))[0]
        if outer != algorithm:
            layer.fail("two different signature algorithms")
        layer.pos += size
        size = yield from layer.element()
        signature = Reader(layer.buf, layer.pos, layer.pos + size).bit_string(BIT_STRING)
        if not holds(self._issuer.public_key(), HASH_OF_SIGNATURE[algorithm], digest, signature):
            raise CertError("cert-signature", "the signature of the CRL is wrong")
        layer.pos += size
        yield from layer.leave()

    def _head(self, layer):
        """Generator: the fields before the entries; returns the signature's algorithm."""
        tags = (INTEGER, SEQUENCE, SEQUENCE, UTC_TIME, UTC_TIME)
        size = 0
        position = 0
        # have them in one piece: version and nextUpdate are optional
        while position < len(tags):
            yield from layer.ensure(size + 1)
            tag = layer.buf[layer.pos + size] if layer.end > layer.pos + size else -1
            if tag == GENERALIZED_TIME:
                tag = UTC_TIME
            if tag == tags[position]:
                layer.pos += size
                one = yield from layer.element()
                layer.pos -= size
                size += one
            elif position not in (0, 4):
                layer.fail("a CRL without issuer or thisUpdate")
            position += 1
        tbs = Reader(layer.buf, layer.pos, layer.pos + size)
        head = crl_entry.read_head(tbs)
        tbs.finish()
        version, inner, issuer, self.this_update, self.next_update = head
        algorithm = read_algorithm(Reader(inner))[0]
        name = HASH_OF_SIGNATURE.get(algorithm)
        if name is None or (name == "md5" and not self._weak):
            raise CertError("algorithm", "signature algorithm is unknown or too weak", algorithm)
        for other in (self._issuer.subject, self._certificate.issuer):
            if not names.equal(issuer, other):
                raise CertError("cert-issuer", "the CRL is of another issuer")
        if not self._issuer.allows(extensions.CRL_SIGN):
            raise CertError("cert-issuer", "the issuer's key may not sign CRLs")
        layer.hash_by(name)
        layer.pos += size
        return algorithm

    def _list(self, layer):
        """Generator: revokedCertificates; sets entry and entries."""
        serial = bytes(self._certificate.serial)
        while (yield from layer.has_more()):
            self._fast(layer, serial)
            if not (yield from layer.has_more()):
                return
            # what the fast loop left: an entry that is not whole, ours, or not of the usual form
            if layer.end - layer.pos < 128:
                yield from layer.ensure(128)
                if self._fast(layer, serial):
                    continue
            size = yield from layer.element()
            outer = Reader(layer.buf, layer.pos, layer.pos + size)
            entry = crl_entry.read(outer.enter(SEQUENCE))
            if entry.serial == serial:
                self.entry = entry
            self.entries += 1
            layer.pos += size

    def _fast(self, layer, serial):
        """Pass the entries of the usual form that are not ours; return how many."""
        end = min(layer.end, layer.left() + layer.pos)
        layer.pos, count = crl_entry.skim(layer.buf, layer.pos, end, serial)
        self.entries += count
        return count


def _enter_content(layer, kind):
    """Generator: enter ContentInfo ::= SEQUENCE { contentType, content [0] { SEQUENCE } }."""
    yield from layer.enter(SEQUENCE)
    if Reader((yield from layer.collect(64)), ber=True).oid() != kind:
        raise CmsError("cms-format", "the message is of another content type")
    yield from layer.enter(CONTEXT_C | 0)
    yield from layer.enter(SEQUENCE)


def _enter_der(layer, tag):
    """Generator: enter an element whose length must be definite."""
    yield from layer.enter(tag)
    if layer.left() < 0:
        layer.fail("indefinite length")


def _hashes(algorithms):
    """Return the hash objects for digestAlgorithms (bytes-like SET)."""
    reader = Reader(algorithms, ber=True).enter(SET)
    found = []
    while not reader.empty():
        try:
            name = cms_algorithms.read_digest(reader)
        except CmsError:
            continue
        if name not in [h.name for h in found]:
            found.append(scepcore.hash(name))
    return found
