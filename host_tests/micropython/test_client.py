"""The client's operations against a CA in memory: what is sent, what is believed."""

import certrep
from expect import raises
from rsa_keys import key
from scep import extensions, oid, policy, registry, request
from scep import transaction as transactions
from scep.client import Client
from scep.transaction import Transaction
from small_pki import Authority, basic_constraints, key_usage, purposes
from small_scep import OWN_KEY, OWN_SUBJECT, Ca, Network, drive, http

NOW = 1790000000


def client_of(ca, **options):
    options.setdefault("fingerprint", ca.authority.certificate.fingerprint())
    return Client(Network(ca), "http://ca/scep", **options)


def transaction():
    new = Transaction(OWN_KEY, OWN_SUBJECT, "dns:phone.lab")
    drive(request.self_sign(new))
    return new


def challenge():
    return bytearray(b"s3cret")


def enrolled(ca, **options):
    return drive(client_of(ca, **options).enrol(transaction(), challenge))


def test_enrolment_by_post():
    ca = Ca()
    events = []
    saved = []
    client = client_of(ca, clock=lambda: NOW)
    one = transaction()
    issued = drive(client.enrol(one, challenge, lambda t: saved.append(t.state)), events)
    (sent,) = ca.requests
    assert (sent.kind, sent.method, sent.cipher, sent.digest) == (
        registry.PKCS_REQ,
        "POST",
        "aes-128-cbc",
        "sha256",
    )
    subject, public, secret = sent.csr()
    assert subject == OWN_SUBJECT and secret == b"s3cret" and public == OWN_KEY.public()
    assert sent.signer_certificate.subject == OWN_SUBJECT
    assert issued.certificate[:1] == b"\x30" and issued.warnings == []
    assert issued.chain == [bytes(ca.authority.certificate.der)]
    assert saved == [transactions.SENT]
    assert [e["op"] for e in events if e["event"] == "http"] == [
        "GetCACaps",
        "GetCACert",
        "PKIOperation",
    ]
    assert client.learned.answered == policy.DIGESTS.index("sha256")


def test_enrolment_by_get_where_nothing_is_announced():
    for announced in (404, 500, None, b"", b"<html>hello</html>"):
        ca = Ca()
        ca.caps = announced
        assert enrolled(ca) is not None
        (sent,) = ca.requests
        assert (sent.method, sent.cipher, sent.digest) == ("GET", "des-ede3-cbc", "sha1")


def test_ca_id_goes_with_the_unsigned_operations_only():
    ca = Ca()
    network = Network(ca)
    client = Client(
        network,
        "http://ca/certsrv/mscep.dll?x=1",
        ca_id="CA 1",
        fingerprint=ca.authority.certificate.fingerprint(),
    )
    drive(client.enrol(transaction()))
    assert network.urls == [
        "GET /certsrv/mscep.dll?x=1&operation=GetCACaps&message=CA%201",
        "GET /certsrv/mscep.dll?x=1&operation=GetCACert&message=CA%201",
        "POST /certsrv/mscep.dll?x=1&operation=PKIOperation",
    ]


def test_fingerprints_of_every_length():
    for name in ("md5", "sha1", "sha256", "sha512"):
        ca = Ca()
        events = []
        client = client_of(ca, fingerprint=ca.authority.certificate.fingerprint(name))
        drive(client.get_ca_cert(), events)
        weak = [e for e in events if e["event"] == "warning"]
        assert len(weak) == (1 if name in ("md5", "sha1") else 0), name


# (name, options of the Client, expected code)
UNTRUSTED = (
    ("another fingerprint", {"fingerprint": bytes(32)}, "ca-fingerprint"),
    ("fingerprint of no known length", {"fingerprint": bytes(31)}, "config"),
    ("nothing configured", {"fingerprint": None}, "ca-untrusted"),
    ("empty fingerprint", {"fingerprint": b""}, "ca-untrusted"),
)


