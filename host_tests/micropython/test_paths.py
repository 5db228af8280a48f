"""Certification paths: what is accepted, what is refused, and with which code."""

import other_oids
from expect import raises
from rsa_keys import key
from scep import altnames, extensions, hosts, issued, names, oid, paths
from scep.der import CONTEXT, CONTEXT_C, SEQUENCE
from scep.signatures import finish
from scep.x509 import Certificate
from small_pki import (
    END,
    START,
    Authority,
    authority_key_id,
    basic_constraints,
    extension,
    key_usage,
    purposes,
)

NOW = START + 1000
ROOT = Authority("CN=Root", 0)
SUB = Authority("CN=Sub", 1, ROOT, serial=b"\x02")
SIGN = key_usage(extensions.DIGITAL_SIGNATURE)
LEAF = SUB.issue("CN=leaf", key(2), b"\x03", exts=(SIGN, purposes(oid.CLIENT_AUTH)))


def path_of(leaf, pool=(SUB,), anchors=(ROOT,), time=NOW, **other):
    return paths.validate(
        leaf,
        [ca.certificate for ca in pool],
        [ca.certificate for ca in anchors],
        time,
        **other,
    )


def subjects(path):
    return [certificate.subject_text for certificate in path]


def test_a_leaf_under_an_intermediate_ca():
    assert subjects(path_of(LEAF)) == ["CN=leaf", "CN=Sub", "CN=Root"]


def test_a_leaf_right_under_the_anchor():
    leaf = ROOT.issue("CN=leaf", key(2))
    assert subjects(path_of(leaf, pool=())) == ["CN=leaf", "CN=Root"]


def test_an_intermediate_ca_may_be_the_anchor():
    assert subjects(path_of(LEAF, pool=(), anchors=(SUB,))) == ["CN=leaf", "CN=Sub"]


def test_the_anchor_itself_is_trusted():
    assert subjects(path_of(ROOT.certificate)) == ["CN=Root"]


def test_the_search_yields_between_signature_checks():
    steps = paths.steps(LEAF, [SUB.certificate], [ROOT.certificate])
    assert next(steps) is None
    assert len(finish(steps)) == 3


def test_without_a_clock_dates_are_not_judged():
    leaf = SUB.issue("CN=leaf", key(2), start=START - 10, end=START - 5)
    assert len(path_of(leaf, time=None)) == 3
    raises("cert-validity", path_of, leaf)


def test_dates_of_every_certificate_count():
    for time in (START - 1, END + 1):
        raises("cert-validity", lambda time=time: path_of(LEAF, time=time))
    for time in (START, END):
        assert len(path_of(LEAF, time=time)) == 3
    old = Authority("CN=Old", 1, ROOT, start=START - 10, end=START - 5)
    leaf = old.issue("CN=leaf", key(2))
    raises("cert-validity", lambda: path_of(leaf, pool=(old,)))
    old = Authority("CN=Old root", 1, start=START - 10, end=START - 5)
    raises("cert-validity", lambda: path_of(old.issue("CN=a", key(2)), (), (old,)))


def ca(number=1, subject="CN=Sub", issuer=ROOT, **fields):
    return Authority(subject, number, issuer, **fields)


CERT_SIGN = key_usage(extensions.KEY_CERT_SIGN)


# (name, the CA between root and leaf, code)
BAD_ISSUERS = (
    ("no basic constraints", lambda: ca(exts=(CERT_SIGN,)), "cert-issuer"),
    ("no CA", lambda: ca(exts=(basic_constraints(False), SIGN)), "cert-issuer"),
    ("version 1", lambda: ca(exts=(), version=1), "cert-issuer"),
    ("may not sign", lambda: ca(exts=(basic_constraints(), SIGN)), "cert-issuer"),
    (
        "unknown critical extension",
        lambda: ca(
            exts=(basic_constraints(), extension(other_oids.MS_SID, lambda e: e.null(), True))
        ),
        "unsupported",
    ),
    ("signed by another key", lambda: ca(signer=key(3)), "cert-signature"),
    ("another issuer", lambda: ca(issuer=Authority("CN=Other", 3)), "cert-issuer"),
    ("MD5", lambda: ca(hash_name="md5"), "algorithm"),
    (
        "malformed alternative name",
        lambda: ca(exts=(basic_constraints(), extension(oid.SUBJECT_ALT_NAME, lambda e: e.null()))),
        "asn1",
    ),
    ("no subject", lambda: ca(subject=""), "cert-issuer"),
)


