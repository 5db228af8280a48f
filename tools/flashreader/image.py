"""The whole image: sectors, the log in force, its records, the state that they add up to.

For main.py and the tests. FORMAT.md, sections A sector, Boot entries and decisions, Mount.
"""

import zlib
from dataclasses import dataclass, field

from tools.flashreader import blocks
from tools.flashreader.seal import Seals

SLOTS = {1: "factory", 2: "identity A", 3: "identity B", 4: "anchors", 5: "config", 6: "state"}
SLOTS[7] = "role"
TRANSACTION = 4
DEVICE = 16


class NotAStore(Exception):
    """The image holds no key store that this tool knows; the sentence says why."""


@dataclass
class Sector:
    """A sector: what its header says, and its records in the order of the walk."""

    index: int
    base: int
    state: str
    erases: int | None
    seq: int = 0
    salt: int = 0
    boots: int = 0
    version: int = 0
    records: list = field(default_factory=list)
    entries: list = field(default_factory=list)


class Image:
    """A key store's image, read.

    state: {(slot name, tag): bytes}, the values that can be read (sealed ones need the secret);
    factory: the same for the factory's; damage: list of (address, sentence).
    """

    def __init__(self, data, secret=None, offset=0):
        """Read `data` (bytes) from offset; secret: 32 bytes or None. Raises NotAStore."""
        self.damage = []
        self.data = data[offset:]
        self.geometry = self._geometry()
        self.data = self.data[: self.geometry.size * self.geometry.sectors]
        self.seals = Seals(secret) if secret else None
        self.sectors = [self._sector(i) for i in range(self.geometry.sectors)]
        self.factory = self._factory()
        self.log = self._newest()
        self.state, self.boots = {}, None
        if self.log:
            self._read_log()

    def _geometry(self):
        for copy in (0, 32):
            found = blocks.born(self.data[copy : copy + 24])
            if found is None:
                continue
            version, role, geometry, _ = found
            if version > blocks.VERSION:
                raise NotAStore(f"format version {version}; this tool knows {blocks.VERSION}")
            if role != 0:
                raise NotAStore("the first sector is not a factory sector")
            if len(self.data) < geometry.size * geometry.sectors or geometry.sectors < 3:
                raise NotAStore("the image is shorter than the store it holds")
            return geometry
        raise NotAStore("no key store: sector 0 has no born block")

    def _either(self, at, reader, size):
        found = [reader(self.data[at + copy : at + copy + size]) for copy in (0, 32)]
        if found.count(None) == 1:
            self.damage.append((at, "one of the two copies of a header block is damaged"))
        return found[0] or found[1]

    def _sector(self, index):
        g = self.geometry
        base = index * g.size
        claim, opened, complete, kill, log = g.at
        born = self._either(base, blocks.born, 24)
        sector = Sector(index, base, "dirty", born[3] if born else None)
        head = self._either(base + opened, blocks.opened, 28)
        if head is None:
            blank = self.data[base + claim : base + log]
            if born and blank.count(0xFF) == len(blank):
                sector.state = "ready"
            return sector
        sector.seq, sector.salt, sector.boots, sector.version, erases = head
        sector.erases = erases if sector.erases is None else sector.erases
        killed = self.data[base + kill : base + kill + 4]
        if sum(8 - byte.bit_count() for byte in killed) >= 8:
            return sector
        sector.entries = self._table(sector)
        marks = [self._mark(base + complete + i * g.cell, blocks.COMPLETE) for i in range(g.marks)]
        sector.state = "open" if any(marks) or any(sector.entries) else "partial"
        return sector

    def _mark(self, at, mark):
        return self.data[at : at + 4] == mark

    def _table(self, sector):
        """Return the boot entries (None erased, False torn), up to the long erased run."""
        g, found, erased = self.geometry, [], 0
        while erased < g.ahead // g.entry and (len(found) + 1) * g.entry <= g.size - g.at[4]:
            at = sector.base + g.size - (len(found) + 1) * g.entry
            found.append(blocks.boot_entry(g, self.data, at, sector.salt))
            erased = erased + 1 if found[-1] is None else 0
        return found[: len(found) - erased]

    def _newest(self):
        for state in ("open", "partial"):
            newest = None
            for sector in self.sectors[1:]:
                if sector.state != state:
                    continue
                if newest is None:
                    newest = sector
                elif sector.seq == newest.seq:
                    self.damage.append((sector.base, "two sectors claim to carry the newest log"))
                    return None
                elif 0 < (sector.seq - newest.seq) & 0xFFFFFFFF < 1 << 31:
                    newest = self._in_force(newest, sector)
                else:
                    newest = self._in_force(sector, newest)
            if newest:
                return newest
        self.damage.append((self.geometry.size, "no sector carries a log"))
        return None

    def _in_force(self, older, copy):
        """Return the log of two open sectors: the copy, or the older if written to since then."""
        found = len(self.damage)
        self._walk(older)
        version = max((record.version for record in older.records), default=0)
        older.records, self.damage = [], self.damage[:found]
        used = version > copy.version or self._boots(older) > copy.boots
        return older if used else copy

    def _boots(self, sector):
        entries = [entry for entry in sector.entries if entry]
        if self.geometry.words:
            firsts = sum(1 for entry in sector.entries if entry is False or (entry and entry[2]))
            return sector.boots + firsts
        return entries[-1][2] if entries else sector.boots

    # -- records -------------------------------------------------------------------------------

    def _walk(self, sector):
        """Fill sector.records in order; the last may be one that was not committed."""
        g = self.geometry
        end = sector.base + g.size - len(sector.entries) * g.entry
        pos = sector.base + g.at[4]
        decisions, last, force = [], (0, 0), (0, 0)
        for entry in sector.entries:
            if not entry:
                continue
            if entry[:2] != last:
                last = entry[:2]
            elif last != force:
                if decisions and last[0] < force[1]:
                    decisions.pop()
                decisions.append(last)
                force = last
        for x, y in decisions:
            while pos < sector.base + x:
                record = self._header(sector, pos, end)
                if record is None:
                    self.damage.append((pos, "a record header is damaged"))
                    pos = self._resync(sector, pos, sector.base + x)
                    continue
                sector.records.append(record)
                pos += g.extent(record.length, record.flags)
            pos = sector.base + y
        while True:
            record = self._header(sector, pos, end)
            if record is None:
                again = end
                if pos + g.grain <= end and self.data[pos : pos + 20] != b"\xff" * 20:
                    again = self._resync(sector, pos, end)
                if again >= end:
                    return
                self.damage.append((pos, "a record header is damaged"))
                pos = again
                continue
            after = pos + g.extent(record.length, record.flags)
            if not self._committed(record) and self._header(sector, after, end) is None:
                record.status = "not committed"
                sector.records.append(record)
                return
            sector.records.append(record)
            pos = after

    def _header(self, sector, pos, end):
        record = blocks.record(self.data, pos, sector.salt) if pos + 20 <= end else None
        if record and pos + self.geometry.extent(record.length, record.flags) > end:
            return None
        return record

    def _committed(self, record):
        if record.flags & blocks.COPIED:
            return True
        g = self.geometry
        at = record.at + blocks.up(20 + record.length, g.cell)
        return any(self._mark(at + i * g.cell, blocks.COMMIT) for i in range(g.marks))

    def _resync(self, sector, pos, end):
        pos += self.geometry.grain
        while pos < end:
            record = self._header(sector, pos, end)
            if record and self._committed(record):
                return pos
            pos += self.geometry.grain
        return end

    def _read_log(self):
        sector = self.log
        self._walk(sector)
        self.boots = self._boots(sector)
        current = {}
        for record in sector.records:
            if record.status == "not committed":
                continue
            if not self._holds(record):
                record.status = "damaged"
                self.damage.append((record.at, "a record is damaged"))
                continue
            known = current.get((record.slot, record.tag))
            if known and known.version >= record.version:
                record.status = "an older version behind a newer one"
                continue
            if known:
                known.status = "replaced"
            current[record.slot, record.tag] = record
        self._roles(current)

    def _roles(self, current):
        role = current.get((7, 1))
        active, since, own = 0, 0, 0
        if role:
            value = self.payload(role)
            active, since, own = value[0], int.from_bytes(value[1:5], "little"), role.version
        names = dict(SLOTS)
        names[active] = "active"
        names[2 if active != 2 else 3] = "next"
        for (slot, tag), record in current.items():
            gone = record.flags & blocks.DELETED
            if slot in (2, 3):
                if slot == active:
                    gone = gone or not since < record.version < own or tag == TRANSACTION
                else:
                    gone = gone or record.version <= own
            if gone:
                record.status = "deleted" if record.flags & blocks.DELETED else "given up"
            elif slot != 7:
                self._take(self.state, names[slot], record)

    def _factory(self):
        sector, g, values = self.sectors[0], self.geometry, {}
        pos, damaged = g.at[4], False
        while pos < g.size:
            record = self._header(sector, pos, g.size)
            if record is None:
                if not damaged and self.data[pos : pos + 20].count(0xFF) == 20:
                    break
                damaged = True
                pos += g.grain
                continue
            sector.records.append(record)
            if not self._holds(record):
                record.status, damaged = "damaged", True
            elif record.tag in values:
                record.status = "second copy"
            else:
                self._take(values, record.tag, record)
            pos += g.extent(record.length, record.flags)
        if damaged:
            self.damage.append((0, "the factory sector is damaged"))
        return values

    def _take(self, into, slot, record):
        key = slot if record.slot == 1 else (slot, record.tag)
        into[key] = None if record.flags & 3 and not self.seals else self.payload(record)

    def _holds(self, record):
        start = record.at + 20
        if zlib.crc32(self.data[start : start + record.length]) != record.crc:
            return False
        return not self.seals or self.seals.opens(record, self.data[start : start + record.length])

    def payload(self, record):
        """Return the value of a record (bytes): clear, or opened with the secret."""
        blob = self.data[record.at + 20 : record.at + 20 + record.length]
        if record.flags & 3:
            return self.seals.open(record, blob)
        return blob[: record.length - record.trailer]
