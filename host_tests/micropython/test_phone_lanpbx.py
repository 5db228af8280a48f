"""lanpbx.cfg and DM files: what the readers take, what they refuse, and how much they may cost."""

from phone import charset, dm, lanpbx

SUBJECT = "CN={mac},O=Ministère des Affaires Etrangères,C=FR"

# (name, file, expected pairs)
LANPBX = (
    ("empty", b"", []),
    ("one word", b"scep_run=yes", [("scep_run", b"yes")]),
    ("two on a line", b"a=1 b=2\n", [("a", b"1"), ("b", b"2")]),
    ("CRLF", b"a=1\r\nb=2\r\n", [("a", b"1"), ("b", b"2")]),
    ("bare CR", b"a=1\rb=2\r", [("a", b"1"), ("b", b"2")]),
    ("BOM", b"\xef\xbb\xbfa=1\n", [("a", b"1")]),
    ("NUL padding", b"a=1\n" + b"\0" * 100, [("a", b"1")]),
    ("NUL after a word", b"a=1" + b"\0" * 9, [("a", b"1")]),
    ("comment line", b"# a=1\nb=2\n", [("b", b"2")]),
    ("comment after a word", b"a=1 # b=2\nc=3", [("a", b"1"), ("c", b"3")]),
    ("hash inside a value", b"a=x#y\n", [("a", b"x#y")]),
    ("hash inside quotes", b'a="x # y"\n', [("a", b"x # y")]),
    ("quoted blanks", b'a="x y"  b=2', [("a", b"x y"), ("b", b"2")]),
    ("quoted line end", b'a="x\ny"', [("a", b"x\ny")]),
    ("escapes", b'a="\\"\\\\\\n"', [("a", b'"\\\\n')]),
    ("quote inside a bare value", b'a=x"y', [("a", b'x"y')]),
    ("equals inside a value", b"a=b=c==", [("a", b"b=c==")]),
    ("empty value", b"a= b=2", [("a", b""), ("b", b"2")]),
    ("empty quotes", b'a="" b=2', [("a", b""), ("b", b"2")]),
    ("word without a value", b"boot a=1", [("boot", None), ("a", b"1")]),
    ("key twice: in order", b"a=1 a=2", [("a", b"1"), ("a", b"2")]),
    (
        "UTF-8",
        bytes('scep_subject="' + SUBJECT + '"', "utf-8"),
        [("scep_subject", bytes(SUBJECT, "utf-8"))],
    ),
    (
        "Latin-1",
        b'scep_subject="CN={mac},O=Minist\xe8re des Affaires Etrang\xe8res,C=FR"',
        [("scep_subject", bytes(SUBJECT, "utf-8"))],
    ),
    (
        "PEM block between words",
        b"a=1\n-----BEGIN CERTIFICATE-----\r\nTUlJ\r\nQg==\r\n-----END CERTIFICATE-----\nb=2\n",
        [("a", b"1"), ("pem:CERTIFICATE", b"TUlJ\r\nQg==\r\n"), ("b", b"2")],
    ),
    (
        "PEM block at the end, no line end",
        b"-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----",
        [("pem:RSA PRIVATE KEY", b"AA==\n")],
    ),
)

# (name, file, code)
LANPBX_REFUSED = (
    ("UTF-16", b"\xff\xfea\0=\0", "config"),
    ("open quote", b'a=1\nb="x', "config"),
    ("open quote, escape", b'b="x\\', "config"),
    ("text after a quote", b'a="x"y', "config"),
    ("NUL in quotes", b'a="x\0"', "config"),
    ("PEM without end", b"-----BEGIN X-----\nAA==\n", "config"),
    ("PEM of another label", b"-----BEGIN X-----\nAA==\n-----END Y-----\n", "config"),
    ("long key", b"k" * 65 + b"=1", "config"),
    ("long value", b"a=" + b"x" * (lanpbx.MAX_VALUE + 1), "config"),
)

