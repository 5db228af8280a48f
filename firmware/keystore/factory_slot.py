"""The factory sector as a set reads it; a set never writes it.

For store.py. FORMAT.md, "The factory sector"; factory.py writes it.
"""

from . import layout as fmt
from . import record, slots
from .error import KeystoreError, no_store
from .sector import Sector


class Factory:
    """The factory identity: each record stands in the sector twice."""

    def __init__(self, flash, kek):
        """Name the sector; mount() reads it."""
        self._flash, self._kek = flash, kek
        self.layout = self._sector = None
        self.damage = []
        self._index = {}  # tag -> header address of the copy in use

    def mount(self):
        """Check geometry, format version and device; raises flash-corrupt, wrong-device."""
        flash = self._flash
        born = self._born()
        if born is None:
            raise no_store("the flash holds no key store")
        _, role, unit, span, block, sectors, _ = born
        if role != fmt.ROLE_FACTORY or block != flash.block or unit < flash.unit:
            raise no_store("the store was made for another flash geometry", (unit, block))
        if not span or sectors * span != flash.blocks or sectors < 3:
            raise no_store("the flash has another size than the store", (sectors * span, block))
        self.layout = fmt.Layout(unit, block, span, sectors)
        self._sector = Sector(flash, self.layout, 0)
        self._sector.look()
        if not self._sector.salt:
            raise no_store("the factory sector's header is damaged")
        self._walk()
        pos = self._index.get(slots.DEVICE)
        if pos is None:
            raise no_store("the factory sector has no device record")
        try:
            record.value_of(flash, self._kek, pos, self._sector.header(pos))
        except KeystoreError:
            raise KeystoreError("wrong-device", "the store belongs to another device")

    def _born(self):
        """Return the born block of sector 0, from either copy; raises for a newer version."""
        layout = fmt.Layout(self._flash.unit, self._flash.block, 1, self._flash.blocks)
        return Sector(self._flash, layout, 0).read_born()

    def _walk(self):
        """Find a good copy of each record; a damaged header costs that copy alone."""
        sector, layout = self._sector, self.layout
        pos, end = layout.at_log, sector.table_end
        damaged = False
        while pos + fmt.HEADER <= end:
            head = sector.header(pos)
            if head is None:
                if not damaged and self._flash.is_erased(pos, layout.skip):
                    break
                damaged = True
                pos += layout.grain
                continue
            if head[1] not in self._index:
                if record.intact(self._flash, pos, head):
                    self._index[head[1]] = pos
                else:
                    damaged = True
            pos += layout.extent(head[4], head[2])
        if damaged:
            self.damage.append((0, "the factory sector is damaged; its second copies serve"))

    def tags(self):
        """Return the sorted tags of the factory slot."""
        return sorted(self._index)

    def get(self, tag):
        """Return the factory value of that tag (as Store.get) or None."""
        pos = self._index.get(tag)
        if pos is None:
            return None
        return record.value_of(self._flash, self._kek, pos, self._sector.header(pos))