def test_what_may_not_issue_is_refused():
    for name, make, code in BAD_ISSUERS:
        between = make()
        leaf = between.issue("CN=leaf", key(2))
        error = raises(code, lambda leaf=leaf, between=between: path_of(leaf, (between,)))
        assert error.message, name


def test_md5_passes_only_when_allowed():
    between = ca(hash_name="md5")
    leaf = between.issue("CN=leaf", key(2))
    assert len(path_of(leaf, (between,), weak=True)) == 3


def test_a_leaf_signed_by_another_key_is_refused():
    leaf = SUB.issue("CN=leaf", key(2), signer=key(3))
    raises("cert-signature", path_of, leaf)


def test_a_ca_that_nobody_trusts_is_refused():
    other = Authority("CN=Other", 3)
    leaf = other.issue("CN=leaf", key(2))
    raises("ca-untrusted", lambda: path_of(leaf, (other,)))
    raises("cert-issuer", lambda: path_of(leaf, ()))
    raises("ca-untrusted", lambda: path_of(other.certificate, ()))


def test_a_ca_with_the_anchors_name_and_another_key_is_refused():
    false = Authority("CN=Root", 3)
    leaf = false.issue("CN=leaf", key(2))
    raises("cert-signature", lambda: path_of(leaf, (false,)))


def test_a_version_1_anchor_is_the_administrators_word():
    old = Authority("CN=Old", 3, exts=(), version=1)
    assert len(path_of(old.issue("CN=leaf", key(2)), (), (old,))) == 2


def test_path_lengths():
    for lengths, good in (
        ((None, None), True),
        ((1, 0), True),
        ((0, 0), False),
        ((0, None), False),
        ((5, 5), True),
    ):
        root = Authority("CN=R", 0, length=lengths[0])
        sub = Authority("CN=S", 1, root, length=lengths[1])
        leaf = sub.issue("CN=leaf", key(2))
        if good:
            assert len(path_of(leaf, (sub,), (root,))) == 3
        else:
            raises("cert-issuer", lambda leaf=leaf, s=sub, r=root: path_of(leaf, (s,), (r,)))


def test_a_self_issued_certificate_does_not_count_as_length():
    """A CA that changed its key certifies the new one with the old."""
    root = Authority("CN=R", 0, length=0)
    new = Authority("CN=R", 1, root)
    leaf = new.issue("CN=leaf", key(2))
    assert len(path_of(leaf, (new,), (root,))) == 3


def test_a_ca_below_a_ca_with_length_0_is_a_leaf():
    root = Authority("CN=R", 0, length=0)
    sub = Authority("CN=S", 1, root)
    assert len(path_of(sub.certificate, (), (root,))) == 2


def test_the_depth_is_limited():
    chain = [ROOT]
    for i in range(4):
        chain.append(Authority("CN=%d" % i, i % 2 + 1, chain[-1]))
    leaf = chain[-1].issue("CN=leaf", key(4))
    assert len(path_of(leaf, chain[1:], depth=4)) == 6
    raises("cert-issuer", lambda: path_of(leaf, chain[1:], depth=3))


def test_a_loop_of_cas_ends():
    a = Authority("CN=A", 1)
    b = Authority("CN=B", 2, a)
    a = Authority("CN=A", 1, b)
    raises(("cert-issuer", "ca-untrusted"), lambda: path_of(a.issue("CN=x", key(3)), (a, b)))


def test_the_number_of_signature_checks_is_limited():
    """Ten CAs of one name and key, of two kinds that certify each other."""
    pool = []
    a, b = Authority("CN=A", 1), Authority("CN=B", 2)
    for i in range(1, 11):
        pool.append(b.issue("CN=A", key(1), bytes([i]), exts=(basic_constraints(),)))
        pool.append(a.issue("CN=B", key(2), bytes([i]), exts=(basic_constraints(),)))
    leaf = a.issue("CN=leaf", key(3))
    steps = paths.steps(leaf, pool, [ROOT.certificate])
    count = 0
    try:
        while True:
            next(steps)
            count += 1
    except Exception as error:
        assert error.code == "cert-issuer", error
    assert 0 < count <= paths.MAX_CHECKS


