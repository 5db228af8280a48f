"""Certification requests: what stands in them, field by field, and where the challenge goes."""

from expect import raises
from rsa_keys import key
from scep import altnames, extensions, names, oid, pkcs10
from scep.der import CONTEXT_C, SEQUENCE, SET, Encoder, Reader
from scep.signatures import finish, read_algorithm, verify

SUBJECT = "CN=00809F59E1A0,O=Ministère des Affaires Etrangères,C=FR"
SAN = "dns:phone.example,upn:phone@example,uri:tag:microsoft.com,2022-09-14:sid:S-1-5-21"


class Request:
    """A request taken apart: subject, public key, attributes {oid: value}, after its signature."""

    def __init__(self, data):
        reader = Reader(data)
        outer = reader.enter()
        reader.finish()
        start = outer.pos
        info = outer.enter()
        signed = outer.since(start)
        algorithm = read_algorithm(outer)[0]
        signature = outer.bit_string()
        outer.finish()
        assert info.integer() == 0
        self.subject = bytes(info.tlv(SEQUENCE))
        spki = info.enter()
        assert read_algorithm(spki)[0] == oid.RSA_ENCRYPTION
        numbers = Reader(spki.bit_string()).enter()
        self.key = (bytes(numbers.unsigned()), numbers.integer())
        attributes = info.enter(CONTEXT_C)
        info.finish()
        self.attributes = {}
        while not attributes.empty():
            attribute = attributes.enter()
            kind = attribute.oid()
            values = attribute.enter(SET)
            self.attributes[kind] = bytes(values.tlv())
            values.finish()
        verify(signed, algorithm, signature, self.key)

    def extension(self, kind):
        items = Reader(self.attributes[oid.EXTENSION_REQUEST]).enter()
        for found, critical, value in extensions.check(items):
            if found == kind:
                return critical, value
        return None


def build(subject=SUBJECT, size=2048, **other):
    e = Encoder(bytearray(size))
    finish(pkcs10.steps(e, key(1), subject, **other))
    return bytes(e.view())


def test_a_request_holds_what_was_asked_for():
    request = Request(build(challenge=bytearray(b"secret"), san=altnames.parse(SAN)))
    assert names.text(request.subject) == SUBJECT
    assert request.key == (bytes(key(1).public()[0]), 65537)
    assert request.attributes[oid.CHALLENGE_PASSWORD] == b"\x13\x06secret"
    assert request.extension(oid.KEY_USAGE) == (True, b"\x03\x02\x05\xa0")
    assert extensions.key_purposes(request.extension(oid.EXTENDED_KEY_USAGE)[1]) == [
        oid.CLIENT_AUTH
    ]
    san = altnames.read(request.extension(oid.SUBJECT_ALT_NAME)[1])
    assert san == altnames.parse(SAN)


def test_the_challenge_is_a_printable_string_where_it_can_be():
    """NDES refuses a UTF8String."""
    for challenge, tag in ((b"AB12 '()+,-./:=?", 0x13), (b"a_b", 0x0C), ("é".encode(), 0x0C)):
        request = Request(build(challenge=bytearray(challenge)))
        assert (
            request.attributes[oid.CHALLENGE_PASSWORD] == bytes([tag, len(challenge)]) + challenge
        )


def test_the_challenge_stands_once_in_the_buffer_and_a_wipe_removes_it():
    buf = bytearray(2048)
    e = Encoder(buf)
    finish(pkcs10.steps(e, key(1), SUBJECT, challenge=bytearray(b"s3cr3tChallenge")))
    assert bytes(buf).count(b"s3cr3tChallenge") == 1
    e.wipe()
    assert bytes(buf).count(b"s3cr3t") == 0


def test_without_anything_optional_the_attributes_are_empty():
    request = Request(build(key_usage=0, purposes=()))
    assert request.attributes == {}


def test_signature_only_keys():
    request = Request(build(key_usage=extensions.DIGITAL_SIGNATURE))
    assert request.extension(oid.KEY_USAGE) == (True, b"\x03\x02\x07\x80")


def test_a_renewal_asks_for_the_name_as_it_stands():
    name = names.encode("CN=#1e020061,C=FR")
    assert Request(build(name)).subject == name


def test_each_hash_signs():
    for name in ("sha1", "sha224", "sha256", "sha384", "sha512"):
        Request(build(hash_name=name))


def test_signing_is_done_in_steps():
    e = Encoder(bytearray(2048))
    work = pkcs10.steps(e, key(1), SUBJECT)
    assert list(work) == [None] * len(list(pkcs10.steps(Encoder(bytearray(2048)), key(1), SUBJECT)))
    Request(e.view())


def test_what_cannot_be_built_is_refused():
    raises("config", lambda: build("CN"))
    raises("config", lambda: build(san=[("dns", "é")]))
    raises("memory", lambda: build(size=300))
    raises("algorithm", lambda: build(hash_name="sha3"))


def test_the_attributes_are_in_the_order_of_a_set():
    data = build(challenge=bytearray(b"secret"))
    assert data.find(oid.CHALLENGE_PASSWORD) < data.find(oid.EXTENSION_REQUEST)
    long = build(challenge=bytearray(200))
    assert long.find(oid.CHALLENGE_PASSWORD) > long.find(oid.EXTENSION_REQUEST)
