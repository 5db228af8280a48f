"""PEM: the text armour around certificates, as tools carry it.

For setctl's output.
RFC 7468.
"""

import binascii


def encode(data, label="CERTIFICATE"):
    """Return one PEM block (str), lines of 64 characters, for bytes-like DER."""
    lines = ["-----BEGIN " + label + "-----"]
    for at in range(0, len(data), 48):
        lines.append(str(binascii.b2a_base64(data[at : at + 48]), "ascii").strip())
    lines.append("-----END " + label + "-----\n")
    return "\n".join(lines)
