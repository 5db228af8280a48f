"""Calendar arithmetic and the ASN.1 time strings, in int seconds since 1970-01-01 UTC.

For certificates, CRLs, OCSP and CMS; 64-bit safe (notAfter 99991231235959Z is normal).
RFC 5280 section 4.1.2.5: always UTC, always with seconds, never a fraction.
"""

# RFC 5280 4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on
UTC_TIME_END = 2524608000
# 99991231235959Z, "no well-defined expiration date" (RFC 5280 4.1.2.5)
NEVER = 253402300799


def days(year, month, day):
    """Return the days from 1970-01-01 to a date of the proleptic Gregorian calendar."""
    # years that begin in March put the leap day last, so month lengths follow one formula
    if month < 3:
        year -= 1
        month += 12
    leaps = year // 4 - year // 100 + year // 400
    return 365 * year + leaps + (153 * (month - 3) + 2) // 5 + day - 719469


def seconds(year, month, day, hour=0, minute=0, second=0):
    """Return int seconds since 1970 of a UTC moment; ValueError if there is no such moment."""
    if not 1 <= month <= 12 or not 1 <= day <= month_days(year, month):
        raise ValueError("no such date")
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        raise ValueError("no such time of day")
    return ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second


def month_days(year, month):
    """Return the number of days of a month (1..12)."""
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31


def date(time):
    """Return (year, month, day, hour, minute, second) of int seconds since 1970."""
    day = time // 86400
    rest = int(time - day * 86400)
    # estimate the year from below, then step: at most two rounds
    year = 1970 + day * 400 // 146097
    while days(year + 1, 1, 1) <= day:
        year += 1
    while days(year, 1, 1) > day:
        year -= 1
    month = 12
    while days(year, month, 1) > day:
        month -= 1
    day = int(day - days(year, month, 1)) + 1
    return (year, month, day, rest // 3600, rest // 60 % 60, rest % 60)


def iso(time):
    """Return `2031-12-31T23:59:59Z` for int seconds since 1970."""
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % date(time)


def parse(body, generalized):
    """Return the seconds of the contents of a UTCTime or (generalized) a GeneralizedTime.

    body: bytes-like, `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`. Raises ValueError for any other form.
    """
    year = 4 if generalized else 2
    if len(body) != year + 11 or body[-1] != 0x5A:
        raise ValueError("time is not of the form that RFC 5280 allows")
    return _digits(body[:-1], year)


def form(time, generalized):
    """Return the contents of a UTCTime or GeneralizedTime (bytes) for int seconds since 1970."""
    text = "%04d%02d%02d%02d%02d%02dZ" % date(time)
    return (text if generalized else text[2:]).encode()


def _digits(body, year):
    """Read `year` digits of the year and five pairs; a two-digit year is 1950 to 2049."""
    if len(body) != year + 10:
        raise ValueError("time has a wrong length")
    pairs = []
    for at in range(0, year + 10, 2):
        tens, ones = body[at] - 0x30, body[at + 1] - 0x30
        if not (0 <= tens <= 9 and 0 <= ones <= 9):
            raise ValueError("time holds something else than digits")
        pairs.append(10 * tens + ones)
    if year == 4:
        century = pairs.pop(0)
        pairs[0] += 100 * century
    else:
        pairs[0] += 1900 if pairs[0] >= 50 else 2000
    return seconds(*pairs)