def test_nothing_is_sent_to_a_ca_that_is_not_the_configured_one():
    for name, options, code in UNTRUSTED:
        ca = Ca()
        asked = []
        client = client_of(ca, **options)
        raises(code, drive, client.enrol(transaction(), lambda a=asked: a.append(1)))
        assert ca.requests == [] and asked == [], name


def test_a_configured_anchor():
    ca = Ca()
    assert enrolled(ca, fingerprint=None, anchor=ca.authority.certificate.der) is not None
    ca = Ca()
    other = Authority("CN=CA", 1)
    ca.certificates = [ca.issue(OWN_SUBJECT, key(2).public())]
    client = client_of(ca, fingerprint=None, anchor=other.certificate.der)
    raises("ca-untrusted", drive, client.get_ca_cert())


def with_ra_pair(exts=()):
    """A CA with an RA certificate for signing and one for encryption, as NDES has them."""
    ca = Ca()
    sign, encrypt = key(1), key(3)
    first = ca.authority.issue(
        "CN=RA sign", sign, b"\x61", exts=(key_usage(extensions.DIGITAL_SIGNATURE),) + exts
    )
    second = ca.authority.issue(
        "CN=RA encrypt", encrypt, b"\x62", exts=(key_usage(extensions.KEY_ENCIPHERMENT),) + exts
    )
    ca.certificates = [first, ca.authority.certificate, second]
    ca.recipient, ca.recipient_key = second, encrypt
    ca.knobs = {"signer": first, "signer_key": sign}
    return ca


def test_an_ra_pair():
    ca = with_ra_pair()
    assert enrolled(ca) is not None
    client = client_of(ca)
    authority = drive(client.get_ca_cert())
    assert authority.recipient.subject_text == "CN=RA encrypt"
    assert authority.issuing.der == ca.authority.certificate.der


def test_a_sets_own_certificate_is_no_ra():
    ca = with_ra_pair((purposes(oid.CLIENT_AUTH),))
    raises("ca-untrusted", enrolled, ca)
    assert ca.requests == []
    agent = b"\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x01"
    assert enrolled(with_ra_pair((purposes(oid.CLIENT_AUTH, agent),))) is not None


def test_an_ra_that_does_not_chain():
    ca = with_ra_pair()
    stranger = Authority("CN=CA", 3)  # the same name, another key
    ca.certificates[2] = stranger.issue("CN=RA", key(1))
    ca.certificates[0] = ca.certificates[2]
    raises("ca-untrusted", enrolled, ca)
    assert ca.requests == []


def test_a_foreign_ca_beside_the_pinned_one_is_refused():
    ca = Ca()
    ca.certificates.append(Authority("CN=Rogue", 3).certificate)
    raises("ca-untrusted", enrolled, ca)


def test_an_intermediate_ca_issues():
    root = Authority("CN=Root", 3)
    ca = Ca()
    ca.authority = Authority("CN=Issuing", 0, root)
    ca.recipient, ca.recipient_key = ca.authority.certificate, ca.authority.key
    ca.certificates = [ca.authority.certificate, root.certificate]
    for pinned in (root, ca.authority):
        issued = enrolled(ca, fingerprint=pinned.certificate.fingerprint())
        assert issued.chain == [
            bytes(ca.authority.certificate.der),
            bytes(root.certificate.der),
        ], pinned.certificate.subject_text


def test_a_downgrade_is_refused_before_anything_secret_is_sent():
    ca = Ca()
    first = client_of(ca)
    drive(first.enrol(transaction(), challenge))
    record = first.learned.to_bytes()
    ca.caps = b"POSTPKIOperation\n"
    asked = []
    client = client_of(ca, recall=lambda sha256: record)
    raises("algorithm", drive, client.enrol(transaction(), lambda: asked.append(1)))
    assert asked == [] and len(ca.requests) == 1
    client = client_of(ca, recall=lambda sha256: record, allow_legacy=True)
    events = []
    assert drive(client.enrol(transaction(), challenge), events) is not None
    assert any(e["event"] == "warning" for e in events)


