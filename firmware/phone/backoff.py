"""When to try again: exponential back-off with full jitter, bounded, Retry-After honoured.

For the scheduler of main.py and tools/fleet. ACCEPTANCE.md section 5 (the figures that these
constants must give).
"""

BASE = 60  # seconds: the first wait is uniform in 0..BASE, or in 0..1.5 x scep_spread if longer
LIMIT = 3600  # seconds: no wait is drawn from a longer span
RETRY_AFTER_LIMIT = 86400  # a server that asks for more is not believed
PER_DAY = 48  # attempts in 24 hours; beyond it the wait is a whole LIMIT


def wait(failures, uniform, retry_after=None, spread=0):
    """Return the seconds to wait after `failures` failures in a row (1 or more).

    uniform: function (n) -> int in 0..n, from the set's generator: sets that fail together must
    not come back together. retry_after: seconds that the server asked for, or None; what it asks
    for is waited at least, and the jitter comes on top. spread: scep_spread in seconds, the admin's
    measure of the fleet: who failed once met a server that could not take the first wave, so the
    next wave is half as long again.
    """
    base = max(BASE, spread + spread // 2)
    if failures >= PER_DAY:
        span, floor = LIMIT, LIMIT
    else:
        # shifts beyond 16 are far over LIMIT; a long outage must not make big integers
        span, floor = min(LIMIT, base << min(failures - 1, 16)), 0
    if retry_after is not None:
        floor = max(floor, min(max(retry_after, 0), RETRY_AFTER_LIMIT))
    return floor + uniform(span)


def asked(evidence, now):
    """Return the seconds that a server asked for, None if it did not.

    evidence: an Error's, that of scep.http_response where a server refused; now: int seconds
    since 1970, None without a clock.
    """
    if not isinstance(evidence, dict):
        return None
    moment = evidence.get("retry_at")
    if evidence.get("retry_after") is None and moment is not None and now is not None:
        return moment - now
    return evidence.get("retry_after")


def uniform(random):
    """Return a function (n) -> int in 0..n over random(k) -> k bytes, without bias."""

    def draw(n):
        bound = n + 1
        limit = 0x1000000 // bound * bound
        while True:
            raw = random(3)
            value = raw[0] << 16 | raw[1] << 8 | raw[2]
            if value < limit:
                return value % bound

    return draw
