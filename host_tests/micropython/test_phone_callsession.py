"""The call server's lines: which words they have, the same on both Pythons."""

from phone import callsession


def test_fields_are_parted_by_ascii_blanks_only():
    for line, expected in (
        (b"RELOAD 1 mac=all id=7", {"mac": "all", "id": "7"}),
        (b" RELOAD\t1\r\nmac=all", {"mac": "all"}),
        (b"RELOAD 1\x1fmac=all id=7", None),
        (b"RELOAD 1 mac=\xff", None),
        (b"RELOAD 2 mac=all", None),
    ):
        assert callsession.fields(line, "RELOAD") == expected, line
