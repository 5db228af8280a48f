"""Requests as they leave, redirects and refusals: http.py over a network in memory."""

from binascii import b2a_base64

from expect import raises
from scep import http, http_url
from scep.deadline import Deadline
from small_scep import drive

LIMITS = http.Limits(100, 1000, 500)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Connection:
    """Takes few octets at a time, answers when it is asked."""

    def __init__(self, network, response, take):
        self.network = network
        self.response = response
        self.take = take
        self.closed = False
        self.idle = True

    def send(self, data):
        self.idle = not self.idle
        if self.idle:
            return 0
        part = bytes(data[: self.take])
        self.network.sent += part
        return len(part)

    def recv_into(self, buffer):
        self.idle = not self.idle
        if self.idle:
            return None
        part = self.response[:3]
        self.response = self.response[3:]
        buffer[: len(part)] = part
        return len(part)

    def close(self):
        self.closed = True


class Network:
    def __init__(self, *responses, take=7):
        self.responses = list(responses)
        self.opened = []
        self.sent = b""
        self.take = take

    def connect(self, host, port, secure, deadline):
        assert isinstance(deadline, Deadline)
        yield None
        self.opened.append((host, port, secure))
        self.last = Connection(self, self.responses.pop(0), self.take)
        return self.last


def request(url="http://ca:81/scep?operation=X", **parts):
    return http.Request(http_url.parse(url), "X", **parts)


def exchange(network, *arguments, **parts):
    return drive(http.exchange(network, request(*arguments, **parts), LIMITS))


def test_a_get():
    network = Network(OK)
    response = exchange(network)
    assert bytes(response.body) == b"ok"
    lines = network.sent.split(b"\r\n")
    assert lines[0] == b"GET /scep?operation=X HTTP/1.1"
    assert lines[1] == b"Host: ca:81" and lines[-2:] == [b"", b""]
    assert network.opened == [("ca", 81, False)] and network.last.closed


def test_a_post():
    network = Network(OK, take=5000)
    body = bytes(range(256)) * 20
    exchange(network, body=body, content_type="application/x-pki-message")
    head, _, sent = network.sent.partition(b"\r\n\r\n")
    assert sent == body and b"Content-Length: 5120" in head
    assert head.startswith(b"POST ") and b"Content-Type: application/x-pki-message" in head


def test_the_message_of_a_get_is_base64_percent_encoded():
    for size in list(range(8)) + [600, 1500]:
        message = bytes([(7 * i + 251) & 0xFF for i in range(size)])
        network = Network(OK, take=100)
        one = request(message=message)
        drive(http.exchange(network, one, LIMITS))
        url = network.sent.split(b" ")[1]
        plain = str(b2a_base64(message), "ascii").strip()
        for char, quoted in (("+", "%2B"), ("/", "%2F"), ("=", "%3D")):
            plain = plain.replace(char, quoted)
        assert url == ("/scep?operation=X&message=" + plain).encode(), size
        assert one.line_length() >= len("/scep?operation=X&message=") + (size + 2) // 3 * 4


def redirect(location, status=302):
    head = "HTTP/1.1 %d Moved\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n"
    return (head % (status, location)).encode()


def test_one_redirect_is_followed():
    for status in (301, 302, 307, 308):
        network = Network(redirect("https://other/y?z=1", status), OK)
        exchange(network)
        assert network.opened == [("ca", 81, False), ("other", 443, True)]
        assert b"GET /y?z=1 HTTP/1.1\r\nHost: other\r\n" in network.sent
    network = Network(redirect("/y"), OK)
    exchange(network, body=b"abc", content_type="t")
    assert network.sent.count(b"abc") == 2 and network.sent.count(b"POST /") == 2


# (name, responses, URL, expected code)
REDIRECTS = (
    ("twice", (redirect("/a"), redirect("/b")), "http://ca/", "http-format"),
    ("https to http", (redirect("http://ca/"), OK), "https://ca/", "http-format"),
    ("303", (redirect("/a", 303),), "http://ca/", "http-status"),
    ("304", (redirect("/a", 304),), "http://ca/", "http-status"),
    ("no location", (b"HTTP/1.1 302 X\r\n\r\n",), "http://ca/", "http-status"),
    ("to another scheme", (redirect("ftp://ca/"),), "http://ca/", "http-format"),
    ("to nonsense", (redirect("http://[/"),), "http://ca/", "http-format"),
)


def test_redirects_that_are_not_followed():
    for name, responses, url, code in REDIRECTS:
        network = Network(*responses)
        try:
            raises(code, exchange, network, url)
        except AssertionError as e:
            raise AssertionError(name + ": " + str(e))
        assert network.last.closed, name


def test_a_refusal_tells_what_the_server_said():
    text = b"HTTP/1.1 500 Oops\r\nServer: IIS\r\nContent-Length: 4\r\n\r\nwhy?"
    error = raises("http-status", exchange, Network(text))
    assert "500" in error.message and "why?" in error.message
    assert error.evidence == {
        "status": 500,
        "text": "why?",
        "retry_after": None,
        "retry_at": None,
        "server": "IIS",
    }


def asking(network, message):
    return exchange(network, message=message)


def test_a_refused_long_url_names_its_length():
    for status in (400, 404, 414):
        text = ("HTTP/1.1 %d X\r\n\r\n" % status).encode()
        long = raises("http-status", asking, Network(text, take=9999), b"x" * 3000)
        short = raises("http-status", asking, Network(text), b"x")
        assert "characters" in long.message and "characters" not in short.message


def test_a_sink_may_be_a_generator():
    taken = bytearray()

    def sink(buffer, start, end):
        yield None
        taken.extend(buffer[start:end])

    drive(http.exchange(Network(OK), request(), LIMITS, sink))
    assert taken == b"ok"


def test_cancelling_closes_the_connection():
    network = Network(OK)
    steps = http.exchange(network, request(), LIMITS)
    for _ in range(5):
        next(steps)
    steps.close()
    assert network.last.closed
