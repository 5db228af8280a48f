"""DER written and read: bytes known from X.690, refusals, the BER mode and the limits."""

import iso_times
from expect import raises
from scep import asn1time, der
from scep.der import (
    BIT_STRING,
    CONTEXT,
    CONTEXT_C,
    ENUMERATED,
    INTEGER,
    SEQUENCE,
    SET,
    DerError,
    Encoder,
    Reader,
)


def written(write, size=2048):
    e = Encoder(bytearray(size))
    write(e)
    return bytes(e.view())


def unhex(text):
    return bytes([int(text[i : i + 2], 16) for i in range(0, len(text), 2)])


# (name, what is written, encoding)
WRITTEN = (
    ("true", lambda e: e.boolean(True), "0101ff"),
    ("false", lambda e: e.boolean(False), "010100"),
    ("zero", lambda e: e.integer(0), "020100"),
    ("127", lambda e: e.integer(127), "02017f"),
    ("128 needs a zero", lambda e: e.integer(128), "02020080"),
    ("256", lambda e: e.integer(256), "02020100"),
    ("2^40", lambda e: e.integer(1 << 40), "0206010000000000"),
    ("bytes with a high bit", lambda e: e.integer(b"\x80\x01"), "0203008001"),
    ("bytes with leading zeros", lambda e: e.integer(b"\0\0\x7f"), "02017f"),
    ("bytes that are zero", lambda e: e.integer(b"\0\0"), "020100"),
    ("no bytes", lambda e: e.integer(b""), "020100"),
    ("enumerated", lambda e: e.integer(6, ENUMERATED), "0a0106"),
    ("null", lambda e: e.null(), "0500"),
    ("oid", lambda e: e.oid(b"\x55\x04\x03"), "0603550403"),
    ("octets", lambda e: e.octet_string(b"ab"), "04026162"),
    ("implicit octets", lambda e: e.octet_string(b"ab", CONTEXT | 2), "82026162"),
    ("bits", lambda e: e.bit_string(b"\xa5"), "030200a5"),
    ("no named bit", lambda e: e.named_bits(0), "030100"),
    ("named bit 0", lambda e: e.named_bits(1), "03020780"),
    ("named bits 0 and 2", lambda e: e.named_bits(5), "030205a0"),
    ("named bit 7", lambda e: e.named_bits(0x80), "03020001"),
    ("named bit 8", lambda e: e.named_bits(0x100), "0303070080"),
    ("1970", lambda e: e.time(0), "170d3730303130313030303030305a"),
    ("2049", lambda e: e.time(2524607999), "170d3439313233313233353935395a"),
    ("2050", lambda e: e.time(2524608000), "180f32303530303130313030303030305a"),
    ("1949", lambda e: e.time(-631152001), "180f31393439313233313233353935395a"),
    ("never", lambda e: e.time(asn1time.NEVER), "180f39393939313233313233353935395a"),
    ("generalized", lambda e: e.generalized_time(0), "180f31393730303130313030303030305a"),
)


def test_each_type_is_written_as_x690_says():
    for name, write, expected in WRITTEN:
        assert written(write) == unhex(expected), (name, written(write))


def test_lengths_of_all_forms():
    for size, head in (
        (0, "0400"),
        (127, "047f"),
        (128, "048180"),
        (255, "0481ff"),
        (256, "04820100"),
        (65535, "0482ffff"),
        (65536, "0483010000"),
    ):
        e = Encoder(bytearray(size + 8))
        e.octet_string(bytes(size))
        data = e.view()
        assert data[: len(data) - size] == unhex(head), size
        reader = Reader(data)
        assert len(reader.octet_string()) == size
        reader.finish()


def test_a_set_of_is_sorted_in_place():
    def put(e):
        end = e.pos
        for item in (b"", b"\x80", b"b", b"abc", b"a", b"zz", b"\0", b"ab", b"a"):
            e.octet_string(item)
        e.sort(end)
        e.wrap(SET, end)

    ones = "040100" + "040161" + "040161" + "040162" + "040180"
    assert written(put) == unhex("311e" + "0400" + ones + "04026162" + "04027a7a" + "0403616263")


