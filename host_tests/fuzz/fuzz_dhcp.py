"""Fuzz what DHCP tells of files and time: hosts and URLs that can be asked, or an error.

The input is options as on the wire: code, length, value [RFC 2132 2].
"""

import target

with target.instrumented():
    from errors import Error
    from phone import dhcp
    from scep import http_url, resolve

MAC = "00809F59E1A0"
HOST = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]")


def check(data):
    options, at = {}, 0
    while at + 2 <= len(data):
        code, length = data[at], data[at + 1]
        options[code] = bytes(data[at + 2 : at + 2 + length])
        at += 2 + length
    try:
        found = dhcp.servers(options.get, MAC)
    except Error as error:
        assert error.code == "config", error.code
        return
    assert set(found) <= {"dm", "tftp", "folder", "sntp"}
    assert set(found.get("tftp", "")) <= HOST and ("tftp" in found) == ("folder" in found)
    if "dm" in found:
        http_url.parse(found["dm"])
        assert "tftp" not in found
    if "sntp" in found:
        assert resolve.is_literal(found["sntp"]) and len(options[42]) % 4 == 0


if __name__ == "__main__":
    target.run(check)
