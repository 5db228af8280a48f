"""A TLS client connection without a transport.

For scepcore's users; the docstrings that count stand in scepcore.pyi.
"""

from .native import Memory, check, ffi, lib, view, view_writable
from .rsa import _generator


@ffi.def_extern(onerror=lambda *_: 0)
def host_judge(arg, chain, length):
    """Hand the chain to the connection that asked; an exception refuses it."""
    return ffi.from_handle(arg).judged(bytes(ffi.buffer(chain, length)))


class _Judge:
    """What the engine calls back to: apart from the connection, which would keep itself alive."""

    __slots__ = ("judge", "raised")

    def __init__(self, judge):
        self.judge, self.raised = judge, None

    def judged(self, chain):
        try:
            return 1 if self.judge(chain) else 0
        except BaseException as error:
            self.raised = error
            return 0


def tls(host, judge, key=None, chain=(), legacy=False, buffer=16709, chain_size=4096):
    """Start a TLS client's handshake."""
    return TLS(host, judge, key, chain, legacy, buffer, chain_size)


class TLS(Memory):
    """A TLS client."""

    __slots__ = ("_buffer", "_handle", "_judge", "_keep")

    def __init__(self, host, judge, key, chain, legacy, buffer, chain_size):
        """Start a handshake."""
        if not 0 <= chain_size <= buffer <= 0x10000:
            check(lib.SCEPCORE_E_TLS_BUFFER)
        self._judge = _Judge(judge)
        self._allocate("scepcore_tls")
        self._handle = ffi.new_handle(self._judge)
        self._buffer = ffi.new("uint8_t[]", buffer)
        name = ffi.NULL if host is None else ffi.new("char[]", host.encode())
        flags = lib.SCEPCORE_TLS_LEGACY if legacy else 0
        check(
            lib.scepcore_tls_start(
                self._c, self._buffer, buffer, chain_size, _generator(), name, flags,
                lib.host_judge, self._handle,
            )
        )  # fmt: skip
        self._keep = None
        if key is not None:
            views = [view(der) for der in chain]
            self._keep = (key, views)
            ders = ffi.new("uint8_t *[]", [each[0] for each in views] or [ffi.NULL])
            lens = ffi.new("size_t[]", [each[1] for each in views] or [0])
            check(lib.scepcore_tls_identity(self._c, key._c, ders, lens, len(views)))

    def state(self):
        """Return the state's bits."""
        return lib.scepcore_tls_state(self._c)

    def pull(self, out):
        """Take records to send."""
        data, size, keep = view_writable(out)
        count = lib.scepcore_tls_pull(self._c, data, size)
        ffi.release(keep)
        return count

    def push(self, data):
        """Hand over records that came."""
        start, size, keep = view(data)
        count = lib.scepcore_tls_push(self._c, start, size)
        # A view that lives on in an exception's frames breaks the collector's count of exports.
        ffi.release(keep)
        raised, self._judge.raised = self._judge.raised, None
        if raised is not None:
            raise raised
        return count

    def read(self, out):
        """Take application data."""
        data, size, keep = view_writable(out)
        count = lib.scepcore_tls_read(self._c, data, size)
        ffi.release(keep)
        return count

    def write(self, data):
        """Hand over application data."""
        start, size, keep = view(data)
        count = lib.scepcore_tls_write(self._c, start, size)
        ffi.release(keep)
        return count

    def flush(self):
        """Send what was written now."""
        lib.scepcore_tls_flush(self._c)

    def close(self):
        """Begin an orderly end."""
        lib.scepcore_tls_close(self._c)

    def error(self):
        """Return what ended the connection."""
        return lib.scepcore_tls_error(self._c)

    def agreed(self):
        """Return (version, suite)."""
        return lib.scepcore_tls_version(self._c), lib.scepcore_tls_suite(self._c)

    def wipe(self):
        """Erase the connection."""
        lib.scepcore_tls_wipe(self._c)
        lib.scepcore_wipe(self._buffer, ffi.sizeof(self._buffer))
