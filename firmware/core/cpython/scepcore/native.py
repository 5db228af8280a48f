"""The compiled core, and what every class of the binding needs: buffers in, exceptions out.

For the other modules of this package.
"""

from ._native import ffi, lib


class Error(Exception):
    """An object or the device is not in a state to do this, or a computation failed its check."""


class EntropyError(Error):
    """There is no randomness: not seeded, too little noise, or noise that failed its tests."""


class SealError(Error):
    """A sealed blob does not open: other key, other use, other aad, altered or foreign."""


_KINDS = {1: ValueError, 2: Error, 3: EntropyError, 4: SealError}


def check(status):
    """Return a status that is not negative; raise what the core says otherwise."""
    if status < 0:
        message = ffi.string(lib.scepcore_status_message(status)).decode()
        raise _KINDS[lib.scepcore_status_kind(status)](message)
    return status


def view(data):
    """Return (pointer, length) of anything with the buffer protocol; nothing is copied."""
    buffer = ffi.from_buffer(data)
    return ffi.cast("uint8_t *", buffer), len(buffer), buffer


def view_writable(data):
    """As view, for a buffer that will be written."""
    try:
        buffer = ffi.from_buffer(data, require_writable=True)
    except BufferError:
        raise TypeError("the buffer is read-only") from None
    return ffi.cast("uint8_t *", buffer), len(buffer), buffer


def name_of(text):
    """Return (pointer, length) of a name given as str."""
    if not isinstance(text, str):
        raise TypeError("a name is a str")
    data = text.encode()
    return data, len(data)


class Memory:
    """C memory that is wiped when the object goes; the base of all that may hold a secret.

    Invariant: _c points to _size bytes that this object owns.
    """

    __slots__ = ("_c", "_owner", "_size")

    def _allocate(self, kind, size=None):
        """Take `size` bytes (default: the size of the type) of zeros as `kind *`."""
        self._size = ffi.sizeof(kind) if size is None else size
        self._owner = ffi.new("uint64_t[]", (self._size + 7) // 8)
        self._c = ffi.cast(kind + " *", self._owner)

    def wipe(self):
        """Erase what the object holds; idempotent. Everything else raises Error afterwards."""
        raise NotImplementedError

    def __del__(self, wipe=lib.scepcore_wipe):
        """Wipe, if wipe() was forgotten (`lib` may be gone when the interpreter ends)."""
        if getattr(self, "_c", None) is not None:
            wipe(self._c, self._size)

    def __copy__(self):
        """Secrets are not copied."""
        raise TypeError("this object cannot be copied")

    def __deepcopy__(self, memo):
        """Secrets are not copied."""
        raise TypeError("this object cannot be copied")

    def __reduce__(self):
        """Secrets are not pickled."""
        raise TypeError("this object cannot be pickled")
