"""Small stores for the tests: an erased model, a factory written into it, a mounted store."""

from .model import FlashModel


def make(blocks=4, block=2048, unit=4, span=1, values=(), mapped=True):
    """Return (model, device secret's Kek) of a factory-fresh store."""
    import scepcore
    from keystore import layout, record
    from keystore.device import Flash
    from keystore.factory import write_factory

    model = FlashModel(blocks, block, unit, mapped=mapped)
    kek = scepcore.Kek.derive(record.PURPOSE)
    at = layout.Layout(unit, block, span, blocks // span)
    write_factory(Flash(model), at, kek, list(values), 0x1234567)
    return model
