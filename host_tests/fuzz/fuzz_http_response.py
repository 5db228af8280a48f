"""Fuzz the HTTP response parser: the same outcome at every chunking, within its limits."""

import target

with target.instrumented():
    from errors import Error
    from scep.http_response import Response

LIMIT = 1000


def outcome(data, step):
    response = Response(LIMIT)
    try:
        for at in range(0, len(data), step):
            piece = memoryview(data)[at : at + step]
            response.feed(piece, len(piece))
            if response.done():
                break
        if not response.done():
            response.finish()
    except Error as error:
        assert error.code in ("http-format", "too-large"), error.code
        return error.code
    assert len(response.body) <= LIMIT and len(response.excerpt) <= 256
    return (response.status, bytes(response.body), response.location, response.retry_after)


def check(data):
    first = outcome(data, 1)
    for step in (3, 64, 100000):
        assert outcome(data, step) == first


if __name__ == "__main__":
    target.run(check)
