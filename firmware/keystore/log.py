"""The log as it is written: settling after power-on, appending, compaction, idle erases.

For store.py. FORMAT.md, "Mount" and "Commit".
"""

import struct

import scepcore

from . import layout as fmt
from .error import KeystoreError, broken
from .reading import Reading, newer
from .sector import OPEN, READY


class Log(Reading):
    """The log sectors of a store.

    Invariants: what a reader depends on was completed before anything was built on it. A record
    counts from its commit mark on. The newest complete sector is the log; an older one is
    killed before anything is written behind the copy, and erased in idle time (tidy). A sector
    newer than the log is erased at mount.
    """

    def settle(self, boot=True):
        """Make what scan() found durable: nothing that reads differently tomorrow remains.

        Writes one entry where there was nothing to decide. Erases a sector that is newer than
        the log (a compaction that did not complete), compacts where no entry fits any more.
        """
        for sector in self.sectors:
            if sector.seq and newer(sector.seq, self.current.seq):
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
        # Now that the log is beyond doubt: the one before it must never serve again.
        for sector in self.sectors:
            if sector.state == OPEN and sector is not self.current:
                sector.kill()
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
        # What is live takes no more than all that stands in the log: mostly no need to count it.
        most = self.end - self.current.base - self.layout.at_log + need
        if not small and most > self.capacity() and self.used() + need > self.capacity():
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
        nobody called tidy() since the last compaction, or where a sector did not take the copy:
        bits that rotted in an erased sector go with that; one that fails twice is left alone.
        """
        keep = keep or self.live
        old, failure, tried = self.current, None, []
        for _ in range(2 * len(self.sectors)):
            target = self._spare()
            if target is None:
                break
            self.lost = True
            try:
                index, end = self._copy(old, target, keep)
            except KeystoreError as error:
                if error.code != "flash-io":
                    raise
                failure = error
                self.damaged(target.base, "a sector does not program")
                self._discard(target)
                if target in tried:
                    target.bad = True
                tried.append(target)
                self.lost = False
                continue
            self.current, self.end = target, end
            self.index.clear()
            self.index.update(index)
            old.kill()
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
        # A sector that failed may hold a copy that took the next number.
        seq = old.seq + 1 + len([s for s in self.sectors if s.bad])
        target.open(seq & 0xFFFFFFFF or 1, salt, self.boots, self.version)
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

    def erase_rest(self):
        """Erase all sectors but the log's; raises flash-io where one keeps what it held."""
        for sector in self.sectors:
            sector.bad = False
        while self.tidy():
            pass
        for sector in self.sectors:
            if sector.bad:
                raise broken("a sector does not erase: it may hold what was wiped", sector.index)

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
            sector.bad = True
            self._look(sector)
            if sector.state == OPEN:
                raise error

    def _erases(self, sector):
        """Return the erase count that this sector has after its next erase."""
        known = sector.erases
        if known is None:
            known = max([s.erases or 0 for s in self.sectors])
            known = max(known - 1, 0)
        return known + 1
