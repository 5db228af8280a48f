"""How a board is born that nobody made a flash image for: key and device secret of its own making.

For phone/actions.py, on boards with a secret() of their own (boards/W5500_EVB_PICO); frozen there
only. tools/setctl_host/serialfactory.py is the other end. DESIGN.md section 6. The key never leaves
the board: the factory gets the public key, signs it, and hands the certificate back, over the line
of a board in its hand.
"""

import binascii

import scepcore
from errors import Error
from keystore import layout, record, slots
from keystore.device import Flash
from keystore.factory import write_factory
from phone.identity import keys
from phone.identity.records import Records
from scep.x509 import Certificate

_BITS = 2048


def make_key(set_, mac):
    """Generator: the command `factory`. Give the board secret and key; return the public key.

    mac: 12 hex digits. Returns modulus (hex) and exponent. Raises Error where the board has an
    identity already.
    """
    _need_newborn(set_)
    try:
        address = binascii.unhexlify(mac)
    except ValueError:
        address = b""
    if len(address) != 6 or address[0] & 1:
        raise Error("config", "mac is no station's address", mac)
    keys.seed(set_.board.jitter())
    keys.need_randomness()
    if not set_.board.secret(True):
        raise Error("flash-io", "the board does not take a device secret")
    keys.seed(set_.board.jitter())  # the secret goes in, too
    key = yield from keys.generate(_BITS)
    set_.newborn = (key, address)
    modulus, exponent = key.public()
    return {"modulus": str(binascii.hexlify(modulus), "ascii"), "exponent": exponent}


def take_certificate(set_, certificate, chain):
    """Generator: the command `born`. Write the factory sector; return {"state": "factory"}.

    certificate, chain: base64 of the DER that the factory's CA made. Raises Error.
    """
    if set_.newborn is None:
        _need_newborn(set_)
        raise Error("no-certificate", "there is no new key: `factory` makes one")
    key, mac = set_.newborn
    der = binascii.a2b_base64(certificate)
    modulus, exponent = key.public()
    public = Certificate(der).public_key()
    if bytes(public[0]) != bytes(modulus) or public[1] != exponent:
        raise Error("cert-key-mismatch", "the certificate is for another key")
    device = set_.board.flash()
    flash = Flash(device)
    for block in range(flash.blocks):
        flash.erase(block)
        yield False
    span = set_.board.SPAN
    values = [
        (slots.KEY, layout.KEY, key),
        (slots.CERTIFICATE, 0, der),
        (slots.CHAIN, 0, binascii.a2b_base64(chain)),
        (slots.MAC, 0, mac),
    ]
    geometry = layout.Layout(flash.unit, flash.block, span, flash.blocks // span)
    salt = int.from_bytes(scepcore.random(4), "little") | 1
    write_factory(flash, geometry, scepcore.Kek.derive(record.PURPOSE), values, salt)
    key.wipe()
    set_.newborn = None
    set_.records = Records(set_.board.flash())
    set_.fault = None
    return {"state": "factory"}


def _need_newborn(set_):
    """Raise Error unless the board has no identity and can make one."""
    if set_.fault is None:
        raise Error("access", "the set has its factory identity")
    code = set_.fault.code
    # with a secret, "wrong-device" is another board's store, which is not overwritten
    if code != "flash-corrupt" and (code != "wrong-device" or set_.board.secret(False)):
        raise set_.fault
