"""Small stores for the tests: an erased model, a factory written into it, a mounted store."""

from keystore import layout
from keystore.device import Flash
from keystore.factory import write_factory

from .model import FlashModel

KEK = bytes(range(32))


def make(blocks=4, block=2048, unit=4, span=1, values=(), mapped=True, kek=KEK):
    """Return the model of a factory-fresh store."""
    model = FlashModel(blocks, block, unit, mapped=mapped)
    at = layout.Layout(unit, block, span, blocks // span)
    write_factory(Flash(model), at, kek, list(values), 0x1234567)
    return model
