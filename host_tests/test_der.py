"""DER against asn1crypto, on structures that hypothesis makes."""

import datetime

from asn1crypto import core, parser
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import Error
from scep import asn1time, der
from scep.der import CONTEXT, CONTEXT_C, SEQUENCE, SET, Encoder, Reader

# (tag, value) leaves and (tag, [children])
LEAVES = st.one_of(
    st.tuples(st.just("integer"), st.integers(min_value=0, max_value=1 << 300)),
    st.tuples(st.just("octets"), st.binary(max_size=300)),
    st.tuples(st.just("bits"), st.binary(max_size=40)),
    st.tuples(st.just("named"), st.integers(min_value=0, max_value=(1 << 20) - 1)),
    st.tuples(st.just("boolean"), st.booleans()),
    st.tuples(st.just("null"), st.none()),
    st.tuples(st.just("time"), st.integers(-631152000, asn1time.NEVER)),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.tuples(
        st.sampled_from((SEQUENCE, CONTEXT_C | 0, CONTEXT_C | 3)), st.lists(inner, max_size=5)
    ),
    max_leaves=20,
)


def put(e, tree):
    kind, value = tree
    if isinstance(value, list):
        end = e.pos
        for child in reversed(value):
            put(e, child)
        e.wrap(kind, end)
    elif kind == "octets":
        e.octet_string(value)
    elif kind == "bits":
        e.bit_string(value)
    elif kind == "named":
        e.named_bits(value)
    elif kind == "null":
        e.null()
    else:
        getattr(e, kind)(value)


def check(r, tree):
    kind, value = tree
    if isinstance(value, list):
        inner = r.enter(kind)
        for child in value:
            check(inner, child)
        inner.finish()
    elif kind == "octets":
        assert r.octet_string() == value
    elif kind == "bits":
        assert r.bit_string() == value
    elif kind == "named":
        assert r.named_bits() == value
    elif kind == "null":
        r.null()
    else:
        assert getattr(r, kind)() == value


def encode(tree):
    e = Encoder(bytearray(20000))
    put(e, tree)
    return bytes(e.view())


@given(TREES)
@settings(max_examples=200, deadline=None)
def test_what_is_written_is_read_in_both_modes_and_is_minimal(tree):
    data = encode(tree)
    for ber in (False, True):
        reader = Reader(data, ber=ber)
        check(reader, tree)
        reader.finish()
    assert reencoded(data) == data


def reencoded(data):
    """Return the structure as asn1crypto writes it anew, element by element."""
    class_, method, tag, _, contents, _ = parser.parse(data, strict=True)
    if method:
        parts, rest = [], contents
        while rest:
            head, _, _ = _split(rest)
            parts.append(reencoded(head))
            rest = rest[len(head) :]
        contents = b"".join(parts)
    return parser.emit(class_, method, tag, contents)


def _split(data):
    _, _, _, header, contents, trailer = parser.parse(data)
    whole = header + contents + trailer
    return whole, header, contents


@given(st.integers(-(1 << 400), 1 << 400))
def test_integers_of_the_other_library_are_read(value):
    assert Reader(core.Integer(value).dump()).integer() == value
    if value >= 0:
        e = Encoder(bytearray(100))
        e.integer(value)
        assert bytes(e.view()) == core.Integer(value).dump()
        size = (value.bit_length() + 7) // 8 + 3
        e = Encoder(bytearray(200))
        e.integer(value.to_bytes(size, "big"))
        assert bytes(e.view()) == core.Integer(value).dump()


@given(st.datetimes(datetime.datetime(1950, 1, 1), datetime.datetime(9999, 12, 31)))
def test_times_of_the_other_library_are_read_and_written_alike(moment):
    moment = moment.replace(microsecond=0, tzinfo=datetime.UTC)
    time = int(moment.timestamp())
    kind = core.UTCTime if moment.year < 2050 else core.GeneralizedTime
    e = Encoder(bytearray(30))
    e.time(time)
    assert bytes(e.view()) == kind(moment).dump()
    assert Reader(e.view()).time() == time
    assert asn1time.date(time) == moment.timetuple()[:6]


@given(st.lists(st.binary(max_size=20), max_size=8))
def test_a_set_of_is_sorted_as_the_other_library_sorts(items):
    class Items(core.SetOf):
        _child_spec = core.OctetString

    e = Encoder(bytearray(400))
    end = e.pos
    for item in items:
        e.octet_string(item)
    e.sort(end)
    e.wrap(SET, end)
    assert bytes(e.view()) == Items(items).dump(force=True)


@given(st.lists(st.binary(max_size=9), max_size=6), st.booleans(), st.integers(0, 3))
def test_constructed_strings_are_joined_whatever_the_pieces(pieces, indefinite, depth):
    body = b"".join(core.OctetString(piece).dump() for piece in pieces)

    def wrapped(tag, contents):
        if indefinite:
            return bytes([tag, 0x80]) + contents + b"\0\0"
        return parser.emit(tag >> 6, 1, tag & 0x1F, contents)

    data = wrapped(0x24, body)
    for _ in range(depth):
        data = wrapped(0x24, data)
    data = wrapped(0xA0, data)
    reader = Reader(data, ber=True)
    assert bytes(reader.octet_string(CONTEXT)) == b"".join(pieces)
    reader.finish()


@given(st.binary(max_size=200))
@settings(max_examples=500)
def test_arbitrary_bytes_end_in_an_element_or_a_der_error(data):
    for ber in (False, True):
        try:
            walk(Reader(data, ber=ber))
        except Error as error:
            assert isinstance(error, der.DerError) and error.code == "asn1"


def walk(reader):
    while not reader.empty():
        if reader.peek() & 0x20:
            walk(reader.enter(reader.peek()))
        else:
            reader.body()


@given(st.integers(min_value=0, max_value=(1 << 31) - 1))
def test_lengths_are_what_the_other_library_writes(size):
    """The header alone: the contents are not there."""
    e = Encoder(bytearray(10))
    e.wrap(0x04, e.pos + size)
    assert bytes(e.view()) == parser._dump_header(0, 0, 4, range(size))
