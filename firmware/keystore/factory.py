"""The factory sector, written once on a host.

For tools/mkflash and the host client; no image holds it. FORMAT.md, "The factory sector".
"""

import scepcore

from . import layout as fmt
from . import record, slots
from .error import KeystoreError
from .sector import Sector

_DEVICE = b"microscep device"


def write_factory(flash, layout, kek, values, salt):
    """Write the factory sector of an erased region and open the first log sector.

    flash: Flash, wholly erased. values: list of (tag, flags, value), value as record.payload
    takes it. salt: 32 random bits, not 0. The factory's records carry versions from 1 on.
    """
    for index in range(layout.sectors):
        role = fmt.ROLE_LOG if index else fmt.ROLE_FACTORY
        Sector(flash, layout, index).be_born(role, 0)
    sector = Sector(flash, layout, 0)
    sector.erases = 0
    sector.open(1, salt, 0, 0)
    pos, written, version = layout.at_log, [], 0
    everything = [(slots.DEVICE, fmt.SEALED, _DEVICE)] + values
    for version, (tag, flags, value) in enumerate(everything, 1):
        parts, trailer = record.payload(kek, slots.FACTORY, tag, flags, version, value)
        written.append((tag, flags | fmt.COPIED, trailer, version, parts))
    for _ in range(2):
        for tag, flags, trailer, version, parts in written:
            length, crc = record.check(parts)
            if pos + layout.extent(length, flags) > layout.size:
                raise KeystoreError("flash-full", "the factory identity does not fit its sector")
            sector.write(pos, slots.FACTORY, tag, flags, trailer, version, crc, length, *parts)
            pos += layout.extent(length, flags)
    sector.complete()
    first = Sector(flash, layout, 1)
    first.erases = 0
    log_salt = scepcore.hash("sha256")
    log_salt.update(b"log" + bytes((salt >> 24, (salt >> 16) & 255, (salt >> 8) & 255, salt & 255)))
    first.open(1, int.from_bytes(log_salt.digest()[:4], "little"), 0, version)
    first.complete()
