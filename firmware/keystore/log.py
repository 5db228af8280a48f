"""The log: which sector is in force, what was committed, appending, compaction.

For store.py. FORMAT.md, "Mount" and "Commit".
"""

import struct

import scepcore

from . import layout as fmt
from .error import KeystoreError, broken, no_store
from .sector import DIRTY, OPEN, PARTIAL, READY, Sector


class Log:
    """The log sectors of a store.

    Invariants: what a reader depends on was completed before anything was built on it. A record
    counts from its commit mark on. The newest complete sector is the log; an older one is
    killed, then erased, in idle time (tidy). A sector newer than the log is erased at mount.
    """

    def __init__(self, flash, layout):
        """Take the sectors from 1 on; mount() reads them."""
        self.flash, self.layout = flash, layout
        self.sectors = [Sector(flash, layout, i) for i in range(1, layout.sectors)]
        self.current = None
        self.index = {}  # slot << 8 | tag -> (region address of the header, version)
        self.version = 0  # newest record version seen
        self.damage = []  # (region address, sentence): what was found broken
        self.bad = set()  # header addresses of records that did not authenticate
        self.live = lambda key, version: True  # store.py: is this record still wanted
        self.boots = 0
        self.end = 0  # region address of the next record
        self.cells = 0  # boot entries in use, torn ones too
        self._force = (0, 0)  # the decision in force: records end at x, go on at y
        self._fresh = False  # the decision was made in this power-on: nothing was tried at y
        self._settled = False  # mount wrote its boot entry
        self.lost = False  # a write ended in an exception: look again before going on

    # -- mount ---------------------------------------------------------------------------------

    def find(self):
        """Choose the log; raises flash-corrupt where no sector carries one. Writes nothing."""
        newest = None
        for sector in self.sectors:
            sector.look()
        for wanted in (OPEN, PARTIAL):
            for sector in self.sectors:
                if sector.state != wanted:
                    continue
                if newest is None or _newer(sector.seq, newest.seq):
                    newest = sector
                elif sector.seq == newest.seq:
                    raise no_store("two sectors claim to carry the newest log", sector.index)
            if newest:
                break
        if newest is None:
            raise no_store("no sector carries a log")
        if newest.state == PARTIAL:
            self.damaged(newest.base, "the mark of the log's sector is damaged")
        self.current = newest
        return newest

    def scan(self):
        """Read the log from its sector's start; fills index, end and the decision's parts."""
        sector, at = self.current, self.layout
        self.index.clear()
        self.version = sector.version
        self._pos = sector.base + at.at_log
        force, single, boots, cells, cell = (0, 0), (0, 0), sector.boots, 0, 0
        size = sector.base + at.size
        limit = (at.size - at.at_log) // at.entry
        sector.table_end = size - self._table(sector, limit) * at.entry
        while cell < limit and cell * at.entry < size - sector.table_end:
            found = sector.entry(cell)
            cell += 1
            if found is None:
                continue
            cells = cell
            if not found:
                boots += at.words
                continue
            x, y, boot = found
            boots = boots + boot if at.words else boot
            if (x, y) != single:
                single = (x, y)
            elif single != force:
                self._apply(force if x >= force[1] else None)
                force = single
        self._apply(force)
        self.cells, self._force, self.boots = cells, force, boots
        self._newest = single
        self._tail()

    def _table(self, sector, limit):
        """Return how many cells the table has: up to the last one before a long erased run."""
        used, cell = 0, 0
        ahead = self.layout.ahead // self.layout.entry
        while cell < limit and cell < used + ahead:
            found = sector.entry(cell)
            cell += 1
            if found is not None:
                used = cell
        return used

    def _apply(self, decision):
        """Walk the records up to where a decision ended them, go on where it says."""
        if not decision or decision == (0, 0):
            return
        sector = self.current
        x, y = sector.base + decision[0], sector.base + decision[1]
        if x < self._pos or y <= x or y > sector.table_end:
            if y != self._pos:
                self.damaged(x, "a boot entry makes no sense")
            return
        pos = self._pos
        while pos < x:
            head = sector.header(pos)
            if head is None:
                self.damaged(pos, "a record header is damaged")
                pos = self._resync(pos, x)
                continue
            step = self.layout.extent(head[4], head[2])
            if pos + step > x:
                self.damaged(pos, "a record does not end where the log does")
                break
            self._take(pos, head)
            pos += step
        self._pos = y

    def _tail(self):
        """Walk the records behind the last decision, each with its own mark."""
        sector, at, pos = self.current, self.layout, self._pos
        self.ambiguous = not sector.solid and not self.cells
        self._attempt = at.skip
        while True:
            head = sector.header(pos)
            if head is None:
                if pos + at.skip <= sector.table_end and not self.flash.is_erased(pos, at.skip):
                    again = self._resync(pos, sector.table_end)
                    if again < sector.table_end:
                        self.damaged(pos, "a record header is damaged")
                        pos = again
                        continue
                break
            step = at.extent(head[4], head[2])
            if not head[2] & fmt.COPIED:
                committed, solid = sector.commit_marks(pos, head[4])
                follower = sector.header(pos + step) if not solid else True
                if not follower:
                    self.ambiguous = True
                if not committed and not follower:
                    self._attempt = step
                    break
            self._take(pos, head)
            pos += step
        self.end = pos

    def _resync(self, pos, limit):
        """Return the next address from pos on, below limit, with a committed record, or limit."""
        pos += self.layout.grain
        while pos < limit:
            head = self.current.header(pos)
            if head and (head[2] & fmt.COPIED or self.current.commit_marks(pos, head[4])[0]):
                return pos
            pos += self.layout.grain
        return limit

    def _take(self, pos, head):
        slot, tag, _, version = head[:4]
        if version > self.version:
            self.version = version
        if pos in self.bad:
            return
        key = slot << 8 | tag
        known = self.index.get(key)
        if known and known[1] >= version:
            self.damaged(pos, "an older version stands behind a newer one")
        else:
            self.index[key] = (pos, version)

    def rescan(self):
        """Index again, without what is now known as bad; the place to append stays."""
        end, fresh, attempt = self.end, self._fresh, self._attempt
        ambiguous, force, newest = self.ambiguous, self._force, self._newest
        cells, boots, version = self.cells, self.boots, self.version
        self.scan()
        self.end, self._fresh, self._attempt = end, fresh, attempt
        self.ambiguous, self._force, self._newest = ambiguous, force, newest
        self.cells, self.boots, self.version = cells, boots, version

    def restart(self):
        """Take a sector whose log nobody can read for an empty one (wipe of a damaged log)."""
        readable = [s for s in self.sectors if s.seq]
        self.current = readable[0] if readable else self.sectors[0]
        for sector in readable:
            if _newer(sector.seq, self.current.seq):
                self.current = sector
        self.boots, self.version = self.current.boots, self.current.version
        self.index.clear()
        self.lost = False

    def settle(self, boot=True):
        """Make what scan() found durable: nothing that reads differently tomorrow remains.

        Writes one entry where there was nothing to decide. Erases a sector that is newer than
        the log (a compaction that did not complete), compacts where no entry fits any more.
        """
        for sector in self.sectors:
            if sector.seq and _newer(sector.seq, self.current.seq):
                self._discard(sector)
        # A commit never waits for an erase: where one may soon be needed, power-on waits.
        if self._room() < self.layout.reserve + self.layout.size // 4:
            self._spare()
        self.boots += 1 if boot else 0
        self._fresh = False
        if self._room() < self._decision_room():
            self.compact()
        elif self.ambiguous or self._newest != self._force:
            self._decide(boot)
        else:
            self._entry(self._force, boot)
            self._newest = self._force
        self.lost = False

    def _decide(self, boot):
        """Write, twice, that the log ends here; the next record stands clear of any attempt."""
        sector, at = self.current, self.layout
        x = self.end - sector.base
        decision = (x, fmt.align(x + self._attempt + at.skip, at.grain))
        self._entry(decision, boot)
        self._entry(decision, False)
        self._force = self._newest = decision
        self.end = sector.base + decision[1]
        self._attempt = at.skip
        self._fresh, self.ambiguous = True, False

    def _entry(self, decision, boot):
        """Write one boot entry in the next cell that takes it."""
        sector = self.current
        for _ in range(4):
            if self._room() < self.layout.entry:
                break
            cell = self.cells
            self.cells += 1
            try:
                sector.write_entry(
                    cell, decision[0], decision[1], boot if self.layout.words else self.boots
                )
                return
            except KeystoreError:
                self.damaged(sector.table_end, "a boot entry did not take")
        raise broken("the flash does not take a boot entry", sector.index)

    # -- append --------------------------------------------------------------------------------

    def _room(self):
        """Return the bytes left between the records and what the table looks ahead."""
        return self.current.table_end - self.layout.ahead - self.end

    def _decision_room(self):
        """Return the bytes that a decision may take: what it steps over, and its entries."""
        if self._fresh:
            return 0
        return self._attempt + self.layout.skip + self.layout.grain + 4 * self.layout.entry

    def used(self):
        """Return the bytes that the live records take after a compaction."""
        total = 0
        for key, (pos, version) in self.index.items():
            head = self.current.header(pos)
            if head and not head[2] & fmt.DELETED and self.live(key, version):
                total += self.layout.extent(head[4], fmt.COPIED)
        return total

    def capacity(self):
        """Return the bytes that live records may take in all."""
        return self.layout.size - self.layout.at_log - self.layout.ahead - self.layout.reserve

    def append(self, slot, tag, flags, trailer, version, crc, length, parts, small=False):
        """Write one record and commit it. small: may use what a full store keeps back.

        Raises flash-full (nothing changed), flash-io.
        """
        need = self.layout.extent(length, flags)
        if not small and self.used() + need > self.capacity():
            raise KeystoreError("flash-full", "the key store has no room for %d bytes" % length)
        for attempt in range(3):
            keep = 0 if small else self.layout.reserve
            if attempt == 2 or self._room() < need + keep + self._decision_room():
                self.compact()
                if self._room() < need:
                    raise KeystoreError("flash-full", "the key store is full")
            self.lost = True
            try:
                self._write(slot, tag, flags, trailer, version, crc, length, parts)
                self.lost = False
                return
            except KeystoreError as error:
                if error.code != "flash-io" or attempt == 2:
                    raise
                self.damaged(self.end, "a record did not take")
                # Past what was tried: what did not verify must not be read as a record.
                self.ambiguous = True
                self._attempt = need
                if attempt == 0:
                    self._fresh = False

    def _write(self, slot, tag, flags, trailer, version, crc, length, parts):
        if not self._fresh:
            self._decide(False)
        pos, sector = self.end, self.current
        sector.write(pos, slot, tag, flags, trailer, version, crc, length, *parts)
        sector.commit(pos, length)
        self.version = version
        self.index[slot << 8 | tag] = (pos, version)
        self.end = pos + self.layout.extent(length, flags)

    # -- compaction ----------------------------------------------------------------------------

    def compact(self, keep=None):
        """Copy the live records into the erased sector with the fewest erases, switch to it.

        keep: predicate (key, version) instead of self.live. An erase is in the way only where
        nobody called tidy() since the last compaction.
        """
        keep = keep or self.live
        old, failure = self.current, None
        self.lost = True
        for _ in range(len(self.sectors)):
            target = self._spare()
            if target is None:
                break
            try:
                index, end = self._copy(old, target, keep)
            except KeystoreError as error:
                if error.code != "flash-io":
                    raise
                failure = error
                self.damaged(target.base, "a sector does not program")
                self._discard(target)
                target.bad = True
                continue
            self.current, self.end = target, end
            self.index.clear()
            self.index.update(index)
            old.state = DIRTY
            self.cells, self._force, self._newest = 0, (0, 0), (0, 0)
            self._fresh, self.ambiguous, self.lost = True, False, False
            self._attempt = self.layout.skip
            return
        raise failure or broken("no erased sector is left for a compaction")

    def _copy(self, old, target, keep):
        at = self.layout
        seed = struct.pack("<II", old.salt, old.seq)
        digest = scepcore.hash("sha256")
        digest.update(seed)
        salt = struct.unpack_from("<I", digest.digest())[0]
        target.open((old.seq + 1) & 0xFFFFFFFF or 1, salt, self.boots, self.version)
        pos, index = target.base + at.at_log, {}
        for key in sorted(self.index):
            source, version = self.index[key]
            head = old.header(source)
            if head is None or head[2] & fmt.DELETED or not keep(key, version):
                continue
            slot, tag, flags, version, length, trailer, crc = head
            flags |= fmt.COPIED
            body = source + fmt.HEADER
            target.write(pos, slot, tag, flags, trailer, version, crc, length, body)
            index[key] = (pos, version)
            pos += at.extent(length, flags)
        target.complete()
        return index, pos

    def _spare(self):
        """Return an erased sector, the least worn one; erases one where none is ready."""
        best = None
        count = len(self.sectors)
        for step in range(1, count):
            sector = self.sectors[(self.current.index - 1 + step) % count]
            usable = sector.state == READY and not sector.bad
            if usable and (best is None or sector.erases < best.erases):
                best = sector
        if best is None:
            for sector in self.sectors:
                if sector is not self.current and not sector.bad:
                    try:
                        self._erase(sector)
                        return sector
                    except KeystoreError:
                        pass
        return best

    def tidy(self):
        """Do one step of idle work: erase one block. Return True while there is more to do."""
        for sector in self.sectors:
            if sector is self.current or sector.bad or sector.state == READY:
                continue
            try:
                sector.erase_step(fmt.ROLE_LOG, self._erases(sector))
            except KeystoreError:
                sector.bad = True
                self.damaged(sector.base, "a sector does not erase")
            break
        return any(s is not self.current and not s.bad and s.state != READY for s in self.sectors)

    def _erase(self, sector):
        try:
            while not sector.erase_step(fmt.ROLE_LOG, self._erases(sector)):
                pass
        except KeystoreError:
            sector.bad = True
            self.damaged(sector.base, "a sector does not erase")
            raise

    def _discard(self, sector):
        """Erase a sector that must never be taken for the log; raises where it still could be."""
        try:
            self._erase(sector)
        except KeystoreError as error:
            sector.look()
            sector.bad = True
            if sector.state == OPEN:
                raise error

    def _erases(self, sector):
        """Return the erase count that this sector has after its next erase."""
        known = sector.erases
        if known is None:
            known = max([s.erases or 0 for s in self.sectors])
            known = max(known - 1, 0)
        return known + 1

    def damaged(self, addr, sentence):
        """Note what was found broken, for the person who asks (16 entries at most)."""
        if len(self.damage) < 16:
            self.damage.append((addr, sentence))


def _newer(a, b):
    """Say whether sequence number a comes after b (32 bits, wrapping)."""
    return a != b and (a - b) & 0xFFFFFFFF < 0x80000000
