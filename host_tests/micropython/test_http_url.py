"""URLs of CAs, redirects, and the encoding of query values."""

from scep import http_url

# (text, expected: (secure, host, port, path, Host field) or a code)
ROWS = (
    ("http://ca", (False, "ca", 80, "/", "ca")),
    ("HTTP://ca.example:8080/scep", (False, "ca.example", 8080, "/scep", "ca.example:8080")),
    ("https://ca/certsrv/mscep/mscep.dll", (True, "ca", 443, "/certsrv/mscep/mscep.dll", "ca")),
    ("https://ca:80/", (True, "ca", 80, "/", "ca:80")),
    ("http://10.0.2.2:2016/scep", (False, "10.0.2.2", 2016, "/scep", "10.0.2.2:2016")),
    ("http://[fe80::1]/x", (False, "fe80::1", 80, "/x", "[fe80::1]")),
    ("http://[::1]:81", (False, "::1", 81, "/", "[::1]:81")),
    ("http://ca?x=1", (False, "ca", 80, "/?x=1", "ca")),
    ("http://ca/a#frag", (False, "ca", 80, "/a", "ca")),
    ("http://ca:/a", (False, "ca", 80, "/a", "ca")),
    ("ftp://ca/", "config"),
    ("ca/scep", "config"),
    ("http://", "config"),
    ("http://:80/", "config"),
    ("http://ca:0/", "config"),
    ("http://ca:99999/", "config"),
    ("http://ca:8x/", "config"),
    ("http://user:secret@ca/", "config"),
    ("http://[::1/", "config"),
    ("http://[ca]/", "config"),
    ("http://[::1]x/", "config"),
    ("http://ca/a b", "config"),
    ("http://ca/\r\nX: y", "config"),
    ("http://c\xe9/", "config"),
)


def parsed(function, *args):
    try:
        url = function(*args)
    except http_url.UrlError as e:
        return e.code
    return (url.secure, url.host, url.port, url.path, url.authority())


def test_urls():
    for text, expected in ROWS:
        assert parsed(http_url.parse, text) == expected, (text, parsed(http_url.parse, text))


def test_a_password_in_a_url_is_not_repeated_in_the_error():
    try:
        http_url.parse("http://user:secret@ca/")
    except http_url.UrlError as e:
        assert "secret" not in str(e) and e.evidence is None
    else:
        raise AssertionError("accepted")


# (Location, expected URL or a code)
REDIRECTS = (
    ("http://other/x?operation=a", "http://other/x?operation=a"),
    ("/new", "http://ca:81/new"),
    ("sub?y=://", "http://ca:81/scep/sub?y=://"),
    ("//host/x", "http://host/x"),
    ("https://ca/x", "https://ca/x"),
    ("", "http-format"),
    ("javascript://x", "http-format"),
    ("/a b", "http-format"),
)


def test_redirects():
    base = http_url.parse("http://ca:81/scep/pkiclient.exe?operation=GetCACert")
    for location, expected in REDIRECTS:
        try:
            got = str(http_url.resolve(base, location))
        except http_url.UrlError as e:
            got = e.code
        assert got == expected, (location, got)


def test_quote_leaves_only_unreserved_octets():
    assert http_url.quote(b"CA 1/+=~\xc3") == b"CA%201%2F%2B%3D~%C3"


def test_a_port_has_ascii_digits_only():
    for text in ("http://a:\u00b3\u00b3/x", "http://a:\u0663/x", "http://a:1\u00b2/x"):
        try:
            http_url.parse(text)
        except http_url.UrlError:
            continue
        raise AssertionError(text)
