"""The log as it is read: which sector is in force, what was committed, what is damaged.

For log.py, which writes it. FORMAT.md, "Boot entries and decisions" and "Mount".
"""

import struct
from binascii import crc32

from . import layout as fmt
from .error import KeystoreError, no_store
from .sector import OPEN, PARTIAL, Sector


class Reading:
    """The log sectors of a store and what a scan found in them. Writes nothing.

    Invariant: index names, for each slot and tag, the newest committed record of the current
    sector that is not known as bad; end is where the next record may stand at the earliest.
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
        self.lost = False  # a write ended in an exception: look again before going on

    # -- mount ---------------------------------------------------------------------------------

    def find(self):
        """Choose the log; raises flash-corrupt where no sector carries one. Writes nothing.

        A sector that cannot be read is passed over: the log before a newer one is killed before
        anything is written to the newer one, so what is open holds all there is. Raises
        flash-io where no other one is open.
        """
        newest = unread = None
        for sector in self.sectors:
            unread = self._look(sector) or unread
        # An incomplete copy is no log while the sector that it was made from cannot be read.
        for wanted in (OPEN,) if unread else (OPEN, PARTIAL):
            for sector in self.sectors:
                if sector.state != wanted:
                    continue
                if newest is None:
                    newest = sector
                elif sector.seq == newest.seq:
                    raise no_store("two sectors claim to carry the newest log", sector.index)
                elif newer(sector.seq, newest.seq):
                    newest = self._in_force(newest, sector)
                else:
                    newest = self._in_force(sector, newest)
            if newest:
                break
        if newest is None:
            raise unread or no_store("no sector carries a log")
        if newest.state == PARTIAL:
            self.damaged(newest.base, "the mark of the log's sector is damaged")
        self.current = newest
        return newest

    def _look(self, sector):
        """Read a sector's header; one that the device cannot read is left alone: return why."""
        try:
            sector.look()
        except KeystoreError as error:
            if error.code != "flash-io":
                raise
            sector.seq, sector.bad = 0, True
            self.damaged(sector.base, "a sector cannot be read")
            return error

    def _in_force(self, older, copy):
        """Return the log of two sectors that are open: the copy, or the older one if that was
        written to since, for want of a copy that could be read."""
        self.current = older
        self.scan()
        # The copy's open block holds what the older sector had come to.
        if self.version > copy.version or self.boots > copy.boots:
            return older
        return copy

    def scan(self):
        """Read the log from its sector's start; fills index, end and the decision's parts."""
        sector, at = self.current, self.layout
        self.index.clear()
        self.version = sector.version
        self._pos = sector.base + at.at_log
        force, single, boots, cells, cell = (0, 0), (0, 0), sector.boots, 0, 0
        doubt = False
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
                doubt = True
                continue
            x, y, boot = found
            boots = boots + boot if at.words else boot
            if (x, y) != single:
                single = (x, y)
            elif single != force:
                self._apply(force if x >= force[1] else None)
                force = single
            doubt = single != force
        self._apply(force)
        self.cells, self._force, self.boots = cells, force, boots
        self._newest = single
        self._tail(doubt)

    def _table(self, sector, limit):
        """Return how many cells the table has: up to the last one before a long erased run."""
        at, used, cell = self.layout, 0, 0
        ahead, size = at.ahead // at.entry, 4 if at.words else 24
        blank, addr = b"\xff" * size, sector.base + at.size
        while cell < limit and cell < used + ahead:
            addr -= at.entry
            cell += 1
            if self.flash.read(addr, size) != blank:
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
        pos = self._run(self._pos, x)
        while pos < x:
            self.damaged(pos, "a record is damaged")
            pos = self._run(self._resync(pos, x), x)
        self._pos = y

    def _tail(self, doubt):
        """Walk the records behind the last decision; the last one needs its own mark.

        doubt: a boot entry behind that decision is torn or stands alone. A cut in a power-on
        leaves that, and nothing behind; a damaged decision leaves records, which are looked for.
        """
        sector, at = self.current, self.layout
        self.ambiguous = not sector.solid and not self.cells
        self._attempt = at.skip
        pos = self._run(self._pos, sector.table_end)
        while self._last_counts():
            room = pos + at.skip <= sector.table_end
            if not room or not (doubt or not self.flash.is_erased(pos, at.skip)):
                break
            again = self._resync(pos, sector.table_end)
            if again == sector.table_end:
                self._last_header(pos)
                break
            self.damaged(pos, "a record header is damaged")
            pos = self._run(again, sector.table_end)
        else:
            pos = self._last[0]
        self.end = pos

    def _run(self, pos, limit):
        """Index the records from pos on while headers hold and end by limit; return where.

        Mount's inner loop, so in one piece and with local names: sector.header() in short (a
        header with its CRC behind it has a constant CRC), layout.extent() and the index.
        """
        flash, salt, index, bad = self.flash, self.current.salt, self.index, self.bad
        at, end, top = self.layout, min(limit, self.current.table_end), self.version
        size, copied, whole = fmt.HEADER, fmt.COPIED, fmt.CRC_OF_WHOLE
        cell, grain, marks = at.cell - 1, at.grain - 1, at.marks * at.cell
        up_cell, up_grain, last, key, known = ~cell, ~grain, None, 0, None
        source, off, unpack = flash.memory, 0, struct.unpack_from
        mapped = source is not None
        if not mapped:
            source = bytearray(size)
        while pos + size <= end:
            if mapped:
                off = pos
            else:
                flash.read_into(pos, source)
            if crc32(source[off : off + size], salt) != whole:
                break
            slot, tag, flags, version, length = unpack("<xBBBII", source, off)
            step = (size + (length & 0xFFFFFF) + cell) & up_cell
            if not flags & copied:
                step += marks
            step = (step + grain) & up_grain
            if pos + step > end:
                break
            last, key = pos, slot << 8 | tag
            if version > top:
                top = version
            known = index.get(key)
            if bad and pos in bad:
                pass
            elif known is None or known[1] < version:
                index[key] = (pos, version)
            else:
                self.damaged(pos, "an older version stands behind a newer one")
            pos += step
        # With what the index held before, should the last record turn out not to count.
        self._last, self.version = last and (last, key, known), top
        return pos

    def _last_counts(self):
        """Say whether the last record of the run counts; take it back where it does not."""
        if self._last is None:
            return True
        pos, key, known = self._last
        head = self.current.header(pos)
        flags, length = (head[2], head[4]) if head else (0, 0)
        if flags & fmt.COPIED:
            return True
        committed, solid = self.current.commit_marks(pos, length) if head else (False, False)
        if not solid:
            self.ambiguous = True
        if committed:
            return True
        at = self.layout
        if known:
            self.index[key] = known
        elif self.index.get(key, (None,))[0] == pos:
            del self.index[key]
        self._attempt = at.extent(length, flags)
        if not self.flash.is_erased(pos + at.body(length), at.cell):
            self.damaged(pos, "the last record's mark is torn: it does not count")
        return False

    def _last_header(self, pos):
        """Tell a torn header from a damaged one: only the latter has a payload behind it."""
        at, end = self.layout, self.current.table_end
        body = pos + fmt.align(fmt.HEADER, at.unit)
        if self.flash.is_erased(body, min(at.skip, end - body)):
            return
        self.damaged(pos, "the last record's header is damaged")
        while body < end:
            step = min(fmt.CHUNK, end - body)
            if not self.flash.is_erased(body, step):
                self._attempt = body + step - pos
            body += step

    def _resync(self, pos, limit):
        """Return the next address from pos on, below limit, with a committed record, or limit."""
        pos += self.layout.grain
        while pos < limit:
            head = self.current.header(pos)
            if head and (head[2] & fmt.COPIED or self.current.commit_marks(pos, head[4])[0]):
                return pos
            pos += self.layout.grain
        return limit

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
            if newer(sector.seq, self.current.seq):
                self.current = sector
        self.boots, self.version = self.current.boots, self.current.version
        self.index.clear()
        self.lost = False

    def damaged(self, addr, sentence):
        """Note what was found broken, for the person who asks (16 entries at most)."""
        if len(self.damage) < 16:
            self.damage.append((addr, sentence))


def newer(a, b):
    """Say whether sequence number a comes after b (32 bits, wrapping)."""
    return a != b and (a - b) & 0xFFFFFFFF < 0x80000000
