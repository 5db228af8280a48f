"""GetCert, GetCRL and GetNextCACert against a CA in memory."""

import certrep
from expect import raises
from rsa_keys import key
from scep import client_query
from scep.client import Client
from scep.crl import Crl
from scep.message import Signer
from small_pki import Authority
from small_scep import OWN_KEY, OWN_SUBJECT, Ca, Network, drive, http


def client_of(ca):
    fingerprint = ca.authority.certificate.fingerprint()
    return Client(Network(ca), "http://ca/scep", fingerprint=fingerprint)


def identity(ca):
    certificate = ca.issue(OWN_SUBJECT, OWN_KEY.public())
    return certificate, Signer(OWN_KEY, certificate)


def test_get_cert():
    ca = Ca()
    own, signer = identity(ca)
    other = ca.issue("CN=other", key(1).public())
    ca.habit = lambda ca, r: ca.give(r, [other, own])
    found = drive(client_query.get_cert(client_of(ca), own.serial, signer))
    assert found.der == own.der
    (sent,) = ca.requests
    assert sent.kind == 21
    assert sent.payload == certrep.tlv(0x30, ca.authority.subject, certrep.tlv(2, own.serial))


def test_get_cert_answers_that_are_refused():
    ca = Ca()
    own, signer = identity(ca)
    forged = Authority("CN=CA", 1).issue("CN=x", key(1), bytes(own.serial))
    for habit, code in (
        (lambda ca, r: ca.give(r, []), "no-certificate"),
        (lambda ca, r: ca.give(r, [ca.authority.certificate]), "no-certificate"),
        (lambda ca, r: ca.give(r, [forged]), "cert-signature"),
        (lambda ca, r: ca.refuse(r, b"4"), "fail-badCertId"),
        (lambda ca, r: ca.wait(r), "pki-status"),
        (lambda ca, r: http(b"no", 500, "text/plain"), "http-status"),
    ):
        ca.habit = habit
        raises(code, drive, client_query.get_cert(client_of(ca), own.serial, signer))


def test_get_crl_by_the_certificate_or_by_the_ca():
    for by_ca in (False, True):
        ca = Ca()
        own, signer = identity(ca)
        crl = ca.authority.crl([(b"\x55", [])])

        def habit(ca, r, crl=crl, by_ca=by_ca, own=own):
            anchor = ca.authority.certificate
            named = certrep.tlv(0x30, anchor.issuer, certrep.tlv(2, anchor.serial))
            if (r.payload == named) == by_ca:
                return ca.give(r, [], [crl])
            return ca.refuse(r, b"4")

        ca.habit = habit
        found = drive(client_query.get_crl(client_of(ca), own, signer))
        assert bytes(found) == crl
        Crl(found).verify(ca.authority.certificate)
        assert [r.kind for r in ca.requests] == ([22, 22] if by_ca else [22])


def test_scan_crl_by_the_certificate_or_by_the_ca():
    for by_ca in (False, True):
        ca = Ca()
        own, signer = identity(ca)
        crl = ca.authority.crl([(b"\x55", []), (bytes(own.serial), [])])

        def habit(ca, r, crl=crl, by_ca=by_ca):
            anchor = ca.authority.certificate
            named = certrep.tlv(0x30, anchor.issuer, certrep.tlv(2, anchor.serial))
            if (r.payload == named) == by_ca:
                return ca.give(r, [], [crl])
            return ca.refuse(r, b"4")

        ca.habit = habit
        client = client_of(ca)
        scan = drive(client_query.scan_crl(client, own, signer))
        assert scan.entry.serial == own.serial and scan.entries == 2
        assert client.learned.answered >= 0


def test_a_crl_from_its_distribution_point():
    ca = Ca()
    own, _ = identity(ca)
    issuer = ca.authority.certificate
    network = Network(ca)
    crl = ca.authority.crl([(bytes(own.serial), [])])
    ca.answer = lambda method, url, body: http(crl, 200, "application/pkix-crl")
    scan = drive(client_query.fetch_crl(network, "http://ca/crl.der", own, issuer))
    assert scan.entry.serial == own.serial
    ca.answer = lambda method, url, body: http(b"<html>", 200, "text/html")
    raises("asn1", drive, client_query.fetch_crl(network, "http://ca/crl.der", own, issuer))
    ca.answer = lambda method, url, body: http(b"no", 404, "text/html")
    raises("http-status", drive, client_query.fetch_crl(network, "http://ca/crl.der", own, issuer))


def test_get_crl_answers_that_are_refused():
    ca = Ca()
    own, signer = identity(ca)
    for habit, code in (
        (lambda ca, r: ca.give(r, [own]), "cms-format"),
        (lambda ca, r: ca.refuse(r, b"4"), "fail-badCertId"),
        (lambda ca, r: http(b"no", 500, "text/plain"), "http-status"),
    ):
        ca.habit = habit
        raises(code, drive, client_query.get_crl(client_of(ca), own, signer))
        raises(code, drive, client_query.scan_crl(client_of(ca), own, signer))


def rollover(ca, signer, signer_key, bare=False):
    new = Authority("CN=CA", 3, serial=b"\x09")
    content = certrep.certs_only([new.certificate.der])
    return new, certrep.signed(content, signer, signer_key, [], bare=bare)


def test_the_next_ca_is_believed_because_the_current_one_signed_it():
    for bare in (False, True):
        ca = Ca()
        new, ca.next = rollover(ca, ca.authority.certificate, ca.authority.key, bare)
        following = drive(client_query.get_next_ca_cert(client_of(ca)))
        assert following.anchor.der == new.certificate.der
        assert following.sha256() == new.certificate.fingerprint()


def test_a_next_ca_with_a_bad_signature_is_refused():
    ca = Ca()
    rogue = Authority("CN=Rogue", 1)
    for signer, signer_key, code in (
        (rogue.certificate, rogue.key, "cms-signer"),
        (ca.authority.certificate, rogue.key, "cms-signature"),
    ):
        _, ca.next = rollover(ca, signer, signer_key)
        raises(code, drive, client_query.get_next_ca_cert(client_of(ca)))
    ca.next = certrep.certs_only([rogue.certificate.der])
    raises("cms-format", drive, client_query.get_next_ca_cert(client_of(ca)))


def test_a_next_ca_that_is_no_ca_is_refused():
    ca = Ca()
    leaf = ca.authority.issue("CN=leaf", key(3))
    content = certrep.certs_only([leaf.der])
    ca.next = certrep.signed(content, ca.authority.certificate, ca.authority.key, [])
    raises("cms-format", drive, client_query.get_next_ca_cert(client_of(ca)))


def test_next_ca_is_not_asked_where_it_is_not_announced():
    ca = Ca()
    ca.caps = b"SCEPStandard\n"
    raises("unsupported", drive, client_query.get_next_ca_cert(client_of(ca)))
    assert ca.requests == []
