"""DNS messages: what is asked, what is believed."""

from expect import raises
from scep import resolve
from scep.deadline import Deadline
from scep.transport import Transport
from small_scep import drive

ASKED = resolve.query("ca.example", 1, b"\x12\x34")
QUESTION = ASKED[12:]
POINTER = b"\xc0\x0c"  # the name of the question


def record(name, kind, data, ttl=60):
    return name + bytes((0, kind, 0, 1, 0, 0, 0, ttl, len(data) >> 8, len(data) & 255)) + data


def answer(records=b"", count=1, ident=b"\x12\x34", flags=b"\x81\x80", question=QUESTION, n=1):
    return ident + flags + bytes((0, n, 0, count, 0, 0, 0, 0)) + question + records


ADDRESS = record(POINTER, 1, b"\x0a\x00\x02\x02")
OTHER = b"\x05other\x07example\x00"

# (name, message, expected)
ROWS = (
    ("an address", answer(ADDRESS), (0, ("10.0.2.2",))),
    ("two addresses", answer(ADDRESS + record(POINTER, 1, b"\1\2\3\4"), 2),
     (0, ("10.0.2.2", "1.2.3.4"))),
    ("by an alias", answer(record(POINTER, 5, OTHER) + record(OTHER, 1, b"\1\2\3\4"), 2),
     (0, ("1.2.3.4",))),
    ("other letter case", answer(ADDRESS, question=QUESTION.upper()[:-4] + QUESTION[-4:]),
     (0, ("10.0.2.2",))),
    ("no such name", answer(b"", 0, flags=b"\x81\x83"), (3, ())),
    ("server failure", answer(b"", 0, flags=b"\x81\x82"), (2, ())),
    ("another kind", answer(record(POINTER, 28, bytes(16))), (0, ())),
    ("another name's address", answer(record(OTHER, 1, b"\1\2\3\4")), (0, ())),
    ("address of a wrong length", answer(record(POINTER, 1, b"\1\2\3")), (0, ())),
    ("fewer records than counted", answer(ADDRESS, 9), None),
    ("record cut off", answer(ADDRESS[:-1]), None),
    ("another ident", answer(ADDRESS, ident=b"\x12\x35"), None),
    ("a query", answer(ADDRESS, flags=b"\x01\x00"), None),
    ("another question", answer(ADDRESS, question=QUESTION.replace(b"ca", b"cb")), None),
    ("no question", answer(ADDRESS, question=b"", n=0), None),
    ("a pointer to itself", answer(record(b"\xc0\x1c", 1, b"\1\2\3\4")), None),
    ("a pointer out of it", answer(record(b"\xff\xff", 1, b"\1\2\3\4")), None),
    ("a label of no kind", answer(record(b"\x80", 1, b"\1\2\3\4")), None),
    ("empty", b"", None),
    ("only a header", answer()[:12], None),
)  # fmt: skip


def test_answers():
    for name, message, expected in ROWS:
        got = resolve.read_answer(message, ASKED)
        assert got == expected, (name, got)


def test_no_cut_of_an_answer_is_a_crash():
    message = answer(record(POINTER, 5, OTHER) + record(OTHER, 1, b"\1\2\3\4"), 2)
    for size in range(len(message)):
        resolve.read_answer(message[:size], ASKED)
    for bit in range(8 * len(message)):
        altered = bytearray(message)
        altered[bit // 8] ^= 1 << bit % 8
        resolve.read_answer(bytes(altered), ASKED)


def test_ipv6_addresses():
    asked = resolve.query("ca.example", 28, b"\x12\x34")
    message = answer(record(POINTER, 28, b"\x20\x01\x0d\xb8" + bytes(11) + b"\1"),
                     question=asked[12:])  # fmt: skip
    assert resolve.read_answer(message, asked) == (0, ("2001:db8:0:0:0:0:0:1",))


def test_literals():
    for text, expected in (
        ("10.0.2.2", True), ("::1", True), ("fe80::1", True), ("ca", False), ("1.2.3", False),
        ("1.2.3.4.5", False), ("1.2.3.256", False), ("a.b.c.d", False), ("1.2.3.0004", False),
        ("", False),
    ):  # fmt: skip
        assert resolve.is_literal(text) == expected, text


def test_names_that_cannot_be_asked():
    for name in ("", ".", "a..b", "a" * 64, ".".join(["abcdefghi"] * 30)):
        raises("dns", resolve.query, name, 1, b"\0\0")


def test_no_server_and_localhost():
    deadline = Deadline(1000, "x")
    raises("dns", drive, resolve.lookup("ca", (), deadline))
    assert drive(resolve.lookup("localhost", (), deadline)) == ("127.0.0.1", "::1")


def test_a_board_without_ipv6_says_so_and_asks_for_no_such_address():
    deadline = Deadline(1000, "x")
    assert drive(resolve.lookup("localhost", (), deadline, False)) == ("127.0.0.1",)
    plain = Transport(ipv6=False)
    for host in ("::1", "fec0::2"):
        raises("unsupported", drive, plain.connect(host, 80, False, deadline))


def test_an_ipv6_address_of_its_own_is_waited_for():
    answers = [False, False, True]
    asked = []

    def has_address():
        asked.append(1)
        return answers.pop(0)

    steps = Transport(ipv6=has_address)._open("::1", 1, Deadline(9000, "x"))
    assert next(steps) is None and next(steps) is None
    raises("connect", drive, steps)
    assert len(asked) == 3 and not answers