def test_failed_signature_checks_are_steps_too():
    pool = [
        ROOT.issue("CN=Sub", key(4), bytes([i + 1]), exts=(basic_constraints(),)) for i in range(6)
    ]
    steps = paths.steps(LEAF, pool, [ROOT.certificate])
    count = 0
    try:
        while True:
            next(steps)
            count += 1
    except Exception as error:
        assert error.code == "cert-signature"
    assert count == 6


def test_the_right_one_of_two_keys_is_found_whatever_comes_first():
    false = Authority("CN=Sub", 3, ROOT)
    for pool in ((false, SUB), (SUB, false)):
        assert path_of(LEAF, pool)[1].der == SUB.certificate.der


def test_an_expired_cross_certificate_does_not_hide_a_good_one():
    old = Authority("CN=Sub", 1, ROOT, start=START - 10, end=START - 5)
    for pool in ((old, SUB), (SUB, old)):
        assert path_of(LEAF, pool)[1].der == SUB.certificate.der


def test_key_identifiers_order_the_search():
    exts = (basic_constraints(), extension(oid.SUBJECT_KEY_ID, lambda e: e.octet_string(b"b")))
    other = (basic_constraints(), extension(oid.SUBJECT_KEY_ID, lambda e: e.octet_string(b"a")))
    pool = [Authority("CN=Sub", 3, ROOT, exts=other) for _ in range(paths.MAX_CHECKS)]
    for i, false in enumerate(pool):
        false.certificate = ROOT.issue("CN=Sub", key(3), bytes([i + 1]), exts=other)
    right = Authority("CN=Sub", 1, ROOT, exts=exts)
    leaf = right.issue("CN=leaf", key(2), exts=(authority_key_id(b"b"),))
    assert path_of(leaf, pool + [right])[1].der == right.certificate.der


def test_purposes():
    assert len(path_of(LEAF, purpose=oid.CLIENT_AUTH)) == 3
    raises("cert-issuer", lambda: path_of(LEAF, purpose=oid.SERVER_AUTH))
    for exts in ((), (purposes(oid.ANY_EXTENDED_KEY_USAGE),)):
        leaf = SUB.issue("CN=leaf", key(2), exts=exts)
        assert len(path_of(leaf, purpose=oid.SERVER_AUTH)) == 3
    narrow = ca(exts=(basic_constraints(), purposes(oid.CLIENT_AUTH)))
    leaf = narrow.issue("CN=leaf", key(2))
    assert len(path_of(leaf, (narrow,), purpose=oid.CLIENT_AUTH)) == 3
    raises("cert-issuer", lambda: path_of(leaf, (narrow,), purpose=oid.SERVER_AUTH))


def test_an_unknown_critical_extension_of_the_leaf_is_refused_and_a_plain_one_kept():
    for critical in (True, False):
        ext = extension(other_oids.MS_SID, lambda e: e.octet_string(b"S-1-5"), critical)
        leaf = SUB.issue("CN=leaf", key(2), exts=(ext,))
        if critical:
            raises("unsupported", path_of, leaf)
        else:
            assert path_of(leaf)[0].extension(other_oids.MS_SID) is not None


def constraint(allowed, forbidden):
    """NameConstraints of [(tag, base bytes)] each."""

    def put(e):
        whole = e.pos
        for number, bases in ((1, forbidden), (0, allowed)):
            end = e.pos
            for tag, base in reversed(bases):
                mark = e.pos
                e.tlv(tag, base)
                e.wrap(SEQUENCE, mark)
            if bases:
                e.wrap(CONTEXT_C | number, end)
        e.wrap(SEQUENCE, whole)

    return extension(oid.NAME_CONSTRAINTS, put, True)