def test_sha1_answers_are_a_warning_unless_the_ca_has_done_better():
    ca = Ca()
    ca.knobs = {"digest": "sha1", "cipher": "des-cbc"}
    events = []
    client = client_of(ca)
    assert drive(client.enrol(transaction()), events) is not None
    assert len([e for e in events if e["event"] == "warning"]) == 2
    better = policy.Learned()
    better.answered = policy.DIGESTS.index("sha256")
    client = client_of(ca, recall=lambda sha256: better.to_bytes())
    raises("algorithm", drive, client.enrol(transaction()))


def test_md5_and_single_des_are_sent_only_after_bad_alg_and_only_with_legacy():
    for allowed in (False, True):
        ca = Ca()
        ca.caps = b""
        ca.script = [lambda ca, r: ca.refuse(r, b"0")]
        steps = client_of(ca, allow_legacy=allowed).enrol(transaction())
        if allowed:
            assert drive(steps) is not None
            assert [r.cipher for r in ca.requests] == ["des-ede3-cbc", "des-cbc"]
            assert ca.requests[1].digest == "md5"
        else:
            raises("fail-badAlg", drive, steps)


def test_pending_survives_a_reboot():
    ca = Ca()
    ca.habit = Ca.wait
    one = transaction()
    records = []
    steps = client_of(ca).enrol(one, challenge, lambda t: records.append(t.to_bytes()))
    assert drive(steps) is None and one.state == transactions.PENDING
    for polls in (1, 2):
        one = Transaction.from_bytes(records[-1], OWN_KEY)
        assert one.to_bytes() == records[-1]
        steps = client_of(ca).enrol(one, None, lambda t: records.append(t.to_bytes()))
        assert drive(steps) is None and one.polls == polls
    ca.habit = lambda ca, r: ca.give(r, [ca.issue(OWN_SUBJECT, OWN_KEY.public())])
    assert drive(client_of(ca).enrol(Transaction.from_bytes(records[-1], OWN_KEY))) is not None
    assert [r.kind for r in ca.requests] == [19, 20, 20, 20]
    first = ca.requests[0]
    for later in ca.requests[1:]:
        assert later.transaction == first.transaction and later.nonce != first.nonce
        assert later.signer_certificate.der == first.signer_certificate.der
        assert later.payload == certrep.tlv(0x30, ca.authority.subject, OWN_SUBJECT)


def test_a_lost_answer_is_polled_for_before_the_request_is_repeated():
    for known in (True, False):
        ca = Ca()
        ca.script = [lambda ca, r: b""]  # the answer to the request is lost
        one = transaction()
        saved = []
        client = client_of(ca)
        raises(
            "http-format",
            drive,
            client.enrol(one, challenge, lambda t, s=saved: s.append(t.to_bytes())),
        )
        assert one.state == transactions.SENT
        again = Transaction.from_bytes(saved[-1], OWN_KEY)
        if known:
            ca.habit = lambda ca, r: ca.give(r, [ca.issue(OWN_SUBJECT, OWN_KEY.public())])
        else:
            ca.script = [lambda ca, r: http(b"what?", 500, "text/plain")]
        assert drive(client_of(ca).enrol(again, challenge)) is not None
        assert [r.kind for r in ca.requests] == ([19, 20] if known else [19, 20, 19])
        assert len({r.transaction for r in ca.requests}) == 1


