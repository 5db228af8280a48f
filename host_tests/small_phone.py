"""A whole set in memory on CPython: the real main loop over RAM flash, a CA in memory behind it.

For the tests of what sits on the set: the menus.
"""

import contextlib
import json
import os

import scepcore
from keystore import layout, record, slots
from keystore.device import Flash
from keystore.factory import write_factory
from phone import main, network
from ramflash import MAC, RamFlash
from rsa_keys import key
from small_pki import Authority
from small_scep import Ca, Network

PSK = b"Correct-Horse-41"
_ENDS = ("result", "error")


class Line:
    """A serial line: `sent` is what comes in, `said` what the set wrote."""

    def __init__(self):
        """Nothing was said."""
        self.sent = bytearray()
        self.said = bytearray()

    def readinto(self, buf):
        """Give what was sent."""
        size = min(len(buf), len(self.sent))
        buf[:size] = self.sent[:size]
        del self.sent[:size]
        return size

    def write(self, data):
        """Keep what the set writes."""
        self.said += data


class Board:
    """A board without display and keys; boards/UNIX/board.py is the contract."""

    NAME = "SMALL"
    FEATURES = ("ipv6",)

    def __init__(self, device):
        """device: RamFlash."""
        self.device = device
        self.line = Line()

    def flash(self):
        """Return the flash."""
        return self.device

    def console(self):
        """Return the line."""
        return self.line

    def mac(self):
        """Return nothing: the factory record has it."""
        return None

    def start_time(self):
        """Return 2027-01-15."""
        return 1800000000

    def jitter(self):
        """Return noise."""
        return os.urandom(16)

    def memory(self):
        """Return what nobody looks at."""
        return {"heap": 0, "stack": None}

    def idle(self):
        """Do not wait."""

    def net(self, mac, static=None, renew=False):
        """Generator: the network is there."""
        yield None
        return {"ip": "127.0.0.1", "dns": []}

    def traceback(self, error):
        """Let a fault of the firmware fail the test."""
        raise error


def factory():
    """Return the RamFlash of a factory-fresh set."""
    scepcore.set_device_secret(bytes(range(32)))
    device = RamFlash(5, 16384, 4)
    flash = Flash(device)
    ca = Authority("CN=Factory CA", 3)
    own = key(4)
    values = [
        (slots.KEY, layout.KEY, own),
        (slots.CERTIFICATE, 0, bytes(ca.issue("CN=00809F59E1A0", own).der)),
        (slots.CHAIN, 0, bytes(ca.certificate.der)),
        (slots.MAC, 0, MAC),
    ]
    geometry = layout.Layout(flash.unit, flash.block, 1, flash.blocks)
    write_factory(flash, geometry, scepcore.Kek.derive(record.PURPOSE), values, 0x1234567)
    return device


@contextlib.contextmanager
def switched_on(device, ca=None):
    """Give a set that came up, its SCEP server `ca` (small_scep.Ca) in memory."""
    real, network.transport = network.transport, lambda set_, trusted=None: Network(ca)
    try:
        set_ = main.Set(Board(device))
        set_._open()
        yield set_
    finally:
        network.transport = real


def turn(set_, until, limit=200000):
    """Turn the main loop until until() is true."""
    for _ in range(limit):
        if until():
            return
        set_.turn()
    raise AssertionError("it does not come to an end")


def authority(name="CN=CA", number=0):
    """Return a CA without a successor; two of a name and number of key are the same one."""
    ca = Ca(name, number)
    ca.caps = b"AES\nPOSTPKIOperation\nSHA-256\nSCEPStandard\nRenewal\n"
    return ca


def configure(set_, trusted=True, **values):
    """Put values in force as a person does, or a file."""
    changes = [(k, bytearray(v) if isinstance(v, bytes) else v) for k, v in values.items()]
    set_.configured(set_.records.configure(changes, trusted))


def working(set_, ca, **more):
    """Give a set what it needs to enrol."""
    pin = bytes(ca.authority.certificate.fingerprint()).hex()
    values = {"scep_url": "http://ca/scep", "scep_ca_fingerprint": pin, "scep_run": "yes"}
    configure(set_, **{**values, "scep_spread": "0", "scep_psk": PSK, **more})


def run(set_, line):
    """Give the set a command line and turn it to the end; return its events."""
    before = len(set_.board.line.said)
    set_.board.line.sent += line + b"\n"
    turn(set_, lambda: said(set_, before)[-1:] and said(set_, before)[-1]["event"] in _ENDS)
    return said(set_, before)


def said(set_, since=0):
    """Return the events that the set wrote."""
    text = bytes(set_.board.line.said)[since:].decode()
    return [json.loads(line) for line in text.splitlines() if line]


def named(events, name, field):
    """Return one field of the events of a name."""
    return [event[field] for event in events if event["event"] == name]
