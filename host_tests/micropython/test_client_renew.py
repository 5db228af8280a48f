"""The renewal ladder: what each kind of server lets happen, and what is remembered."""

from expect import raises
from rsa_keys import key
from scep import caps, policy
from scep import transaction as transactions
from scep.client import Client
from scep.client_renew import renew
from scep.transaction import Transaction
from small_scep import OWN_KEY, OWN_SUBJECT, Ca, Network, drive, http

RENEWAL_REQ, PKCS_REQ = 17, 19
PLAIN = b"AES\nPOSTPKIOperation\nSHA-256\n"
MODERN = PLAIN + b"Renewal\n"


def renewing(ca, new_key=OWN_KEY):
    """Return (client, transaction) of a set that has a certificate of key 4."""
    current = ca.issue(OWN_SUBJECT, key(4).public())
    one = Transaction(new_key, OWN_SUBJECT)
    one.signed_by(key(4), current.der)
    one.replaced = current.fingerprint()
    fingerprint = ca.authority.certificate.fingerprint()
    return Client(Network(ca), "http://ca/scep", fingerprint=fingerprint), one


def only(kind, challenged):
    """A habit: grant requests of a kind, with or without challenge; refuse others."""

    def habit(ca, r):
        if r.kind == kind and (r.csr()[2] is not None) == challenged:
            return ca.grant(r)
        return ca.refuse(r, b"2") if kind == PKCS_REQ else http(b"no", 500, "text/plain")

    return habit


def challenge():
    return bytearray(b"s3cret")


# (name, capabilities, habit, challenge, learned rung before,
#  expected: (messages sent as (kind, with challenge), rung after) or code)
LADDER = (
    ("renews", MODERN, Ca.grant, None, 0, ([(17, False)], policy.RENEWAL_REQ)),
    ("knows no 17", MODERN, only(PKCS_REQ, False), challenge, 0,
     ([(17, False), (19, False)], policy.RENEWAL_PKCSREQ)),
    ("17 is not announced", PLAIN, only(PKCS_REQ, False), challenge, 0,
     ([(19, False)], policy.RENEWAL_PKCSREQ)),
    ("wants a challenge with 17", MODERN, only(RENEWAL_REQ, True), challenge, 0,
     ([(17, False), (19, False), (17, True)], policy.RENEWAL_CHALLENGE)),
    ("wants a challenge with 19", PLAIN, only(PKCS_REQ, True), challenge, 0,
     ([(19, False), (19, True)], policy.RENEWAL_CHALLENGE)),
    ("remembers", MODERN, only(RENEWAL_REQ, True), challenge, policy.RENEWAL_CHALLENGE,
     ([(17, True)], policy.RENEWAL_CHALLENGE)),
    ("no challenge to give", MODERN, only(RENEWAL_REQ, True), None, 0, "renewal-refused"),
    ("refuses all", MODERN, lambda ca, r: ca.refuse(r), challenge, 0, "renewal-refused"),
    ("answers 500 to all", MODERN, lambda ca, r: http(b"x", 500, "text/plain"), challenge, 0,
     "renewal-refused"),
)  # fmt: skip


def test_the_ladder():
    for name, announced, habit, secret, rung, expected in LADDER:
        ca = Ca()
        ca.caps = announced
        ca.habit = habit
        client, one = renewing(ca)
        client.learned.rung = rung
        if isinstance(expected, str):
            error = raises(expected, drive, renew(client, one, secret))
            assert error.evidence["early"] is False, name
            continue
        assert drive(renew(client, one, secret)) is not None, name
        sent = [(r.kind, r.csr()[2] is not None) for r in ca.requests]
        assert (sent, client.learned.rung) == expected, (name, sent)
        # every rung is a transaction of its own: the CA has refused the one before
        assert len({r.transaction for r in ca.requests}) == len(ca.requests)
        for r in ca.requests:
            assert r.signer_certificate.fingerprint() == one.replaced


def test_too_early_is_not_escalated():
    for refusal in (
        lambda ca, r: ca.refuse(r, b"3"),
        lambda ca, r: ca.refuse(r, b"2", text=b"it is too early to renew"),
        lambda ca, r: http(b"renewal not allowed until May", 403, "text/plain"),
    ):
        ca = Ca()
        ca.habit = refusal
        client, one = renewing(ca)
        error = raises("renewal-refused", drive, renew(client, one, challenge))
        assert error.evidence["early"] is True and len(ca.requests) == 1


def test_a_busy_server_is_not_escalated():
    for busy in (b"503 X\r\nRetry-After: 5", b"503 X", b"429 X"):
        ca = Ca()
        ca.habit = lambda ca, r, busy=busy: b"HTTP/1.1 " + busy + b"\r\n\r\n"
        client, one = renewing(ca)
        raises("http-status", drive, renew(client, one, challenge))
        assert len(ca.requests) == 1 and one.state == transactions.SENT
        # what may have been granted is asked for; a busy server is not asked twice
        raises("http-status", drive, renew(client, one, challenge))
        assert [r.kind for r in ca.requests] == [17, 20]


def test_a_forged_answer_is_not_escalated():
    ca = Ca()
    ca.knobs = {"nonce": b"replayed nonce.."}
    client, one = renewing(ca)
    raises("nonce", drive, renew(client, one, challenge))
    assert len(ca.requests) == 1 and one.state == transactions.SENT


def test_the_same_certificate_again_is_no_renewal():
    ca = Ca()
    client, one = renewing(ca, key(4))
    old = one.certificate

    class Old:
        der = old

    ca.habit = lambda ca, r: ca.give(r, [Old])
    raises("renewal-refused", drive, renew(client, one))


def test_a_renewal_with_the_same_key():
    ca = Ca()
    client, one = renewing(ca, key(4))
    issued = drive(renew(client, one))
    assert issued.certificate != one.certificate


def test_a_lost_answer_is_asked_for_again_before_the_ladder_goes_on():
    for knows_poll in (True, False):
        ca = Ca()
        client, one = renewing(ca)
        ca.script = [lambda ca, r: b""]
        saved = []
        first = renew(client, one, None, lambda t, s=saved: s.append(t.to_bytes()))
        raises(("http-format", "renewal-refused"), drive, first)
        ca.requests.clear()
        again = Transaction.from_bytes(saved[0], OWN_KEY, key(4))
        assert again.state == transactions.SENT

        def habit(ca, r, knows_poll=knows_poll):
            if r.kind == 20 and not knows_poll:
                return http(b"what?", 500, "text/plain")
            return ca.give(r, [ca.issue(OWN_SUBJECT, OWN_KEY.public())])

        ca.habit = habit
        client, _ = renewing(ca)
        assert drive(renew(client, again)) is not None
        assert [r.kind for r in ca.requests] == ([20] if knows_poll else [20, 17])
        for r in ca.requests:
            assert r.transaction == again.transaction_id


def test_a_pending_renewal_is_polled():
    ca = Ca()
    ca.habit = Ca.wait
    client, one = renewing(ca)
    assert drive(renew(client, one)) is None
    ca.habit = lambda ca, r: ca.give(r, [ca.issue(OWN_SUBJECT, OWN_KEY.public())])
    assert drive(renew(client, one)) is not None
    assert [r.kind for r in ca.requests] == [17, 20]
    assert client.learned.caps & caps.RENEWAL
