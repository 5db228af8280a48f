"""Names and general names against `cryptography` and asn1crypto, on what hypothesis makes."""

import ipaddress

from asn1crypto import x509 as asn1
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import Error
from scep import altnames, dotted, ip, names, oid
from scep.der import Encoder

# types that the other library spells alike in RFC 4514 text
TYPES = {
    "CN": x509.NameOID.COMMON_NAME,
    "O": x509.NameOID.ORGANIZATION_NAME,
    "OU": x509.NameOID.ORGANIZATIONAL_UNIT_NAME,
    "L": x509.NameOID.LOCALITY_NAME,
    "ST": x509.NameOID.STATE_OR_PROVINCE_NAME,
    "UID": x509.NameOID.USER_ID,
    "STREET": x509.NameOID.STREET_ADDRESS,
}
TEXT = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=30
).filter(lambda value: len(value.encode()) <= 64)  # what the other library takes
ATTRIBUTES = st.tuples(st.sampled_from(sorted(TYPES)), TEXT)
RDNS = st.lists(st.lists(ATTRIBUTES, min_size=1, max_size=3, unique_by=lambda a: a[0]), max_size=5)


def text_of(rdns):
    return ",".join(
        "+".join(kind + "=" + names.escape(value) for kind, value in rdn) for rdn in rdns
    )


def values_of(data):
    """Return the attributes of a Name, RDN by RDN, as asn1crypto reads them."""
    return [
        {(x509.ObjectIdentifier(t["type"].dotted), t["value"].native) for t in rdn}
        for rdn in asn1.Name.load(data, strict=True).chosen
    ]


@given(RDNS)
@settings(max_examples=100, deadline=None)
def test_names_are_read_back_by_us_and_by_both_libraries(rdns):
    data = names.encode(text_of(rdns))
    expected = [{(TYPES[kind], value) for kind, value in rdn} for rdn in reversed(rdns)]
    theirs = x509.Name.from_rfc4514_string(text_of(rdns)) if rdns else x509.Name([])
    assert values_of(data) == expected
    assert [{(a.oid, a.value) for a in rdn} for rdn in theirs.rdns] == expected
    assert names.encode(names.text(data)) == data
    assert names.equal(data, theirs.public_bytes())


@given(RDNS)
@settings(max_examples=60, deadline=None)
def test_names_of_the_other_library_are_read(rdns):
    theirs = x509.Name(
        [
            x509.RelativeDistinguishedName([x509.NameAttribute(TYPES[k], v) for k, v in rdn])
            for rdn in rdns
            if all(len(v.encode()) <= 64 for _, v in rdn)
        ]
    )
    data = theirs.public_bytes()
    again = names.encode(names.text(data))
    assert names.equal(again, data)
    assert values_of(again) == values_of(data)


@given(st.text(max_size=40))
@settings(max_examples=200)
def test_arbitrary_text_makes_a_name_or_a_config_error(text):
    try:
        data = names.encode(text)
    except Error as error:
        assert error.code == "config"
    else:
        asn1.Name.load(data, strict=True)
        assert names.encode(names.text(data)) == data


@given(st.text(max_size=40))
def test_arbitrary_text_makes_alternative_names_or_a_config_error(text):
    try:
        values = altnames.parse(text)
        e = Encoder(bytearray(1024))
        altnames.put(e, values)
    except Error as error:
        assert error.code == "config"
    else:
        assert [kind for kind, _ in altnames.read(e.view())] == [kind for kind, _ in values]


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_addresses_are_what_the_standard_library_says(address):
    for text in (str(address), address.exploded):
        assert ip.pack(text) == address.packed
    if address.version == 4 or address.ipv4_mapped is None:
        assert ip.text(address.packed) == address.compressed


@given(st.text("0123456789abcdef:.", max_size=20))
def test_only_addresses_are_taken_for_addresses(text):
    try:
        expected = ipaddress.ip_address(text).packed
    except ValueError:
        expected = None
    try:
        found = ip.pack(text)
    except Error:
        found = None
    assert found == expected


ARCS = st.lists(st.integers(0, 1 << 40), max_size=8)


@given(st.one_of(st.tuples(st.integers(0, 1), st.integers(0, 39), ARCS),
                 st.tuples(st.just(2), st.integers(0, 1 << 40), ARCS)))  # fmt: skip
def test_object_identifiers_are_what_the_other_library_says(arcs):
    first, second, rest = arcs
    text = ".".join(str(arc) for arc in [first, second, *rest])
    body = dotted.body(text)
    assert dotted.text(body) == text
    assert asn1.ObjectIdentifier(text).contents == body


def test_every_constant_is_the_identifier_that_stands_beside_it():
    with open(oid.__file__, encoding="utf-8") as file:
        lines = [line for line in file if " = b" in line]
    assert len(lines) > 60
    for line in lines:
        name, _, rest = line.partition(" = ")
        assert dotted.body(rest.rpartition("# ")[2].strip()) == getattr(oid, name), name
