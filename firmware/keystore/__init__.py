"""The key store: identities, anchors, configuration and state in one power-cut-safe flash blob.

For the phone, the SCEP client's state and the flash tools. FORMAT.md is the written format.

    from keystore import Store, KeystoreError, slots
    store = Store(board.flash())
    store.mount()                          # KeystoreError flash-corrupt, wrong-device, flash-io
    if store.error: ...                    # only the factory slot is readable; wipe() mends it
    store.get("factory", slots.CERTIFICATE)
    store.put("config", slots.SETTINGS, text)                 # clear, authenticated
    store.put("config", slots.CHALLENGE, psk, secret=True)    # sealed
    store.put_key("next", key)             # scepcore.RSAKey
    store.put("next", slots.TRANSACTION, pending)
    store.put("next", slots.CERTIFICATE, der)
    store.activate()                       # next becomes active: one commit
    store.get("active", slots.KEY)         # -> scepcore.RSAKey
    store.tidy()                           # in every idle moment: pre-erases, one block a call

Every write is one commit: after a power cut the store holds the old or the new state.
The block device is MicroPython's extended protocol (keystore.device.Flash says what is asked of
it). Clear values come back as views of the flash where the device offers memory().
"""

from . import slots
from .error import KeystoreError
from .store import Store

__all__ = ("KeystoreError", "Store", "slots")
