"""Fuzz the reading of an SNTP answer, against the fields as struct sees them.

The input is the build date's distance (one octet), the request's nonce, and the answer.
"""

import struct

import target

with target.instrumented():
    from phone import sntp

BUILD = 1764000000
YEAR = 31557600


def check(data):
    pivot, nonce, answer = BUILD + data[0] % 40 * YEAR if data else BUILD, data[1:9], data[9:]
    if data and data[0] >= 128:  # half of the inputs answer what was asked
        answer = answer[:24] + nonce + answer[32:]
    time, wrong = sntp.read(memoryview(answer), nonce, pivot)
    assert (time is None) != (wrong is None)
    if time is None:
        return
    first, stratum, stamp = answer[0], answer[1], answer[40:48]
    seconds, fraction = struct.unpack(">II", stamp)
    assert first & 7 == 4 and first >> 6 != 3 and 1 <= stratum <= 15
    assert answer[24:32] == nonce and (seconds or fraction)
    assert pivot <= time < pivot + (1 << 32)
    assert (time + 2208988800 - seconds) % (1 << 32) == 0


if __name__ == "__main__":
    target.run(check)
