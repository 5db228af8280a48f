"""OpenSSL's own decoders, called in process: does it read what we read, with equal fields?"""

import ctypes
import ctypes.util

_lib = ctypes.CDLL(ctypes.util.find_library("crypto"))
_VOID = ctypes.c_void_p


def _function(name, *arguments, returns=_VOID):
    function = getattr(_lib, name)
    function.argtypes, function.restype = arguments, returns
    return function


class Decoder:
    """d2i_NAME and NAME_free of one structure."""

    def __init__(self, name):
        self._read = _function("d2i_" + name, _VOID, ctypes.POINTER(_VOID), ctypes.c_long)
        self._free = _function(name + "_free", _VOID, returns=None)

    def __call__(self, data, use):
        """Return use(pointer) for DER bytes; AssertionError if OpenSSL does not read them."""
        buffer = ctypes.create_string_buffer(data, len(data))
        at = _VOID(ctypes.addressof(buffer))
        pointer = self._read(None, ctypes.byref(at), len(data))
        assert pointer, "OpenSSL does not read it: " + _errors()
        assert at.value == ctypes.addressof(buffer) + len(data), "OpenSSL reads only a part"
        try:
            return use(pointer)
        finally:
            self._free(pointer)


def encoded(name):
    """Return a function that encodes a structure at a pointer: i2d_NAME."""
    write = _function("i2d_" + name, _VOID, ctypes.POINTER(_VOID), returns=ctypes.c_int)

    def function(pointer):
        out = _VOID(None)
        size = write(pointer, ctypes.byref(out))
        assert size > 0
        return ctypes.string_at(out.value, size)

    return function


def getter(name):
    """Return a function that follows one pointer to another: X509_get0_..."""
    return _function(name, _VOID)


_NEXT_ERROR = _function("ERR_get_error", returns=ctypes.c_ulong)
_ERROR_TEXT = _function("ERR_error_string", ctypes.c_ulong, _VOID, returns=ctypes.c_char_p)


def _errors():
    """Return OpenSSL's own words, the oldest error first, and clear them."""
    found = []
    while code := _NEXT_ERROR():
        found.append(_ERROR_TEXT(code, None).decode())
    return "; ".join(found)


# the string types of attribute values that OpenSSL reads (B_ASN1_PRINTABLE in its asn1.h); values
# of other types are an ANY that we do not look into
NAME_VALUES = (0x0C, 0x12, 0x13, 0x14, 0x16, 0x1C, 0x1E)


def reads_name(data):
    """Return whether all values of a Name are of types that OpenSSL reads."""
    from scep import names
    from scep.der import Reader

    rdns = Reader(data).enter()
    while not rdns.empty():
        if any(value[0] not in NAME_VALUES for _, value in names._attributes(rdns)):
            return False
    return True


certificate = Decoder("X509")
crl = Decoder("X509_CRL")
ocsp_response = Decoder("OCSP_RESPONSE")
name = encoded("X509_NAME")
integer = encoded("ASN1_INTEGER")
time = encoded("ASN1_TIME")