DNS, EMAIL, URI, IP, DIRECTORY = CONTEXT | 2, CONTEXT | 1, CONTEXT | 6, CONTEXT | 7, CONTEXT_C | 4
NET = b"\xc0\x00\x02\x00\xff\xff\xff\x00"
# (permitted, excluded, subject, alternative names, accepted)
CONSTRAINED = (
    ([(DNS, b"a.b")], [], "CN=x", [("dns", "a.b")], True),
    ([(DNS, b"a.b")], [], "CN=x", [("dns", "c.A.B")], True),
    ([(DNS, b"a.b")], [], "CN=x", [("dns", "ca.b")], False),
    ([(DNS, b"a.b")], [], "CN=x", [("email", "x@y")], True),
    ([(DNS, b"a.b"), (DNS, b"c.d")], [], "CN=x", [("dns", "c.d")], True),
    ([(DNS, b"")], [], "CN=x", [("dns", "a")], True),
    ([], [(DNS, b"a.b")], "CN=x", [("dns", "a.b")], False),
    ([], [(DNS, b"c.a.b")], "CN=x", [("dns", "*.a.b")], False),
    ([], [(DNS, b"a.b")], "CN=x", [("dns", "b")], True),
    ([(DNS, b"b")], [(DNS, b"a.b")], "CN=x", [("dns", "a.b")], False),
    ([(EMAIL, b"a@b")], [], "CN=x", [("email", "a@B")], True),
    ([(EMAIL, b"a@b")], [], "CN=x", [("email", "A@b")], False),
    ([(EMAIL, b"b")], [], "CN=x", [("email", "a@b")], True),
    ([(EMAIL, b"b")], [], "CN=x", [("email", "a@c.b")], False),
    ([(EMAIL, b".b")], [], "CN=x", [("email", "a@c.b")], True),
    ([(EMAIL, b"b")], [], "CN=x,emailAddress=a@b", [], True),
    ([(EMAIL, b"b")], [], "CN=x,emailAddress=a@c", [], False),
    ([(URI, b"b")], [], "CN=x", [("uri", "http://u@b:80/x?y")], True),
    ([(URI, b"b")], [], "CN=x", [("uri", "http://c.b/")], False),
    ([(URI, b".b")], [], "CN=x", [("uri", "http://c.b/")], True),
    ([(URI, b"b")], [], "CN=x", [("uri", "urn:x")], False),
    ([], [(URI, b"b")], "CN=x", [("uri", "urn:x")], False),
    ([(IP, NET)], [], "CN=x", [("ip", "192.0.2.7")], True),
    ([(IP, NET)], [], "CN=x", [("ip", "192.0.3.7")], False),
    ([(IP, NET)], [], "CN=x", [("ip", "::1")], False),
    ([], [(IP, NET)], "CN=x", [("ip", "192.0.2.7")], False),
    ([(DIRECTORY, names.encode("O=o"))], [], "CN=x,O=O", [], True),
    ([(DIRECTORY, names.encode("O=o"))], [], "CN=x,O=p", [], False),
    ([], [(DIRECTORY, names.encode("O=o"))], "CN=x,O=o", [], False),
    ([], [(DIRECTORY, names.encode("O=o"))], "CN=x", [], True),
    ([(CONTEXT | 8, b"\x2a\x03")], [], "CN=x", [("dns", "a")], True),
    ([], [(CONTEXT_C, b"\x06\x02\x2a\x03\xa0\x02\x05\x00")], "CN=x", [("upn", "a@b")], False),
)


def test_name_constraints():
    for allowed, forbidden, subject, alternative, good in CONSTRAINED:
        limited = ca(exts=(basic_constraints(), constraint(allowed, forbidden)))
        exts = ()
        if alternative:
            exts = (extension(oid.SUBJECT_ALT_NAME, lambda e, a=alternative: altnames.put(e, a)),)
        leaf = limited.issue(subject, key(2), exts=exts)
        if good:
            assert len(path_of(leaf, (limited,))) == 3, (allowed, forbidden, subject, alternative)
        else:
            raises("cert-name", lambda leaf=leaf, c=limited: path_of(leaf, (c,)))


