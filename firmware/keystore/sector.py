"""One sector: what state it is in, its table of boot entries, its records.

For log.py and factory.py. FORMAT.md, "A sector".
"""

from . import layout as fmt
from .error import KeystoreError

READY = "ready"  # erased, born block right, nothing else programmed
OPEN = "open"  # carries a log and is complete
PARTIAL = "partial"  # a copy that was not completed
DIRTY = "dirty"  # anything else: to be erased before it is used


class Sector:
    """A sector of the region and what its header says.

    Invariant: no unit of a sector is programmed twice between two erases.
    """

    def __init__(self, flash, layout, index):
        """Name the sector; look() reads it."""
        self.flash, self.layout, self.index = flash, layout, index
        self.base = index * layout.size
        self.state = DIRTY
        self.erases = None
        self.seq = self.salt = self.boots = self.version = 0
        self.solid = False  # the complete mark is known to be whole for ever
        self.bad = False  # failed in this session: not used again until the next power-on
        self.cleared = 0  # blocks already erased by tidy
        self.table_end = self.base + layout.size

    def look(self):
        """Read the header and set state, erases, seq, salt, boots, version.

        Raises KeystoreError flash-corrupt for a newer format version, flash-io.
        """
        flash, at = self.flash, self.layout
        self.state = DIRTY
        born = self.read_born()
        self.erases = born[6] if born else None
        opened = self._either(at.at_open, fmt.read_open, 28)
        if opened is None:
            rest = at.at_log - at.at_claim
            if born and flash.is_erased(self.base + at.at_claim, rest):
                self.state = READY
            return
        self.seq, self.salt, self.boots, self.version, erases = opened
        if self.erases is None:
            self.erases = erases
        kill = flash.read(self.base + at.at_kill, 4)
        if fmt.zero_bits(kill) >= fmt.KILLED_FROM:
            return
        marks = [self._mark(at.at_complete + i * at.cell) for i in range(at.marks)]
        self.solid = at.marks == 2 and marks[1]
        self.state = OPEN if True in marks or self._has_entry() else PARTIAL

    def read_born(self):
        """Return the born block's fields (layout.read_born) or None."""
        born = self._either(0, fmt.read_born, 24)
        if born and born[0] > fmt.VERSION:
            raise KeystoreError(
                "flash-corrupt",
                "the store has format version %d, newer than this firmware knows" % born[0],
            )
        return born

    def _either(self, offset, reader, size):
        """Return what reader makes of the first good one of the two copies, or None."""
        for copy in range(2):
            found = reader(self.flash.read(self.base + offset + copy * fmt.BLOCK, size))
            if found is not None:
                return found
        return None

    def _mark(self, offset, mark=fmt.MARK_COMPLETE):
        return self.flash.read(self.base + offset, 4) == mark

    def _has_entry(self):
        """Say whether a power-on has already made this sector its log."""
        erased = cell = 0
        while erased < self.layout.ahead // self.layout.entry:
            found = self.entry(cell)
            if found:
                return True
            cell += 1
            erased = erased + 1 if found is None else 0
            if (cell + 1) * self.layout.entry > self.layout.size - self.layout.at_log:
                break
        return False

    # -- life: erase, open, complete, kill -------------------------------------------------

    def kill(self):
        """Make sure that this sector's log is never read again, however its erase may end."""
        kill = self.base + self.layout.at_kill
        try:
            if self.seq and fmt.zero_bits(self.flash.read(kill, 4)) == 0:
                self.flash.program(kill, fmt.MARK_KILL)
        except KeystoreError:
            pass  # it is erased next anyway, and that is checked
        self.state = DIRTY

    def erase_step(self, role, erases):
        """Kill, then erase one block a call; after the last one write the born block.

        Return True when ready. erases: the count to write, this erase included.
        """
        at = self.layout
        if not self.cleared:
            self.kill()
        self.flash.erase(self.index * at.span + self.cleared)
        self.cleared += 1
        if self.cleared < at.span:
            return False
        self.cleared = 0
        self.be_born(role, erases)
        return True

    def be_born(self, role, erases):
        """Write the born block of an erased sector."""
        block = self.layout.born(role, erases)
        gap = b"\xff" * (fmt.BLOCK - len(block))
        self.flash.program(self.base, block, gap, block)
        self.erases = erases
        self.seq, self.solid = 0, False
        self.table_end = self.base + self.layout.size
        self.state = READY

    def open(self, seq, salt, boots, version):
        """Claim the sector and write its open block; records follow, then complete()."""
        at = self.layout
        self.state = PARTIAL
        self.flash.program(self.base + at.at_claim, fmt.MARK_CLAIM)
        block = fmt.open_block(seq, salt, boots, version, self.erases)
        gap = b"\xff" * (fmt.BLOCK - len(block))
        self.flash.program(self.base + at.at_open, block, gap, block)
        self.seq, self.salt, self.boots, self.version = seq, salt, boots, version

    def complete(self):
        """Commit what was written since open(): from here on this sector is the log."""
        at = self.layout
        for i in range(at.marks):
            self.flash.program(self.base + at.at_complete + i * at.cell, fmt.MARK_COMPLETE)
        self.state = OPEN
        self.solid = True

    # -- records -------------------------------------------------------------------------------

    def header(self, pos):
        """Return the record header's fields at region address pos, or None."""
        end = self.table_end
        if pos + fmt.HEADER > end:
            return None
        head = fmt.read_header(self.flash.read(pos, fmt.HEADER), 0, self.salt)
        if head is None or pos + self.layout.extent(head[4], head[2]) > end:
            return None
        if head[5] > head[4]:
            return None
        return head

    def commit_marks(self, pos, length):
        """Return (committed, solid) of the record at pos: any mark right, the last one right."""
        at = pos + self.layout.body(length)
        first = self.flash.read(at, 4) == fmt.MARK_COMMIT
        if self.layout.marks == 1:
            return first, False
        last = self.flash.read(at + self.layout.cell, 4) == fmt.MARK_COMMIT
        return first or last, last

    def write(self, pos, slot, tag, flags, trailer, version, crc, length, *parts):
        """Write header and payload at pos, without its mark; parts: payload or one address."""
        flash, head = self.flash, bytearray(fmt.HEADER)
        fmt.header_into(head, self.salt, slot, tag, flags, trailer, version, length, crc)
        flash.start(pos, fmt.align(fmt.HEADER, self.layout.unit))
        flash.feed(head)
        for part in parts:
            if isinstance(part, int):
                flash.feed_flash(part, length)
            else:
                flash.feed(part)
        flash.flush()

    def commit(self, pos, length):
        """Program the commit mark of the record at pos."""
        at = pos + self.layout.body(length)
        for i in range(self.layout.marks):
            self.flash.program(at + i * self.layout.cell, fmt.MARK_COMMIT)

    # -- the table of boot entries, from the sector's end downward -----------------------------

    def entry(self, cell):
        """Return None where the cell reads erased, False where it is torn, else (x, y, boot).

        cell: 0 is the first. x, y: offsets in the sector: records end at x, go on at y.
        boot: word geometry: True for the entry of a power-on; page geometry: the boot count.
        """
        at = self.layout
        buf = self.flash.read(self.base + at.size - (cell + 1) * at.entry, 4 if at.words else 24)
        if at.words:
            if buf == fmt.ERASED:
                return None
            found = fmt.read_word_entry(buf, 0)
            return (found[0] * at.grain, found[1] * at.grain, found[2]) if found else False
        found = fmt.read_page_entry(buf, self.salt)
        if found is None:
            return None if fmt.zero_bits(buf) == 0 else False
        return found[1], found[2], found[0]

    def write_entry(self, cell, x, y, boot):
        """Program the boot entry in that cell; as entry() returns them."""
        at = self.layout
        addr = self.base + at.size - (cell + 1) * at.entry
        if at.words:
            block = fmt.word_entry(x // at.grain, y // at.grain, boot)
        else:
            block = fmt.page_entry(self.salt, boot, x, y)
        self.table_end = min(self.table_end, addr)
        self.flash.program(addr, block)