def test_a_new_ra_certificate_is_fetched_and_the_request_repeated_once():
    ca = with_ra_pair()
    client = client_of(ca)
    drive(client.prepare())
    fresh = key(3)
    renewed = ca.authority.issue(
        "CN=RA 2", fresh, b"\x70", exts=(key_usage(extensions.KEY_ENCIPHERMENT),)
    )
    ca.script = [lambda ca, r: ca.refuse(r, b"1")]
    ca.certificates[2] = renewed
    old = ca.answer

    def answer(method, url, body):
        response = old(method, url, body)
        if len(ca.requests) == 1:
            ca.recipient, ca.recipient_key = renewed, fresh
        return response

    ca.answer = answer
    assert drive(client.enrol(transaction(), challenge)) is not None
    assert len(ca.requests) == 2
    assert ca.requests[0].transaction == ca.requests[1].transaction
    assert ca.requests[1].csr()[2] == b"s3cret"


def test_a_new_ra_signs_the_answer_and_the_request_is_not_repeated():
    for vouched in (True, False):
        for ber in (False, True):
            ca = with_ra_pair()
            client = client_of(ca)
            drive(client.prepare())
            fresh = ca.authority.issue(
                "CN=RA 2", key(4), b"\x71", exts=(key_usage(extensions.DIGITAL_SIGNATURE),)
            )
            ca.knobs = {"signer": fresh, "signer_key": key(4), "ber": ber}
            if vouched:
                ca.certificates[0] = fresh
                assert drive(client.enrol(transaction(), challenge)) is not None
            else:
                raises("cms-signer", drive, client.enrol(transaction(), challenge))
            assert len(ca.requests) == 1
            assert len([u for u in client.transport.urls if "GetCACert" in u]) == 2


def test_the_request_is_not_repeated_where_the_ra_is_the_same():
    for refusal in (
        lambda ca, r: ca.refuse(r, b"1"),
        lambda ca, r: http(b"no", 500, "text/plain"),
        lambda ca, r: http(b"no", 404, "text/plain"),
    ):
        ca = Ca()
        ca.habit = refusal
        raises(("fail-badMessageCheck", "http-status"), enrolled, ca)
        assert len(ca.requests) == 1


def test_a_ca_that_is_replaced_in_the_middle_is_not_believed():
    for serial, code in ((b"\x01", "cms-signature"), (b"\x02", "ca-fingerprint")):
        ca = Ca()
        client = client_of(ca)
        drive(client.prepare())
        rogue = Ca("CN=CA", 1)
        rogue.authority = Authority("CN=CA", 1, serial=serial)
        rogue.certificates = [rogue.authority.certificate]
        # even if it could read what was meant for the CA
        rogue.recipient_key, rogue.recipient = ca.recipient_key, ca.recipient
        client.transport.ca = rogue
        raises(code, drive, client.enrol(transaction(), challenge))


def wrong_signature(ca, subject, public):
    body = bytearray(ca.issue(subject, public).der)
    body[-1] ^= 1
    from scep.x509 import Certificate

    return Certificate(bytes(body))


# (name, function (ca, subject, public) -> list of certificates, expected code)
ISSUED = (
    ("none", lambda ca, s, p: [], "no-certificate"),
    ("for another key", lambda ca, s, p: [ca.issue(s, key(1).public())], "cert-key-mismatch"),
    ("the CA's only", lambda ca, s, p: [ca.authority.certificate], "cert-key-mismatch"),
    ("another common name", lambda ca, s, p: [ca.issue("CN=other", p)], "cert-name"),
    ("by another CA", lambda ca, s, p: [Authority("CN=X", 1).issue(s, OWN_KEY)], "cert-issuer"),
    (
        "by a CA of the same name",
        lambda ca, s, p: [Authority("CN=CA", 1).issue(s, OWN_KEY)],
        "cert-signature",
    ),
    ("altered", lambda ca, s, p: [wrong_signature(ca, s, p)], "cert-signature"),
    (
        "a CA's certificate",
        lambda ca, s, p: [ca.issue(s, p, exts=(basic_constraints(True),))],
        "cert-issuer",
    ),
    ("expired", lambda ca, s, p: [ca.issue(s, p, start=1, end=NOW - 1)], "cert-validity"),
    ("not yet valid", lambda ca, s, p: [ca.issue(s, p, start=NOW + 90000)], "cert-validity"),
)