def test_a_full_buffer_is_refused_and_nothing_is_overwritten():
    buf = bytearray(8)
    e = Encoder(memoryview(buf)[4:])
    e.octet_string(b"ab")
    raises("memory", e.null)
    assert buf == b"\0\0\0\0\x04\x02ab"


def test_a_wiped_encoder_holds_nothing():
    buf = bytearray(16)
    e = Encoder(buf)
    e.octet_string(b"secret")
    e.wipe()
    assert buf == bytearray(16) and len(e.view()) == 0


# (name, encoding, what is read, value)
READ = (
    ("true", "0101ff", lambda r: r.boolean(), True),
    ("zero", "020100", lambda r: r.integer(), 0),
    ("minus one", "0201ff", lambda r: r.integer(), -1),
    ("minus 256", "0202ff00", lambda r: r.integer(), -256),
    ("2^63", "0209008000000000000000", lambda r: r.integer(), 1 << 63),
    ("unsigned", "02020080", lambda r: bytes(r.unsigned()), b"\x80"),
    ("unsigned zero", "020100", lambda r: bytes(r.unsigned()), b"\0"),
    ("serial as it stands", "02020080", lambda r: bytes(r.integer_body()), b"\0\x80"),
    ("oid", "06032a8603", lambda r: r.oid(), b"\x2a\x86\x03"),
    ("enumerated", "0a0106", lambda r: r.integer(ENUMERATED), 6),
    ("named bits", "030205a0", lambda r: r.named_bits(), 5),
    ("named bits with trailing zeros", "030200a0", lambda r: r.named_bits(), 5),
    ("no named bits", "030100", lambda r: r.named_bits(), 0),
    ("named bit 8", "0303070080", lambda r: r.named_bits(), 0x100),
    ("bits", "030200a5", lambda r: bytes(r.bit_string()), b"\xa5"),
    ("utc", "170d3439313233313233353935395a", lambda r: r.time(), 2524607999),
    ("utc 1950", "170d3530303130313030303030305a", lambda r: r.time(), -631152000),
    ("leap day", "170d3030303232393030303030305a", lambda r: r.time(), 951782400),
    ("never", "180f39393939313233313233353935395a", lambda r: r.time(), asn1time.NEVER),
)


def test_each_type_is_read():
    for name, data, read, expected in READ:
        for ber in (False, True):
            reader = Reader(unhex(data), ber=ber)
            assert read(reader) == expected, name
            reader.finish()


