"""Fuzz scep.caps: any answer to GetCACaps is a set of capabilities; nothing is raised."""

import target

with target.instrumented():
    from scep import caps

KEYWORDS = {
    b"aes", b"des3", b"getnextcacert", b"postpkioperation", b"renewal", b"sha-1", b"sha-224",
    b"sha-256", b"sha-384", b"sha-512", b"scepstandard", b"update",
}  # fmt: skip


def check(data):
    found = caps.parse(data)
    assert 0 <= found < 1 << 12
    # an independent reading: whole lines, blanks and NULs around them, any letter case
    lines = data.replace(b"\r", b"\n").split(b"\n")
    words = {line.strip(b" \t\0").lower() for line in lines}
    names = {name.lower().encode() for name in caps.names(found)}
    assert names == words & KEYWORDS, (names, words)


if __name__ == "__main__":
    target.run(check)
