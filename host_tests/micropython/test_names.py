"""Distinguished names, general names, object identifiers and addresses between text and DER."""

from expect import raises
from scep import altnames, dotted, ip, names, oid, strings
from scep.der import Encoder


def unhex(text):
    return bytes([int(text[i : i + 2], 16) for i in range(0, len(text), 2)])


MINISTRY = "CN=00809F59E1A0,O=Ministère des Affaires Etrangères,C=FR"

# (text, its DER)
EXACT = (
    ("", "3000"),
    ("C=FR", "300d310b3009060355040613024652"),
    ("CN=a", "300c310a3008060355040313" + "0161"),
    ("CN=é", "300d310b3009060355040" + "30c02c3a9"),
    ("DC=a", "3013311130" + "0f060a0992268993f22c6401191601" + "61"),
    ("emailAddress=a@b", "30143112301006092a864886f70d01090116" + "03614062"),
    ("1.2.3=#0500", "300a31083006" + "06022a03" + "0500"),
    ("2.999=#0101ff", "300b31093007" + "0602883701" + "01ff"),
)


def test_names_have_exactly_this_encoding():
    for text, expected in EXACT:
        assert names.encode(text) == unhex(expected), text
        assert names.text(unhex(expected)) == text


def test_the_first_rdn_of_the_text_is_the_last_of_the_der():
    data = names.encode("CN=a,C=FR")
    assert data.find(b"FR") < data.find(b"\x01a")


# texts that come back exactly as they were
STABLE = (
    MINISTRY,
    "CN=a+OU=b,O=c",
    "CN=\\ a\\ ",
    "CN=a b  c",
    "CN=\\#x",
    "CN=a#b=c",
    'CN=a\\,b\\+c\\;d\\<e\\>f\\\\g\\"h',
    "CN=a\\0D\\0Ab",
    "UID=u,DC=example,DC=net",
    "serialNumber=1,SN=x,GN=y,title=z,STREET=s,L=l,ST=t",
    "CN=東京,O=Ελλάς",
)


def test_texts_survive_a_round_trip():
    for text in STABLE:
        assert names.text(names.encode(text)) == text, text


# (text, the same name as it is printed)
SAME = (
    (" CN = a , O = b ", "CN=a,O=b"),
    ("cn=a,o=b", "CN=a,O=b"),
    ("CN=\\c3\\A9", "CN=é"),
    ("E=a@b,S=x,surname=y", "emailAddress=a@b,ST=x,SN=y"),
    ("OID.2.5.4.3=#0c0161", "CN=a"),
    ("CN=a\\=b", "CN=a=b"),
    ("CN=a\\20", "CN=a\\ "),
)


def test_other_spellings_of_rfc_4514_and_2253_are_read():
    for text, printed in SAME:
        assert names.text(names.encode(text)) == printed, text


def test_texts_that_are_no_name_are_refused():
    for text in (
        "CN",
        "=a",
        "CN=",
        "CN=a,",
        "CN=a+",
        "CN=a,,O=b",
        "XX=a",
        "CN=a;O=b",
        'CN="a"',
        "CN=a\\",
        "CN=a\\x",
        "CN=\\ff",
        "C=é",
        "DC=é",
        "emailAddress=é@b",
        "1.2.3=#",
        "1.2.3=#0",
        "1.2.3=#zz",
        "1.2.3=#05000500",
        "1.2.3=#+5-5",
        "3.1=#0500",
        "1.40=#0500",
        "1=#0500",
        "1..2=#0500",
    ):
        raises("config", names.encode, text)


def test_string_types():
    for text, tag in (("CN=abc 09'()+,-./:=?", 0x13), ("CN=a@b", 0x0C), ("CN=a*", 0x0C)):
        text = text.replace("+", "\\+").replace(",", "\\,")
        assert names.encode(text)[11] == tag, text


# (tag, contents, text or None for refused)
STRINGS = (
    (0x0C, b"\xc3\xa9", "é"),
    (0x0C, b"\xff", None),
    (0x13, b"a", "a"),
    (0x13, b"\xe9", "é"),
    (0x14, b"\xe9", "é"),
    (0x16, b"a@b", "a@b"),
    (0x1E, b"\x00a\x67\x71", "a東"),
    (0x1E, b"\x00", None),
    (0x1E, b"\xd8\x00", None),
    (0x1C, b"\x00\x01\xf6\x00", "\U0001f600"),
    (0x1C, b"\x00\x11\x00\x00", None),
    (0x04, b"a", None),
)


def test_all_string_types_are_read():
    for tag, body, text in STRINGS:
        if text is None:
            raises("asn1", strings.text, tag, body)
        else:
            assert strings.text(tag, body) == text
            assert strings.text(tag, memoryview(body)) == text


# (a, b, whether they match by RFC 5280 7.1)
PAIRS = (
    ("CN=a", "CN=A", True),
    ("CN=É", "CN=é", True),
    ("CN=a  b", "CN=\\ a b\\ ", True),
    ("CN=a\\09b", "CN=a b", True),
    ("CN=a\\C2\\ADb", "CN=ab", True),
    ("CN=#0c0161", "CN=#130161", True),
    ("CN=#1e020061", "CN=a", True),
    ("CN=a", "CN=ab", False),
    ("CN=ab", "CN=a b", False),
    ("CN=a", "O=a", False),
    ("CN=a,O=b", "O=b,CN=a", False),
    ("CN=a,O=b", "O=b", False),
    ("O=b", "CN=a,O=b", False),
    ("CN=a+O=b", "O=b+CN=A", True),
    ("CN=a+CN=a", "CN=a+CN=b", False),
    ("CN=a+O=b", "CN=a", False),
    ("", "", True),
    ("", "CN=a", False),
    ("1.2.3=#0500", "1.2.3=#0500", True),
    ("1.2.3=#020101", "1.2.3=#020102", False),
)


