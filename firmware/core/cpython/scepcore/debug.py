"""Export of a private key's parts, for the test that they are found nowhere else.

For that test only: works in build/host-debug, where the C was compiled with SCEPCORE_DEBUG=1.
"""

from .native import ffi, lib


def private_parts(key):
    """Return the key's (p, q, dP, dQ, qInv) as int; AttributeError where the core cannot."""
    function = lib.scepcore_debug_parts
    out = ffi.new("uint8_t[]", 5 * 260)
    size = function(key._c, out)
    data, p, q = bytes(ffi.buffer(out, size)), key._c.plen, key._c.qlen
    cuts = [0, p, p + q, 2 * p + q, 2 * p + 2 * q, 3 * p + 2 * q]
    return tuple(int.from_bytes(data[cuts[i] : cuts[i + 1]], "big") for i in range(5))