def test_malformed_name_constraints_are_refused():
    for allowed in (
        [(DNS, b".a")],
        [(DNS, b"*.a")],
        [(IP, b"\x01\x02\x03\x04")],
        [(IP, b"\xc0\0\2\0\xff\0\xff\0")],
        [],
    ):
        limited = ca(exts=(basic_constraints(), constraint(allowed, [])))
        leaf = limited.issue("CN=x", key(2))
        raises("asn1", lambda leaf=leaf, c=limited: path_of(leaf, (c,)))


def test_name_constraints_in_a_leaf_are_refused():
    leaf = SUB.issue("CN=leaf", key(2), exts=(constraint([(DNS, b"a")], []),))
    raises("cert-issuer", path_of, leaf)


def test_a_leaf_that_may_sign_certificates_is_refused():
    leaf = SUB.issue("CN=leaf", key(2), exts=(CERT_SIGN,))
    raises("cert-issuer", path_of, leaf)


# (alternative names, host, whether they match)
HOSTS = (
    ([("dns", "a.b.c")], "a.b.c", True),
    ([("dns", "A.b.c")], "a.B.c.", True),
    ([("dns", "*.b.c")], "a.b.c", True),
    ([("dns", "*.b.c")], "b.c", False),
    ([("dns", "*.b.c")], "x.a.b.c", False),
    ([("dns", "*.c")], "b.c", False),
    ([("dns", "*")], "b", False),
    ([("dns", "a*.b.c")], "ax.b.c", False),
    ([("dns", "a.*.c")], "a.b.c", False),
    ([("dns", "192.0.2.1")], "192.0.2.1", False),
    ([("ip", "192.0.2.1")], "192.0.2.1", True),
    ([("ip", "192.0.2.2")], "192.0.2.1", False),
    ([("ip", "2001:db8::1")], "[2001:DB8:0::1]", True),
    ([("email", "a.b.c")], "a.b.c", False),
    ([], "leaf", False),
)


def test_host_names():
    for alternative, host, expected in HOSTS:
        ext = extension(oid.SUBJECT_ALT_NAME, lambda e, a=alternative: altnames.put(e, a))
        leaf = SUB.issue("CN=leaf", key(2), exts=(ext,) if alternative else ())
        assert hosts.matches(leaf, host) == expected, (alternative, host)


def check_issued(leaf, subject="CN=leaf", time=NOW):
    steps = issued.steps(leaf, [SUB.certificate], [ROOT.certificate], names.encode(subject), time)
    return finish(steps)


def test_the_certificate_with_our_key_is_chosen_wherever_it_stands():
    n = key(2).public()[0]
    for order in ([LEAF, SUB.certificate], [SUB.certificate, ROOT.certificate, LEAF]):
        assert issued.choose(order, n).der == LEAF.der
        assert issued.choose(order, b"\0\0" + n).der == LEAF.der
    raises("cert-key-mismatch", issued.choose, [SUB.certificate], n)
    data = bytes(SUB.certificate.der)
    at = data.find(oid.RSA_ENCRYPTION)
    other = Certificate(data[:at] + other_oids.RSA_PSS + data[at + len(other_oids.RSA_PSS) :])
    assert issued.choose([other, LEAF], n).der == LEAF.der
    raises("no-certificate", issued.choose, [], n)


def test_what_was_issued_as_asked_is_accepted_without_a_warning():
    path, warnings = check_issued(LEAF)
    assert len(path) == 3 and warnings == []


def test_what_the_ca_may_change_is_a_warning():
    leaf = SUB.issue("CN=leaf,O=added", key(2), exts=(purposes(oid.SERVER_AUTH),))
    _, warnings = check_issued(leaf)
    assert len(warnings) == 2 and "CN=leaf,O=added" in warnings[0]


def test_what_must_not_be_issued_to_us_is_refused():
    raises("cert-name", lambda: check_issued(LEAF, "CN=other"))
    raises("cert-issuer", lambda: check_issued(SUB.certificate, "CN=Sub"))
    raises("cert-validity", lambda: check_issued(LEAF, time=END + 1))
    raises("cert-signature", lambda: check_issued(SUB.issue("CN=leaf", key(2), signer=key(3))))
    other = Authority("CN=Other", 3)
    raises("cert-issuer", lambda: check_issued(other.issue("CN=leaf", key(2))))