def test_names_are_compared_by_rfc_5280():
    for a, b, expected in PAIRS:
        assert names.equal(names.encode(a), names.encode(b)) == expected, (a, b)
        assert names.equal(names.encode(b), names.encode(a)) == expected, (b, a)


def test_subtrees():
    for name, base, expected in (
        ("CN=a,O=b,C=FR", "O=B,C=FR", True),
        ("O=b,C=FR", "O=b,C=FR", True),
        ("C=FR", "O=b,C=FR", False),
        ("CN=a,O=x,C=FR", "O=b,C=FR", False),
        ("CN=a", "", True),
    ):
        assert names.is_within(names.encode(name), names.encode(base)) == expected, (name, base)


def test_names_that_are_not_well_formed_are_refused():
    for data in (
        "",
        "3100",
        "30023100",
        "300431023000",
        "3009310730050603550403",
        "300c310a3008060355040313016100",
        "300e310c300a0603550403130161" + "0500",
        "30020500",
        "300d310b3009060355040" + "30c0261ff",
        "300c310a30080603550403" + "1e0161",
    ):
        raises("asn1", names.check, unhex(data))


def test_common_name_is_the_last_one():
    assert names.common_name(names.encode("CN=last,CN=first,O=x")) == "last"
    assert names.common_name(names.encode("O=x")) is None
    assert names.attribute(names.encode(MINISTRY), oid.COUNTRY) == "FR"


def test_templates_are_filled_and_values_escaped():
    assert names.fill("CN={mac},O=x", {"mac": "00809F59E1A0"}) == "CN=00809F59E1A0,O=x"
    assert names.fill("CN={a}", {"a": " b,c"}) == "CN=\\ b\\,c"
    assert names.fill("CN=x", {}) == "CN=x"
    raises("config", names.fill, "CN={mac}", {"mac": None})
    raises("config", names.fill, "CN={ip}", {"mac": "x"})
    raises("config", names.fill, "CN={mac", {"mac": "x"})


SAN = "dns:a.b,ip:192.0.2.1,ip:2001:db8::1,email:x@y,upn:é@y,uri:tag:a.com,2022-09-14:sid:S-1-5"


def test_alternative_names_survive_a_round_trip():
    values = altnames.parse(SAN)
    assert values[-1] == ("uri", "tag:a.com,2022-09-14:sid:S-1-5")
    assert values == altnames.parse(SAN.replace(",dns", " dns").replace(",ip", " ip"))
    e = Encoder(bytearray(512))
    altnames.put(e, values)
    assert altnames.read(e.view()) == values


def test_alternative_names_that_cannot_be_asked_for_are_refused():
    for text in ("a.b", "dsn:a", "dns", "x dns:a"):
        raises("config", altnames.parse, text)
    assert altnames.parse("") == [] and altnames.parse(" , ") == []
    for kind, value in (
        ("dns", "é"),
        ("dns", "a, b"),
        ("dns", "a,b"),
        ("email", "a b@c"),
        ("uri", "http://a\n"),
        ("ip", "1.2.3"),
        ("dns", ""),
        ("ip", "x"),
    ):
        raises("config", altnames.put, Encoder(bytearray(99)), [(kind, value)])


# (GeneralNames, what is read)
GENERAL = (
    ("3000", []),
    ("3003820161", [("dns", "a")]),
    ("30048802" + "2a03", [("rid", "1.2.3")]),
    ("3010a40e300c310a3008060355040313" + "0161", [("dir", "CN=a")]),
    ("300aa008" + "06022a03a0020500", [("other", "1.2.3")]),
    ("3002a300", [("other", "")]),
    ("30048602" + "61e9", [("uri", "aé")]),
    ("300787050102030405", [("ip", "0102030405")]),
)


def test_all_general_names_are_read():
    for data, expected in GENERAL:
        assert altnames.read(unhex(data)) == expected, data
    for data in ("3003820180" + "00", "30038201e9", "3003890161", "3003020101", "820161"):
        raises("asn1", altnames.read, unhex(data))


def test_addresses():
    for text, data in (
        ("0.0.0.0", "00000000"),
        ("192.0.2.255", "c00002ff"),
        ("::", "00" * 16),
        ("::1", "00" * 15 + "01"),
        ("2001:db8::1:0:0:1", "20010db8000000000001000000000001"),
        ("1:2:3:4:5:6:7:8", "00010002000300040005000600070008"),
        ("1:0:2:3:4:5:6:7", "00010000000200030004000500060007"),
    ):
        assert ip.pack(text) == unhex(data) and ip.text(unhex(data)) == text, text
    assert ip.pack("::ffff:192.0.2.1") == unhex("00" * 10 + "ffffc0000201")
    for text in ("1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.-1", "1::2::3", "1:2", ":::", "g::", "a"):
        raises("config", ip.pack, text)


def test_object_identifiers():
    for text, data in (
        ("1.2.840.113549.1.1.11", "2a864886f70d01010b"),
        ("2.5.29.15", "551d0f"),
        ("2.999.3", "883703"),
        ("0.9.2342.19200300.100.1.25", "0992268993f22c640119"),
        ("2.16.840.1.101.3.4.2.1", "608648016503040201"),
    ):
        assert dotted.body(text) == unhex(data) and dotted.text(unhex(data)) == text
    for text in ("", "1", "1.40", "3.1", "1.2.", "1.a", "1.-2"):
        raises("config", dotted.body, text)
