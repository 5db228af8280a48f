"""What a DHCP server may say of files and time, true or not, and where the set then asks."""

from errors import Error
from phone import dhcp

MAC = "00809F59E1A0"
TFTP = {"tftp": "10.0.0.5", "folder": ""}

# (what the server sends: {option: value}, what the set takes it for)
TOLD = (
    ({}, {}),
    ({150: b"\x0a\0\0\5"}, TFTP),
    ({150: b"\x0a\0\0\5\x0a\0\0\6"}, TFTP),
    ({66: b"10.0.0.5"}, TFTP),
    ({66: b"10.0.0.5\0\0"}, TFTP),
    ({66: b" tftp.example "}, {"tftp": "tftp.example", "folder": ""}),
    # addresses need no name server, so they go first
    ({66: b"other.example", 150: b"\x0a\0\0\5"}, TFTP),
    # a list that is none is none
    ({66: b"10.0.0.5", 150: b"\x0a\0\0"}, TFTP),
    ({150: b""}, {}),
    # the header's next server counts only where our own file is named: PXE uses both, too
    ({0: b"10.0.0.5"}, {}),
    ({0: b"10.0.0.5", 1: b"pxelinux.0"}, {}),
    ({0: b"10.0.0.5", 1: b"lanpbx.cfg"}, TFTP),
    ({0: b"10.0.0.5", 67: b"lanpbx.cfg\0"}, TFTP),
    ({0: b"10.0.0.9", 66: b"10.0.0.5", 1: b"pxelinux.0"}, TFTP),
    ({66: b"10.0.0.5", 67: b"site7/lanpbx.cfg"}, {"tftp": "10.0.0.5", "folder": "site7/"}),
    ({67: b"http://dm.example/all.xml"}, {"dm": "http://dm.example/all.xml"}),
    ({67: b"https://dm.example/sets/"}, {"dm": "https://dm.example/sets/" + MAC + ".xml"}),
    ({66: b"http://dm.example/"}, {"dm": "http://dm.example/" + MAC + ".xml"}),
    ({66: b"10.0.0.5", 67: b"http://d/x"}, {"dm": "http://d/x"}),
    ({42: b"\x0a\0\0\7\x0a\0\0\x08"}, {"sntp": "10.0.0.7"}),
    ({42: b"\x0a\0\0\7", 66: b"http://d/x"}, {"sntp": "10.0.0.7", "dm": "http://d/x"}),
    ({42: b"\x0a\0\0"}, {}),
)

# what cannot be a server is said, and no file is asked for
WRONG = (
    {66: b"two words"},
    {66: b"-;rm *"},
    {66: b"\xff\xfe\x01"},
    {66: b"x" * 300},
    {66: b"host:99999"},
    {67: b"ftp://x/"},
    {67: b"http://"},
    {66: b"http://user@x/"},
)


def test_servers_are_taken_from_the_options():
    for options, expected in TOLD:
        assert dhcp.servers(options.get, MAC) == expected, options


def test_a_server_that_can_be_none_is_a_config_error():
    for options in WRONG:
        try:
            found = dhcp.servers(options.get, MAC)
        except Error as e:
            assert e.code == "config", (options, e.code)
        else:
            raise AssertionError((options, found))