# (name, encoding, what is read, also refused in BER mode)
REFUSED = (
    ("nothing", "", lambda r: r.null(), True),
    ("cut in the header", "30", lambda r: r.enter(), True),
    ("cut in the contents", "04036162", lambda r: r.octet_string(), True),
    ("another tag", "0500", lambda r: r.enter(), True),
    ("high tag number", "1f8105", lambda r: r.skip(), True),
    ("end of contents", "0000", lambda r: r.skip(), True),
    ("length not minimal", "04810161", lambda r: r.octet_string(), False),
    ("length with a zero", "0482000161", lambda r: r.octet_string(), False),
    ("indefinite length", "30800000", lambda r: r.enter(), False),
    ("indefinite primitive", "04800000", lambda r: r.octet_string(), True),
    ("length of five bytes", "04850000000001", lambda r: r.octet_string(), True),
    ("length of 2^31", "048480000000", lambda r: r.octet_string(), True),
    ("length of 2^32 - 1", "0484ffffffff", lambda r: r.octet_string(), True),
    ("length of 2^63", "04888000000000000000", lambda r: r.octet_string(), True),
    ("reserved length", "04ff61", lambda r: r.octet_string(), True),
    ("longer than its parent", "3003040361", lambda r: r.enter().octet_string(), True),
    ("true is 1", "010101", lambda r: r.boolean(), False),
    ("empty boolean", "0100", lambda r: r.boolean(), True),
    ("long boolean", "0102ffff", lambda r: r.boolean(), True),
    ("empty integer", "0200", lambda r: r.integer(), True),
    ("integer with a zero", "02020001", lambda r: r.integer(), False),
    ("integer with ones", "0202ff80", lambda r: r.integer(), False),
    ("integer of 2 KiB", "02820800" + "01" * 2048, lambda r: r.integer(), True),
    ("negative modulus", "0201ff", lambda r: r.unsigned(), True),
    ("null with contents", "050100", lambda r: r.null(), True),
    ("empty oid", "0600", lambda r: r.oid(), True),
    ("oid cut off", "06025583", lambda r: r.oid(), True),
    ("oid not minimal", "0603558003", lambda r: r.oid(), True),
    ("empty bits", "0300", lambda r: r.named_bits(), True),
    ("eight unused bits", "030208a0", lambda r: r.named_bits(), True),
    ("unused bits of nothing", "030101", lambda r: r.named_bits(), True),
    ("unused bits set", "030205a1", lambda r: r.named_bits(), True),
    ("too many named bits", "03060000000000a0", lambda r: r.named_bits(), True),
    ("key with unused bits", "030201a4", lambda r: r.bit_string(), True),
    ("constructed octets", "2403040161", lambda r: r.octet_string(), False),
    ("time without seconds", "170b343931323331323335395a", lambda r: r.time(), True),
    (
        "time with an offset",
        "1711343931323331323335393539" + "2b30313030",
        lambda r: r.time(),
        True,
    ),
    ("time with a fraction", "181132303439313233313233353935392e355a", lambda r: r.time(), True),
    ("30 February", "170d3439303233303233353935395a", lambda r: r.time(), True),
    ("29 February 1900", "180f31393030303232393030303030305a", lambda r: r.time(), True),
    ("month 13", "170d3439313330313233353935395a", lambda r: r.time(), True),
    ("second 60", "170d3439313233313233353936305a", lambda r: r.time(), True),
    ("a sign in a time", "170d2b39313233313233353935395a", lambda r: r.time(), True),
)


def test_what_is_not_der_is_refused_and_ber_mode_allows_only_what_it_says():
    for _name, data, read, also_ber in REFUSED:
        raw = unhex(data)
        raises("asn1", read, Reader(raw))
        if also_ber:
            raises("asn1", read, Reader(raw, ber=True))
        else:
            read(Reader(raw, ber=True))


def test_something_left_over_is_refused():
    reader = Reader(unhex("05000500"))
    reader.null()
    raises("asn1", reader.finish)


def test_constructed_octet_strings_are_joined_at_any_nesting():
    pieces = unhex("2480" + "040161" + "2403040162" + "0400" + "24800401630000" + "0000")
    reader = Reader(pieces, ber=True)
    assert reader.octet_string() == b"abc"
    reader.finish()
    assert [bytes(c) for c in Reader(pieces, ber=True).chunks()] == [b"a", b"b", b"", b"c"]


def test_an_implicit_constructed_octet_string_is_joined():
    reader = Reader(unhex("a080040161040262630000"), ber=True)
    assert reader.octet_string(CONTEXT) == b"abc"
    reader.finish()


def test_indefinite_lengths_nest():
    reader = Reader(unhex("3080" + "30800201010000" + "3003020102" + "0000" + "0500"), ber=True)
    outer = reader.enter()
    inner = outer.enter()
    assert inner.integer() == 1
    inner.finish()
    inner = outer.enter()
    assert inner.integer() == 2
    outer.finish()
    reader.null()
    reader.finish()


def test_an_indefinite_length_without_an_end_is_refused():
    for data in ("3080", "30800201", "3080020101", "30803080020101" + "0000"):
        raises("asn1", Reader(unhex(data), ber=True).enter)


def test_a_depth_bomb_ends_in_an_error():
    def descend(reader):
        while True:
            reader = reader.enter()

    octets = b"\x24\x80" * 200 + b"\0\0" * 200
    for error in (
        raises("asn1", descend, Reader(written(bomb))),
        raises("asn1", Reader(b"\x30\x80" * 5000, ber=True).enter),
        raises("asn1", Reader(octets, ber=True).octet_string),
    ):
        assert error.message == "nested too deep"


def bomb(e):
    end = e.pos
    for _ in range(400):
        e.wrap(SEQUENCE, end)