def test_certificates_that_are_not_ours():
    for name, issue, code in ISSUED:
        ca = Ca()

        def habit(ca, r, issue=issue):
            subject, public, _ = r.csr()
            return ca.give(r, issue(ca, subject, public))

        ca.habit = habit
        try:
            raises(code, enrolled_at, ca, NOW)
        except AssertionError as e:
            raise AssertionError(name + ": " + str(e))


def enrolled_at(ca, now):
    return enrolled(ca, clock=lambda: now)


def test_our_certificate_is_found_wherever_it_stands():
    ca = Ca()

    def habit(ca, r):
        subject, public, _ = r.csr()
        own = ca.issue(subject, public)
        other = ca.issue("CN=other", key(1).public())
        return ca.give(r, [ca.authority.certificate, other, own])

    ca.habit = habit
    from scep.x509 import Certificate

    assert Certificate(enrolled(ca).certificate).subject == OWN_SUBJECT


def test_a_changed_subject_and_a_missing_purpose_are_warnings():
    ca = Ca()
    ca.habit = lambda ca, r: ca.give(r, [ca.issue("O=Other,CN=00809F59E1A0", r.csr()[1], exts=())])
    assert len(enrolled(ca).warnings) == 2


def test_an_expired_ra_is_named():
    ca = with_ra_pair()
    ca.certificates[2] = ca.authority.issue(
        "CN=RA encrypt", key(3), b"\x62", end=NOW - 1,
        exts=(key_usage(extensions.KEY_ENCIPHERMENT),),
    )  # fmt: skip
    error = raises("ca-untrusted", enrolled_at, ca, NOW)
    assert "CN=RA encrypt" in error.message and ca.requests == []


def test_the_challenge_is_wiped_after_use():
    given = []

    def fresh():
        given.append(bytearray(b"s3cret"))
        return given[-1]

    ca = Ca()
    drive(client_of(ca).enrol(transaction(), fresh))
    assert given == [bytearray(6)] * 2  # once for its length, once for the request


def test_a_busy_server_is_left_alone_until_retry_after():
    for busy in (
        b"503 Busy\r\nRetry-After: 90",
        b"503 Busy",
        b"429 Slowly",
        b"500 X\r\nRetry-After: 1",
        b"500 X\r\nRetry-After: Fri, 31 Dec 1999 23:59:59 GMT",
    ):
        ca = Ca()
        ca.script = [lambda ca, r, busy=busy: b"HTTP/1.1 " + busy + b"\r\n\r\n"]
        client = client_of(ca)
        error = raises("http-status", drive, client.enrol(transaction(), challenge))
        assert error.evidence["retry_after"] == (
            90 if b": 90" in busy else 1 if b": 1" in busy else None
        )
        assert len(client.transport.urls) == 3, client.transport.urls


def test_a_captive_portal_is_no_ca():
    for body in (b"<html>log in</html>", b""):
        ca = Ca()
        ca.script = [lambda ca, r, body=body: http(body, 200, "text/html")]
        raises("http-format", enrolled, ca)


def test_damaged_records_are_refused():
    record = transaction().to_bytes()
    version = record.find(b"\x02\x01\x01") + 2
    newer = record[:version] + b"\x09" + record[version + 1 :]
    for damaged in (b"", record[:-1], record + b"\0", newer, record[:40]):
        raises("flash-corrupt", Transaction.from_bytes, damaged, OWN_KEY)


def test_a_transaction_is_bound_to_its_ca():
    one = transaction()
    ca = Ca()
    ca.habit = Ca.wait
    drive(client_of(ca).enrol(one))
    raises("ca-untrusted", drive, client_of(Ca("CN=CA", 1)).enrol(one))
