"""ISO dates read: seconds since 1970 from text.

For the tests, under both Pythons.
"""

from scep import asn1time


def from_iso(text):
    """Return the seconds of `YYYY-MM-DDTHH:MM:SSZ` (T may be a blank, Z or all of the time absent).

    Raises ValueError.
    """
    text = text[:-1] if text[-1:] == "Z" else text
    if len(text) == 10:
        text += "T00:00:00"
    if len(text) != 19 or text[4] + text[7] + text[13] + text[16] != "--::" or text[10] not in "T ":
        raise ValueError("not a date and time: " + text)
    digits = text[:4] + text[5:7] + text[8:10] + text[11:13] + text[14:16] + text[17:]
    return asn1time.parse(digits.encode() + b"Z", True)
