"""The dates of HTTP's header fields, in int seconds since 1970-01-01 UTC.

For http_response.py (Retry-After).  RFC 9110 section 5.6.7: three forms, all to be read.
"""

from scep import asn1time, is_number

_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


def parse(text):
    """Return the seconds of an HTTP-date (str), or None where it is none.

    `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
    """
    for mark in ",-:":
        text = text.replace(mark, " ")
    words = text.split()
    if len(words) < 7:
        return None
    if is_number(words[1], 4):
        day, month, year, hour, minute, second = words[1:7]
    else:
        month, day, hour, minute, second, year = words[1:7]
    numbers = (year, day, hour, minute, second)
    at = _MONTHS.find(month)
    if len(month) != 3 or at % 3 or not all(is_number(n, 4) for n in numbers):
        return None
    year = int(year)
    if year < 100:
        year += 1900 if year >= 70 else 2000
    try:
        return asn1time.seconds(year, at // 3 + 1, int(day), int(hour), int(minute), int(second))
    except ValueError:
        return None
