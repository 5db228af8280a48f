"""The SCEP protocol library: DER and CMS at the bottom, the client's operations on top.

For phone/ and for host programs.  RFC 8894; it knows nothing of phones and key stores.
"""


def const(value):
    """Return `value`; MicroPython's compiler puts a private constant in place of its name."""
    return value


def is_number(text, most):
    """Tell whether a str is 1 to `most` ASCII digits: CPython's str.isdigit takes others, too."""
    return len(text) <= most and text.encode().isdigit()