# (name, file, expected pairs)
DM = (
    ("one setting", b'<settings><setting id="a" value="1"/></settings>', [("a", b"1")]),
    ("declaration", b'<?xml version="1.0"?>\n<setting id="a" value="1" />', [("a", b"1")]),
    ("single quotes", b"<setting value='x \"y\"' id='a'/>", [("a", b'x "y"')]),
    ("entities", b'<setting id="a" value="&lt;&amp;&gt;&quot;&apos;"/>', [("a", b"<&>\"'")]),
    ("numbers", b'<setting id="a" value="&#65;&#xe8;"/>', [("a", b"A\xc3\xa8")]),
    ("greater-than in a value", b'<setting id="a" value="x>y"/>', [("a", b"x>y")]),
    ("comment", b'<!-- <setting id="a" value="1"/> --><setting id="b" value="2"/>', [("b", b"2")]),
    ("comment with quotes and dashes", b'<!-- "\' -- ---><setting id="b" value=""/>', [("b", b"")]),
    ("other elements and attributes", b'<x y="1"/><setting q="" id="a" value="1"/>', [("a", b"1")]),
    ("closing tag", b'<setting id="a" value="1"></setting>', [("a", b"1")]),
    ("Latin-1", b'<setting id="a" value="\xe8"/>', [("a", b"\xc3\xa8")]),
)

# (name, file, code)
DM_REFUSED = (
    ("UTF-16", b"\xfe\xff\0<", "config"),
    ("cut in a tag", b'<setting id="a" val', "config"),
    ("cut in a comment", b"<!-- x", "config"),
    ("no value", b'<setting id="a"/>', "config"),
    ("value without quotes", b"<setting id=a value=1/>", "config"),
    ("a quote inside a word", b'<setting id="b" q"="1>', "config"),
    ("unknown entity", b'<setting id="a" value="&nbsp;"/>', "config"),
    ("surrogate", b'<setting id="a" value="&#xd800;"/>', "config"),
    ("entity without end", b'<setting id="a" value="&amp"/>', "config"),
    ("long tag", b'<setting id="a" value="' + b"x" * lanpbx.MAX_VALUE, "config"),
)


def _read(reader, data, piece):
    pairs = []
    for at in range(0, len(data), piece):
        pairs += reader.feed(data[at : at + piece])
    return pairs + reader.finish()


def _check(module, table):
    for name, data, expected in table:
        for piece in (1, 7, 512):
            got = _read(module.Reader(), data, piece)
            got = [(k, v if v is None else bytes(v)) for k, v in got]
            assert got == expected, (name, piece, got)


def _check_refused(module, table):
    for name, data, code in table:
        for piece in (1, 512):
            try:
                _read(module.Reader(), data, piece)
            except lanpbx.FormatError as e:
                assert e.code == code, (name, e.code)
                assert "line" in e.message, name
            else:
                raise AssertionError(name + " was accepted")


def test_lanpbx_words_comments_quotes_and_pem_in_pieces_of_any_size():
    _check(lanpbx, LANPBX)


def test_lanpbx_broken_files_are_refused_with_the_line():
    _check_refused(lanpbx, LANPBX_REFUSED)


def test_dm_settings_in_pieces_of_any_size():
    _check(dm, DM)


def test_dm_broken_files_are_refused_with_the_line():
    _check_refused(dm, DM_REFUSED)


def test_a_megabyte_is_refused_after_a_bounded_part():
    for module, block in ((lanpbx, b"# comment " * 51), (dm, b"<a></a> " * 64)):
        reader = module.Reader()
        fed = 0
        try:
            while fed < 1024 * 1024:
                reader.feed(block)
                fed += len(block)
        except lanpbx.FormatError as e:
            assert e.code == "too-large"
        assert fed <= lanpbx.MAX_FILE


def test_a_value_leaves_no_copy_in_the_reader():
    for module, data in (
        (lanpbx, b"scep_psk=TopSecret\n"),
        (dm, b'<setting id="scep_psk" value="TopSecret"/>'),
    ):
        reader = module.Reader()
        pairs = reader.feed(data)
        assert bytes(pairs[0][1]) == b"TopSecret"
        for held in (getattr(reader, "_val", b""), getattr(reader, "_tag", b"")):
            assert b"Secret" not in bytes(held)


def test_utf8_is_told_from_latin1():
    # RFC 3629 section 4: shortest form, no surrogates, at most U+10FFFF
    for good in (b"", b"a", b"\xc3\xa8", b"\xe2\x82\xac", b"\xf0\x9f\x98\x80", b"\xf4\x8f\xbf\xbf"):
        assert charset.is_utf8(good), good
    for bad in (
        b"\xe8",
        b"\xc0\x80",
        b"\xe0\x80\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xff",
        b"\xc3",
        b"\x80",
    ):
        assert not charset.is_utf8(bad), bad
    assert bytes(charset.to_utf8(b"\xe8x")) == b"\xc3\xa8x"
    assert charset.to_str(b"\xe8") == "è"