def test_ten_thousand_empty_elements_end_in_an_error():
    data = written(lambda e: e.tlv(SEQUENCE, b"\x05\x00" * 10000), 20016)

    def count(reader):
        inner = reader.enter()
        while not inner.empty():
            inner.null()

    raises("asn1", count, Reader(data))


def test_the_limit_of_elements_is_the_callers():
    data = written(lambda e: e.tlv(SEQUENCE, b"\x05\x00" * 10000), 20016)
    inner = Reader(data).enter(SEQUENCE, 10000)
    for _ in range(10000):
        inner.null()
    inner.finish()


def test_readers_hand_out_views_of_the_callers_bytes():
    data = bytearray(unhex("3006040261620500"))
    inner = Reader(data).enter()
    view = inner.octet_string()
    data[4] = 0x7A
    assert bytes(view) == b"zb"
    assert bytes(inner.tlv()) == b"\x05\x00"


def test_optional_elements():
    reader = Reader(unhex("a003020105" + "0500"))
    assert reader.peek() == CONTEXT_C
    assert reader.maybe_enter(CONTEXT_C | 1) is None
    assert reader.maybe_enter(CONTEXT_C).integer() == 5
    assert not reader.maybe_skip(INTEGER)
    assert reader.maybe_skip(0x05)
    assert reader.peek() == -1 and reader.empty()


def test_open_and_close_read_nested_elements_with_one_reader():
    reader = Reader(unhex("300b" + "3003020105" + "0500" + "30020500" + "0101ff"))
    outer = reader.open(SEQUENCE)
    inner = reader.open(SEQUENCE)
    assert reader.integer() == 5 and reader.empty()
    reader.close(inner)
    reader.null()
    inner = reader.open(SEQUENCE)
    raises("asn1", reader.close, inner)
    reader.null()
    raises("asn1", reader.null)
    reader.close(inner)
    reader.close(outer)
    assert reader.boolean()
    reader.finish()


def test_open_takes_definite_lengths_only():
    for data in ("30800000", "3080"):
        raises("asn1", Reader(unhex(data), ber=True).open)
        raises("asn1", Reader(unhex(data)).open)


def test_an_integer_below_zero_is_never_written():
    raises("internal", Encoder(bytearray(9)).integer, -1)


def test_truncation_at_every_byte_is_refused():
    whole = unhex("300c" + "03020780" + "020105" + "0403616263")

    def read(raw):
        reader = Reader(raw)
        inner = reader.enter()
        reader.finish()
        inner.named_bits(BIT_STRING)
        inner.integer()
        inner.octet_string()
        inner.finish()

    read(whole)
    for cut in range(len(whole)):
        raises("asn1", read, whole[:cut])


def test_the_error_tells_where():
    reader = Reader(unhex("3003050001"))
    try:
        inner = reader.enter()
        inner.null()
        inner.null()
    except DerError as error:
        assert error.evidence == 4 and error.code == "asn1"
    else:
        raise AssertionError
    assert der.MAX_DEPTH >= 20


# int seconds of moments that other software computed
MOMENTS = (
    ("0001-01-01T00:00:00Z", -62135596800),
    ("1899-12-31T23:59:59Z", -2208988801),
    ("1969-12-31T23:59:59Z", -1),
    ("2000-02-29T12:00:00Z", 951825600),
    ("2038-01-19T03:14:08Z", 1 << 31),
    ("2096-12-31T12:00:00Z", 4007793600),
    ("2100-03-01T00:00:00Z", 4107542400),
    ("2106-02-07T06:28:16Z", 1 << 32),
    ("9999-12-31T23:59:59Z", 253402300799),
)


def test_the_calendar_is_right_far_from_1970():
    for text, time in MOMENTS:
        assert iso_times.from_iso(text) == time, text
        assert asn1time.iso(time) == text


def test_a_date_alone_is_its_midnight():
    assert iso_times.from_iso("2026-11-25") == 1795564800
    for bad in ("", "2026", "2026-02-30", "2026-01-01T25:00:00Z", "20260101T", "x"):
        try:
            iso_times.from_iso(bad)
        except ValueError:
            continue
        raise AssertionError(bad)
