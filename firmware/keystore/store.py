"""The key store: slots and values over the log.

For the phone, the SCEP client's transaction state, and mkflash. DESIGN.md section 6.
"""

import struct

import scepcore

from . import layout as fmt
from . import record, slots
from .device import Flash
from .error import KeystoreError, no_store
from .factory_slot import Factory
from .log import Log

_ROLE = "<BI"  # active identity slot (0: none), version up to which that slot's records are old


class Store:
    """The customer's and the factory's values in one region of flash.

    Slots by name: `factory` (read only), `active`, `next`, `anchors`, `config`, `state`.
    A value is named by slot and tag (numbers 1 to 255, keystore.slots). Each put, delete,
    activate, discard_next and wipe is one commit: a power cut leaves the old or the new state.

    damage: list of (region address, sentence), what mount found broken and stepped over.
    boots: power-ons counted; counter: a number that no two power-ons share (for seeding).
    error: None, or the KeystoreError for which only the factory slot can be used. Where the flash
    can be read but not written any more, values are shown and writes raise flash-io.
    """

    def __init__(self, device, kek=None):
        """Take a block device (see keystore.device.Flash); reads nothing.

        kek: scepcore.Kek or 32 bytes; default: derived from the device secret.
        """
        self._flash = Flash(device)
        self._given = kek
        self._kek = None
        self._log = self._factory = None
        self._active, self._since, self._role = 0, 0, 0
        self.error = self._stuck = None
        self.damage = []

    # -- mount -------------------------------------------------------------------------------------

    def mount(self):
        """Read the store and decide what the last power cut left; counts one power-on.

        Raises KeystoreError: flash-corrupt (foreign content, wrong size, newer format version),
        wrong-device (another device's secret), flash-io; nothing is then written or erased.
        Where only the log is unusable, mount succeeds, error is set and factory values remain.
        """
        self._kek = self._given or scepcore.Kek.derive(record.PURPOSE)
        self._factory = Factory(self._flash, self._kek)
        self._factory.mount()
        self.damage = self._factory.damage
        self.error = None
        log = self._log = Log(self._flash, self._factory.layout)
        log.damage = self.damage
        log.live = self._live
        self._stuck = None
        try:
            log.find()
            self._index()
        except KeystoreError as error:
            self.error = error
            return
        try:
            log.settle(True)
        except KeystoreError as error:
            self._stuck = error

    def _recover(self):
        """Look again after a write that ended in an exception."""
        log = self._log
        log.find()
        self._index()
        try:
            log.settle(False)
        except KeystoreError as error:
            self._stuck, log.lost = error, False

    def _index(self):
        """Scan until every current record holds; one that does not yields to its older version."""
        log = self._log
        for _ in range(32):
            log.scan()
            self._read_role()
            broken = [
                pos
                for key, (pos, version) in log.index.items()
                if self._live(key, version) and not self._holds(pos)
            ]
            if not broken:
                return
            for pos in broken:
                log.bad.add(pos)
                log.damaged(pos, "a record is damaged")
        raise no_store("too many records are damaged")

    def _holds(self, pos):
        head = self._log.current.header(pos)
        if head is None or not record.intact(self._flash, pos, head):
            return False
        if head[2] & (fmt.SEALED | fmt.KEY):
            return True
        return record.authentic(self._flash, self._kek, pos, head)

    def _read_role(self):
        """Set which identity slot is active from the newest role record."""
        self._active, self._since, self._role = 0, 0, 0
        found = self._log.index.get(slots.ROLE << 8 | 1)
        if found and self._holds(found[0]):
            pos, self._role = found
            raw = self._flash.read(pos + fmt.HEADER, struct.calcsize(_ROLE))
            self._active, self._since = struct.unpack(_ROLE, raw)

    # -- reading -----------------------------------------------------------------------------------

    @property
    def boots(self):
        """Power-ons counted since the factory (exact while no cut hits a power-on)."""
        return self._log.boots

    @property
    def counter(self):
        """An integer that rises with every power-on, cut or not."""
        return self._log.current.seq << 16 | self._log.cells

    @property
    def wear(self):
        """(min, max) erase counts of the log sectors."""
        counts = [sector.erases or 0 for sector in self._log.sectors]
        return min(counts), max(counts)

    @property
    def free(self):
        """Bytes that further values may take, headers included."""
        self._ready()
        return max(0, self._log.capacity() - self._log.used())

    def get(self, slot, tag):
        """Return the value of slot and tag, or None.

        A clear value comes as a read-only view of the flash where that is mapped (good until the
        next tidy, wipe or put of anything), else as a bytearray; a sealed one as a bytearray
        that the caller wipes; a key as scepcore.RSAKey. Raises KeystoreError.
        """
        if slot == "factory":
            return self._factory.get(tag)
        self._ready()
        log = self._log
        for _ in range(32):
            pos = self._find(slot, tag)
            if pos is None:
                return None
            try:
                return record.value_of(self._flash, self._kek, pos, log.current.header(pos))
            except KeystoreError as error:
                if error.code == "flash-io":
                    raise
                log.bad.add(pos)
                log.damaged(pos, "a sealed record does not open")
                log.rescan()
                self._read_role()
        return None

    def tags(self, slot):
        """Return the sorted tags that have a value in slot."""
        if slot == "factory":
            return self._factory.tags()
        self._ready()
        number = self._number(slot)
        return sorted(
            key & 255
            for key in self._log.index
            if key >> 8 == number and self._find(slot, key & 255) is not None
        )

    def _find(self, slot, tag):
        """Return the header address of the live record, or None."""
        key = self._number(slot) << 8 | tag
        found = self._log.index.get(key)
        if not found or not self._live(key, found[1]):
            return None
        head = self._log.current.header(found[0])
        return None if head is None or head[2] & fmt.DELETED else found[0]

    def _number(self, slot):
        """Return the number of the slot of that name, as records carry it."""
        if slot == "active":
            return self._active
        if slot == "next":
            return slots.IDENTITY_B if self._active == slots.IDENTITY_A else slots.IDENTITY_A
        return slots.NAMES[slot]

    def _live(self, key, version):
        """Say whether the newest record of this slot and tag still counts (FORMAT.md, Roles)."""
        slot = key >> 8
        if slot not in (slots.IDENTITY_A, slots.IDENTITY_B):
            return True
        if slot != self._active:
            return version > self._role
        # Nothing joins an active identity later: with a damaged role record no key meets another
        # one's certificate.
        return self._since < version < self._role and key & 255 != slots.TRANSACTION

    def _ready(self):
        """Raise what keeps the log from being used; look again after an interrupted write."""
        if self._log is None:
            raise KeystoreError("internal", "the key store is not mounted")
        if self.error:
            raise self.error
        if self._log.lost:
            self._recover()

    # -- writing -----------------------------------------------------------------------------------

    def put(self, slot, tag, value, secret=False):
        """Store value (buffer) under slot and tag; secret: sealed, else clear with a seal.

        slot: not `active` (an identity is written as `next`, then activated). Raises
        KeystoreError flash-full, flash-io; the old value then stands.
        """
        self._put(slot, tag, fmt.SEALED if secret else 0, value)

    def put_key(self, slot, key):
        """Store an RSAKey, sealed by scepcore, as the slot's key."""
        self._put(slot, slots.KEY, fmt.KEY, key)

    def delete(self, slot, tag):
        """Forget the value of slot and tag; works in a full store."""
        self._ready()
        if self._find(slot, tag) is not None:
            self._append(self._number(slot), tag, fmt.DELETED, b"", True)

    def activate(self):
        """Make `next` the active identity, in one commit; the former one is gone with it.

        Raises KeystoreError internal where next has no key or no certificate.
        """
        self._ready()
        if self._find("next", slots.KEY) is None or self._find("next", slots.CERTIFICATE) is None:
            raise KeystoreError("internal", "there is no complete identity to activate")
        self._set_role(self._number("next"), self._role)

    def discard_next(self):
        """Forget `next`: key, certificate and transaction, in one commit."""
        self._ready()
        self._set_role(self._active, self._since)

    def _set_role(self, active, since):
        version = self._log.version + 1
        value = struct.pack(_ROLE, active, since)
        self._append(slots.ROLE, 1, 0, value, True)
        self._active, self._since, self._role = active, since, version

    def _put(self, slot, tag, flags, value):
        self._ready()
        if slot in ("factory", "active"):
            raise KeystoreError("internal", "no value is put into an identity in force")
        number = self._number(slot)
        if not number or not 0 < tag < 256:
            raise KeystoreError("internal", "there is no such slot or tag")
        self._append(number, tag, flags, value, False)

    def _append(self, slot, tag, flags, value, small):
        log = self._log
        if self._stuck:
            raise self._stuck
        version = log.version + 1
        parts, trailer = record.payload(self._kek, slot, tag, flags, version, value)
        length, crc = record.check(parts)
        if length > 0xFFFFFF:
            raise KeystoreError("flash-full", "the value is too long")
        log.append(slot, tag, flags, trailer, version, crc, length, parts, small)

    def wipe(self):
        """Back to factory: identities, anchors, configuration, state, in one commit.

        Also makes a damaged log usable again (error is None afterwards). Erases every sector
        that held a customer's value before it returns; raises flash-io, the store then works,
        where one does not erase. Keeps boot counter and wear.
        """
        if self._log is None:
            raise KeystoreError("internal", "the key store is not mounted")
        if self.error:
            self._log.restart()
            self.error = None
        elif self._log.lost:
            self._recover()
        self._log.compact(lambda key, version: False)
        self._active, self._since, self._role = 0, 0, 0
        self._log.erase_rest()

    def tidy(self):
        """Do one bounded step of idle work (at most one block erase); True while there is more.

        Call it whenever the device idles: commits then never wait for an erase.
        """
        if self._log is None or self.error or self._stuck:
            return False
        if self._log.lost:
            self._recover()
        return self._log.tidy()
