"""PEM read: what the product writes and others hand over.

For the tests, under both Pythons; RFC 7468.
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
            raise DerError(
                "PEM block without an end or with broken base64", code="config"
            ) from None
    return found
