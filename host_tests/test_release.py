"""`make release`: two clones of one commit give the same bytes; the bill says what is in them."""

import hashlib
import json
import os
import shutil
import subprocess

import pytest

from clones import clone
from set_driver import ROOT
from tools.releasing import contents

BOARDS = ("NOE", "UNIX")


def release(folder):
    """Run `make release` for two boards there; return the CompletedProcess."""
    return subprocess.run(
        ["make", "release", "BOARDS=" + " ".join(BOARDS)],
        cwd=folder, capture_output=True, text=True, timeout=900, stdin=subprocess.DEVNULL,
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
    )  # fmt: skip


def files(folder):
    """Return {name: bytes} of a release."""
    return {path.name: path.read_bytes() for path in (folder / "build" / "release").iterdir()}


@pytest.fixture(name="two", scope="module")
def _two(tmp_path_factory):
    """Two clones in folders of other names and lengths, and what each released."""
    found = []
    base = tmp_path_factory.mktemp("release")
    folders = [clone(base / name) for name in ("a", "another-place/of-another-length")]
    for folder in folders:
        done = release(folder)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        found.append((folder, files(folder)))
    yield found
    for folder, _ in found:
        shutil.rmtree(folder)


@pytest.mark.check
def test_two_clones_give_the_same_bytes(two):
    (_, one), (_, other) = two
    assert sorted(one) == sorted(other)
    assert [name for name in one if one[name] != other[name]] == []


@pytest.mark.check
def test_the_sums_cover_every_file_and_the_bill_every_image(two):
    _, found = two[0]
    sums = dict(reversed(line.split("  ")) for line in found["SHA256SUMS"].decode().splitlines())
    assert sums == {
        name: hashlib.sha256(data).hexdigest() for name, data in found.items() if name in sums
    }
    assert set(sums) == set(found) - {"SHA256SUMS"}
    bill = json.loads(next(data for name, data in found.items() if name.endswith(".cdx.json")))
    listed = {part["name"]: part for part in bill["components"]}
    for name in found:
        if name.endswith((".elf", ".uf2", ".whl")):
            assert listed[name]["hashes"][0]["content"] == sums[name]
    needs = {row["ref"]: row.get("dependsOn", []) for row in bill["dependencies"]}
    elf = next(name for name in found if name.endswith("NOE.elf"))
    assert {"part:MicroPython", "part:BearSSL", "part:lwIP"} <= set(needs["file:" + elf])
    version = contents.version(ROOT)
    assert bill["metadata"]["component"]["version"] == version
    assert version.encode() in found[elf]
    assert b"Permission is hereby granted" in found[elf]
    assert b"Permission is hereby granted" in found["LICENCES.txt"]


@pytest.mark.check
def test_a_tree_with_uncommitted_changes_is_not_released(two):
    folder, _ = two[0]
    (folder / "firmware" / "errors.py").open("a").write("# changed\n")
    done = release(folder)
    assert done.returncode != 0
    assert "uncommitted changes" in done.stderr


def test_firmware_and_wheel_have_one_version():
    assert contents.version(ROOT).count(".") == 2


def test_two_versions_in_one_tree_are_refused(tmp_path):
    (tmp_path / "firmware" / "phone").mkdir(parents=True)
    (tmp_path / "firmware" / "phone" / "release.py").write_text('VERSION = "1.0.0"\n')
    (tmp_path / "pyproject.toml").write_text('version = "1.0.1"\n')
    with pytest.raises(contents.ReleaseError, match="two versions"):
        contents.version(tmp_path)
