"""Write the seeds of the set's boot services: python host_tests/fuzz/make_seeds_phone.py.

Generated, committed, the same bytes every time.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "firmware")]

from phone.config import KEYS
from tools.configuring.files import dm_text, lanpbx_text
from tools.desk import sntp, tftp

MAC = "00809F59E1A0"
NONCE = bytes(range(8))
VALUES = {
    "urls": "http://ca.example/scep https://[fd00::1]:8/x",
    "secret": "Correct-Horse",
    "base64": "TUlJQg==",
    "fingerprint": "ab:" * 31 + "cd",
    "text": "my ca & co",
    "subject": "CN={mac},O=Ministère des Affaires,C=FR",
    "san": "dns:a.b ip:10.0.0.1 upn:{mac}@b",
    "host": "10.0.0.1:514",
}


def value(kind):
    """Return a value that a key of this kind takes."""
    if "|" in kind:
        return kind.split("|")[0]
    return kind.split("..")[0] if ".." in kind else VALUES[kind]


ALL = [(key, value(kind)) for key, kind, _ in KEYS]
PEM = "-----BEGIN CERTIFICATE-----\r\nTUlJ\r\n-----END CERTIFICATE-----\r\n"


def datagram(source, *parts):
    """Return one datagram of the TFTP target; its length is padded to a multiple of 6."""
    data = b"".join(parts)
    return bytes((source, len(data) // 6)) + data[: len(data) // 6 * 6]


def block(number, octets):
    """Return a DATA of so many octets."""
    return bytes((0, tftp.DATA, 0, number)) + b"#" * octets


AGREED = bytes((0, tftp.OACK)) + b"blksize\x0064\0tsize\x00100\0"
SEEDS = {
    "lanpbx": {
        **{"keys%d" % i: lanpbx_text(ALL[i : i + 5]).encode() for i in range(0, len(ALL), 5)},
        "site": ("# site 7\r\nscep_run=yes\r\n" + PEM + 'x="a\\"b\\\\"\0\0\0').encode("latin-1"),
        "bom": b"\xef\xbb\xbfscep_renew=50 scep_renew=0 word",
    },
    "dm": {
        **{"keys%d" % i: dm_text(ALL[i : i + 3]).encode() for i in range(0, len(ALL), 3)},
        "odd": b'<!-- <a> -- --><setting value=\'&lt;&#65;&#xe8;\' id="scep_psk"/><x y="1"/>',
    },
    "tftp": {
        # lengths that are 4 more than a multiple of 6, for the head of four octets
        "one": datagram(0, block(1, 62)),
        "two": datagram(0, block(1, 512)) + datagram(1, block(2, 5)) + datagram(0, block(2, 32)),
        "large": datagram(0, block(1, 512)) + datagram(0, block(2, 98)),
        "options": datagram(0, AGREED.ljust(30, b"\0")) + datagram(0, block(1, 62)),
        "refused": datagram(0, b"\0\5\0\x08no\0\0") + datagram(0, block(1, 2)),
        "missing": datagram(0, b"\0\5\0\1no\0\0"),
        "stranger": datagram(255, block(1, 2)) + datagram(2, block(1, 8)),
    },
    "sntp": {
        "good": bytes((0,)) + NONCE + sntp.answer(b"\0" * 40 + NONCE, 1900000000),
        "era": bytes((0x80,)) + NONCE + sntp.answer(b"\0" * 40 + NONCE, 2085978496),
        "stratum": bytes((0x81,)) + NONCE + sntp.answer(b"\0" * 48, 1900000000, "stratum-16"),
    },
    "callsession": {
        "time": b"TIME 1 nonce=0000000000000000 utc=1900000000\xffRELOAD 1 mac=all id=7",
        "storm": b"\xff".join([b"RELOAD 1 mac=" + MAC.encode()] * 20),
        "stranger": b"\xfeTIME 1 nonce=0000000000000000 utc=1\xffTIME 2 utc=1\xffHELLO 1 mac=x",
    },
    "dhcp": {
        "address": b"\x96\x04\x0a\0\0\5\x2a\x08\x0a\0\0\7\x0a\0\0\x08",
        "name": b"\x42\x0ctftp.example\x43\x10site7/lanpbx.cfg",
        "url": b"\x42\x10http://d.example\x43\x0chttp://d.e/x",
        "header": b"\0\x0810.0.0.5\1\x0alanpbx.cfg",
    },
}

if __name__ == "__main__":
    for name, files in SEEDS.items():
        folder = HERE / "seeds" / name
        folder.mkdir(parents=True, exist_ok=True)
        for file, data in files.items():
            (folder / file).write_bytes(bytes(data))
