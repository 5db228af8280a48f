"""The licences in an image: all that the linker took is named, in its owners' own words."""

import re
from pathlib import Path

import pytest

import licences
from tools.releasing import contents
from tools.thirdparty import lock

ROOT = Path(__file__).resolve().parent.parent
# What a part of the link map's paths means.
PIECES = (
    (r"/lib/libm/|/libm_dbl/", "fdlibm"),
    (r"/lib/tinyusb/|/tinyusb/", "TinyUSB"),
    (r"/pico-sdk/", "Pico SDK"),
    (r"/bearssl/", "BearSSL"),
    (r"/obj/src/(core|netif)/|/lwip/", "lwIP"),
    (r"libgcc\.a", "libgcc"),
    (r"arm-none-eabi/lib/.*/lib[cg]\.a", "newlib"),
)
# Where the owners' own words stand.
TEXTS = {
    "MicroPython": "build/src/micropython/LICENSE",
    "BearSSL": "build/src/bearssl/LICENSE.txt",
    "lwIP": "build/src/lwip/COPYING",
    "microscep": "LICENSE",
}


def pieces(name):
    """Return the names of COMPONENTS that the link map of a board shows."""
    text = (ROOT / "build" / name / "firmware.map").read_text(encoding="utf-8", errors="replace")
    # Sections that were placed: an address other than 0.
    placed = re.findall(r"0x(?!0+ )[0-9a-f]{8,16} +0x(?!0 )[0-9a-f]+ (\S+)", text)
    return {name for path in set(placed) for pattern, name in PIECES if re.search(pattern, path)}


@pytest.mark.parametrize(
    "name", ["UNIX", "NOE", pytest.param("W5500_EVB_PICO", marks=pytest.mark.check)]
)
def test_what_the_linker_took_is_named(name):
    named = {row[0] for row in licences.linked(contents.linked(ROOT, name))}
    assert pieces(name) | {"microscep", "MicroPython"} == named


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_texts_are_their_owners_words(name):
    row = next(row for row in licences.COMPONENTS if row[0] == name)
    words = re.sub(r"[^a-z0-9]+", " ", (ROOT / TEXTS[name]).read_text(encoding="utf-8").lower())
    body = re.sub(r"[^a-z0-9]+", " ", row[4].lower()).strip()
    assert body in words
    years = re.search(r"\d{4}", row[2])[0]
    assert years in words


def test_versions_are_those_of_the_lock():
    names = {"MicroPython": "micropython", "BearSSL": "bearssl", "lwIP": "lwip"}
    entries = lock.read(ROOT / "tools" / "sources.lock", "amd64")
    for name, version, *_ in licences.COMPONENTS:
        if name in names:
            assert entries[names[name]].version == version


def test_a_text_is_said_once_and_all_holders_are_named():
    text = licences.text(["lwIP", "fdlibm"])
    assert text.count("Permission is hereby granted, free of charge") == 1
    for holder in ("microscep authors", "Damien P. George", "Thomas Pornin", "Swedish Institute"):
        assert holder in text
    assert "TinyUSB" not in text
