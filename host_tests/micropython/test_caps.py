"""GetCACaps answers as servers really send them (RFC 8894 section 3.5.2)."""

from scep import caps

STANDARD = caps.AES | caps.POST | caps.SHA256 | caps.STANDARD

# (name, body, expected)
ROWS = (
    (
        "rfc example",
        b"AES\nGetNextCACert\nPOSTPKIOperation\nSCEPStandard\nSHA-256\n",
        STANDARD | caps.GET_NEXT_CA_CERT,
    ),
    ("crlf", b"AES\r\nSHA-1\r\n", caps.AES | caps.SHA1),
    ("no final newline", b"SHA-512\nRenewal", caps.SHA512 | caps.RENEWAL),
    ("trailing blanks", b"AES  \nDES3\t\r\n", caps.AES | caps.DES3),
    ("leading blanks", b"  AES\n", caps.AES),
    (
        "any case",
        b"aes\nSHA-224\npostpkioperation\nsha-384",
        caps.AES | caps.SHA224 | caps.POST | caps.SHA384,
    ),
    ("any order, twice", b"Update\nAES\nUpdate\n", caps.UPDATE | caps.AES),
    ("empty", b"", caps.NONE),
    ("newlines only", b"\r\n\n\n", caps.NONE),
    ("unknown words", b"AES-GCM\nSHA-3\nAES 128\nXAES\nAESX\n", caps.NONE),
    ("captive portal", b"<html><body>AES SHA-256\n<p>\nlog in</html>", caps.NONE),
    ("nul padding", b"AES\x00\x00", caps.AES),
    ("a line too long", b"A" * 10000 + b"\nDES3\n", caps.DES3),
    ("keyword, then junk on the same line", b"AES" + b" " * 100 + b"X\n", caps.NONE),
    ("octets above 127", b"\xff\xfe\nAES\n\xe9", caps.AES),
)


def test_capability_answers():
    for name, body, expected in ROWS:
        assert caps.parse(body) == expected, name
        assert caps.parse(memoryview(body)) == expected, name


def test_standard_implies_aes_post_and_sha256():
    assert caps.implied(caps.STANDARD) == STANDARD
    assert caps.implied(caps.DES3) == caps.DES3


def test_names_are_the_keywords():
    assert caps.names(caps.AES | caps.STANDARD) == ["AES", "SCEPStandard"]
    for bit in range(12):
        assert caps.parse(caps.names(1 << bit)[0].encode()) == 1 << bit
