"""PEM: the text armour around certificates, as configurations and tools carry it.

For configured anchors, `identity_cms`, setctl's output.
RFC 7468.
"""

import binascii

from scep.reader import DerError


def decode(text, label="CERTIFICATE"):
    """Return the DER (bytes) of each block with a label in text (str or bytes-like).

    What stands around the blocks is explanatory text (RFC 7468 section 2). DerError(`config`)
    for a block without an end or with broken base64.
    """
    if not isinstance(text, str):
        text = str(bytes(text), "utf-8")
    found = []
    for block in text.split("-----BEGIN " + label + "-----")[1:]:
        body, dashes, _ = block.partition("-----END " + label + "-----")
        try:
            if not dashes:
                raise ValueError
            found.append(binascii.a2b_base64("".join(body.split())))
        except ValueError:
            raise DerError("PEM block without an end or with broken base64", code="config")
    return found


def encode(data, label="CERTIFICATE"):
    """Return one PEM block (str), lines of 64 characters, for bytes-like DER."""
    lines = ["-----BEGIN " + label + "-----"]
    for at in range(0, len(data), 48):
        lines.append(str(binascii.b2a_base64(data[at : at + 48]), "ascii").strip())
    lines.append("-----END " + label + "-----\n")
    return "\n".join(lines)
