"""The normal form of a flash image: what a reading can reach, with counters replaced by ranks.

For the closure: two images with one normal form go on alike, and are expanded once.
"""

from keystore import layout as fmt
from keystore.device import Flash
from keystore.sector import DIRTY, OPEN, PARTIAL, READY, Sector


def normal_form(device, at):
    """Return a hashable value; device: FlashModel (its weak bits count), at: Layout."""
    flash = Flash(device)
    sectors = [Sector(flash, at, i) for i in range(1, at.sectors)]
    for sector in sectors:
        sector.look()
    seqs = sorted({s.seq for s in sectors if s.seq})
    wear = sorted({s.erases or 0 for s in sectors})
    newest = max((s.seq for s in sectors if s.state == OPEN), default=0)
    form = []
    for s in sectors:
        seq = seqs.index(s.seq) if s.seq else None
        known = None if s.erases is None else wear.index(s.erases)
        body = ()
        if s.state == OPEN and s.seq == newest:
            body = _log(device, s, at)
        elif s.state == READY or (s.state == PARTIAL and s.seq > newest):
            body = (_weak(device, s.base, s.base + at.size),)
        elif s.state == OPEN or s.seq > newest:
            body = (_weak(device, s.base, s.base + at.at_log),)
        elif s.state == DIRTY:
            # An erase comes first; what it leaves must not be taken for a header meanwhile.
            body = (_weak(device, s.base, s.base + at.at_log),)
        form.append((s.state, seq, known, s.solid, body))
    return tuple(form)


def _log(device, sector, at):
    """Records, boot entries and what is torn behind them."""
    cells, k, erased = [], 0, 0
    while erased < at.ahead // at.entry and (k + 1) * at.entry < at.size - at.at_log:
        found = sector.entry(k)
        k += 1
        erased = erased + 1 if found is None else 0
        # Of the count only its growth matters, not its height.
        cells.append(found and (found[0], found[1], bool(found[2]) if at.words else 0))
    del cells[len(cells) - erased :]
    sector.table_end = sector.base + at.size - len(cells) * at.entry
    records, pos, versions = [], sector.base + at.at_log, {}
    while pos < sector.table_end:
        head = sector.header(pos)
        if head is None:
            rest = bytes(device.data[pos : pos + at.grain])
            if rest.count(0xFF) != len(rest):
                records.append((pos, rest))
            pos += at.grain
            continue
        slot, tag, flags, version, length = head[:5]
        marks = None if flags & fmt.COPIED else sector.commit_marks(pos, length)
        versions[version] = 0
        body = at.body(length)
        cell = bytes(device.data[pos + body : pos + body + at.marks * at.cell])
        if marks and marks != (True, True):
            marks = cell
        records.append([pos, slot, tag, flags, version, length, marks])
        pos += at.extent(length, flags)
    ranks = {version: rank for rank, version in enumerate(sorted(versions))}
    records = [tuple(r) if isinstance(r, tuple) else (*r[:4], ranks[r[4]], *r[5:]) for r in records]
    return (
        tuple(cells),
        tuple(records),
        _weak(device, sector.base, sector.base + at.size),
    )


def _weak(device, start, end):
    return tuple(sorted((a - start, m) for a, m in device.weak.items() if start <= a < end))
