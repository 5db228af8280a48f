"""The key store's exception.

For the store, its tools and the phone.
Codes are those of DESIGN.md section 5 (firmware/errors.py).
"""

from errors import Error


class KeystoreError(Error):
    """A failure of the key store: flash-full, flash-corrupt, flash-io, wrong-device."""


def no_store(message, evidence=None):
    """Return the `flash-corrupt` error for content that is not a readable store."""
    return KeystoreError("flash-corrupt", message, evidence)


def broken(message, evidence=None):
    """Return the `flash-io` error for flash that does not do what it was told."""
    return KeystoreError("flash-io", message, evidence)
