"""What the DHCP server told of files and time, for what the configuration leaves open.

For boot.py, steps 3 and 5. RFC 2132 (options 42, 66, 67), RFC 5859 (option 150). Nothing of it is
authenticated: a server is only where a file is asked for; what the file says is judged as ever.
"""

from phone import charset
from phone.config import ConfigError, host_port
from scep import http_url

# Options, and as the boards number them the header's two fields [RFC 2131 2]
_SIADDR, _FILE, _TIME_SERVERS, _TFTP_NAME, _BOOT_FILE, _TFTP_ADDRESSES = 0, 1, 42, 66, 67, 150
_FILE_OF_ALL = "lanpbx.cfg"


def servers(option, mac):
    """Return a dict of what is told: "dm": URL, "tftp": HOST, "folder": str, "sntp": HOST.

    option: function (code: int) -> bytes-like or None, of the board; mac: str of 12 capital hex
    digits. A URL that ends with a slash is the folder of <MAC>.xml. Raises ConfigError where a
    name is no host, UrlError where a URL is none.
    """
    found = {}
    time = _address(option(_TIME_SERVERS))
    if time:
        found["sntp"] = time
    address = _address(option(_TFTP_ADDRESSES))
    name = address or _text(option(_TFTP_NAME))
    file = _text(option(_BOOT_FILE)) or _text(option(_FILE))
    for url in (file, name):
        if "://" in url:
            http_url.parse(url)
            found["dm"] = url + mac + ".xml" if url[-1] == "/" else url
            return found
    folder = ""
    if file.endswith(_FILE_OF_ALL):
        folder = file[: -len(_FILE_OF_ALL)]
        # the header's address is a file server only where the header or option 67 names our file
        name = name or _text(option(_SIADDR))
    if name:
        if host_port(name) is None:
            raise ConfigError("config", "DHCP names a TFTP server that is no host", name)
        found["tftp"], found["folder"] = name, folder
    return found


# -- private


def _text(value):
    """Return an option as str without the NULs that some servers put behind it; "" for none."""
    return charset.to_str(bytes(value).rstrip(b"\0")).strip() if value else ""


def _address(value):
    """Return the first IPv4 address of an option that lists some, as str, or ""."""
    return ".".join(["%d" % b for b in value[:4]]) if value and len(value) % 4 == 0 else ""
