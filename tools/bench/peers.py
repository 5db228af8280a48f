"""Libraries that we did not write, measured beside ours.

For: tools/bench/bench.py. Not there yet on a machine: said, not hidden.
"""


def rows(key, quick):
    """Rows of bench.json of the foreign libraries that this machine can build or fetch."""
    print("left out: nettle, mbedtls, wolfssl, openssl (not fetched)")
    return []
