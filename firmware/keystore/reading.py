"""The log as it is read: which sector is in force, what was committed, what is damaged.

For log.py, which writes it. FORMAT.md, "Boot entries and decisions" and "Mount".
"""

from . import layout as fmt
from .error import no_store
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
        """Choose the log; raises flash-corrupt where no sector carries one. Writes nothing."""
        newest = None
        for sector in self.sectors:
            sector.look()
        for wanted in (OPEN, PARTIAL):
            for sector in self.sectors:
                if sector.state != wanted:
                    continue
                if newest is None or newer(sector.seq, newest.seq):
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

    def _tail(self, doubt):
        """Walk the records behind the last decision, each with its own mark.

        doubt: a boot entry behind that decision is torn or stands alone. A cut in a power-on
        leaves that, and nothing behind; a damaged decision leaves records, which are looked for.
        """
        sector, at, pos = self.current, self.layout, self._pos
        self.ambiguous = not sector.solid and not self.cells
        self._attempt = at.skip
        while True:
            head = sector.header(pos)
            if head is None:
                room = pos + at.skip <= sector.table_end
                if room and (doubt or not self.flash.is_erased(pos, at.skip)):
                    again = self._resync(pos, sector.table_end)
                    if again < sector.table_end:
                        self.damaged(pos, "a record header is damaged")
                        pos = again
                        continue
                    self._last_header(pos)
                break
            step = at.extent(head[4], head[2])
            if not head[2] & fmt.COPIED:
                committed, solid = sector.commit_marks(pos, head[4])
                follower = sector.header(pos + step) if not solid else True
                if not follower:
                    self.ambiguous = True
                if not committed and not follower:
                    self._attempt = step
                    if not self.flash.is_erased(pos + at.body(head[4]), at.cell):
                        self.damaged(pos, "the last record's mark is torn: it does not count")
                    break
            self._take(pos, head)
            pos += step
        self.end = pos

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
