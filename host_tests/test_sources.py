"""tools/sources against a small Debian archive of our own on disk, through the real apt."""

import hashlib
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "tools" / "sources"
sys.path.insert(0, str(ROOT / "tools"))

from thirdparty import SourcesError, archive, lock  # noqa: E402


def tarball(files, top="thing-1.0"):
    """Return a .tar.gz of {name: text} under one top folder."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(f"{top}/{name}")
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


GOOD = tarball({"a.c": "int a;\n", "sub/b.c": "int b;\n"})
OTHER = tarball({"a.c": "int evil;\n"})
NAME = "thing_1.0.orig.tar.gz"


class World:
    """A build folder, an archive with suites, a lock file and an apt configuration."""

    def __init__(self, tmp):
        self.tmp = tmp
        self.build = tmp / "build"
        self.archive = tmp / "archive"
        self.lock = tmp / "sources.lock"
        self.etc = tmp / "etc"
        (self.etc / "sources.list.d").mkdir(parents=True)
        (self.etc / "sources.list").write_text(f"deb copy:{self.archive} stable main\n")
        self.folder = self.build / "src" / "thing"

    def publish(self, suite, data=GOOD, name=NAME, in_pool=True):
        """Make `suite` announce (and, if in_pool, serve) the source package `thing`."""
        pool = self.archive / "pool" / suite
        pool.mkdir(parents=True, exist_ok=True)
        if in_pool:
            (pool / name).write_bytes(data)
        index = (
            f"Package: thing\nBinary: thing\nVersion: 1.0-1\nFormat: 3.0 (quilt)\n"
            f"Maintainer: Nobody <nobody@example.org>\nArchitecture: any\n"
            f"Directory: pool/{suite}\n"
            f"Files:\n {hashlib.md5(data).hexdigest()} {len(data)} {name}\n"
            f" {'0' * 32} 7 thing_1.0-1.dsc\n"
            f"Checksums-Sha256:\n {sha256(data)} {len(data)} {name}\n"
            f" {'0' * 64} 7 thing_1.0-1.dsc\n\n"
        )
        self.index(suite, "main/source/Sources", index.encode())

    def index(self, suite, name, data):
        folder = self.archive / "dists" / suite
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        (folder / "Release").write_text(
            f"Suite: {suite}\nCodename: {suite}\nArchitectures: amd64\nComponents: main\n"
            "Date: Thu, 01 Jan 2026 00:00:00 UTC\n"
            f"SHA256:\n {sha256(data)} {len(data)} {name}\n"
        )

    def write_lock(self, suites=("stable",), digest=None, name=NAME, more=""):
        self.lock.write_text(
            '[thing]\nkind = "source"\ngroup = "base"\npackage = "thing"\nversion = "1.0"\n'
            f'suites = {list(suites)!r}\nenv = "THING_DIR"\nfolder = "src/thing"\n'
            f'files.all = {{ name = "{name}", size = {len(GOOD)}, '
            f'sha256 = "{digest or sha256(GOOD)}" }}\n{more}'
        )

    def run(self, *names, **environment):
        """Run the tool; return (exit status, output, error output)."""
        result = subprocess.run(
            [SOURCES, "--build", self.build, "--lock", self.lock, "--apt", self.etc, *names],
            env=dict(os.environ, **environment),
            capture_output=True,
            text=True,
            check=False,
        )
        return result.returncode, result.stdout, result.stderr

    def litter(self):
        """Return what a broken run left behind: partial downloads, half unpacked folders."""
        found = [*self.build.glob("src/.*"), *self.build.glob("src/*.old")]
        return found + [*self.build.glob("downloads/.*"), *self.build.glob("src/*.link")]


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_it_fetches_verifies_unpacks_and_then_does_nothing(world):
    world.publish("stable")
    world.write_lock()
    status, out, err = world.run()
    assert (status, err) == (0, "")
    assert "fetching thing 1.0" in out and "MiB" in out and "SHA-256 as locked" in out
    assert (world.folder / "sub" / "b.c").read_text() == "int b;\n"
    assert world.litter() == []
    assert world.run() == (0, "", "")


def test_when_all_is_in_place_neither_archive_nor_apt_is_needed(world):
    world.publish("stable")
    world.write_lock()
    world.run()
    (world.etc / "sources.list").unlink()
    for path in sorted(world.archive.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert world.run() == (0, "", "")


def test_an_unpacked_folder_that_was_lost_comes_from_the_kept_download(world):
    world.publish("stable")
    world.write_lock()
    world.run()
    (world.etc / "sources.list").unlink()
    (world.folder / ".microscep-source").unlink()
    status, out, err = world.run()
    assert status == 0 and "fetching" not in out, err
    assert (world.folder / "a.c").exists()


@pytest.mark.parametrize(
    "publish, expected",
    [
        ({"data": OTHER}, "is not the file that the lock names"),
        ({"in_pool": False}, "thing"),
        ({"name": "thing_1.1.orig.tar.gz"}, "stable: has thing_1.1.orig.tar.gz"),
    ],
    ids=["wrong hash", "announced but not served", "another version"],
)
def test_a_failure_is_one_sentence_and_leaves_nothing_behind(world, publish, expected):
    world.publish("stable", **publish)
    world.write_lock()
    status, _, err = world.run()
    assert status == 1
    assert err.count("\n") == 1 and expected in err and NAME in err
    assert "set THING_DIR to a folder that holds it" in err
    assert not world.folder.exists() and world.litter() == []
    assert not (world.build / "downloads" / NAME).exists()


def test_a_failed_update_keeps_the_sources_that_were_there(world):
    world.publish("stable")
    world.write_lock()
    world.run()
    world.write_lock(digest=sha256(OTHER))
    status, _, err = world.run()
    assert status == 1 and "is not the file" in err
    assert (world.folder / "a.c").read_text() == "int a;\n"


def test_a_new_lock_replaces_the_folder_whole(world):
    world.publish("stable")
    world.write_lock()
    world.run()
    world.publish("stable", data=OTHER)
    world.write_lock(digest=sha256(OTHER))
    (world.build / "apt" / "stable-source" / "updated").unlink()
    status, _, err = world.run()
    assert status == 0, err
    assert (world.folder / "a.c").read_text() == "int evil;\n"
    assert not (world.folder / "sub").exists() and world.litter() == []


def test_suites_are_tried_in_order_until_one_serves_the_locked_file(world):
    world.publish("first", in_pool=False)
    world.publish("second", data=OTHER)
    world.publish("third")
    world.write_lock(suites=("none", "first", "second", "third"))
    status, _, err = world.run()
    assert status == 0, err
    assert (world.folder / "a.c").read_text() == "int a;\n"


def test_when_no_suite_serves_it_each_is_named_with_its_reason(world):
    world.publish("first", in_pool=False)
    world.publish("second", data=OTHER)
    world.write_lock(suites=("none", "first", "second"))
    status, _, err = world.run()
    assert status == 1
    for words in (
        "none: its index is not to be had",
        "first: ",
        "second: thing_1.0.orig.tar.gz is",
    ):
        assert words in err
    assert "://" not in err and "copy:" not in err


BROKEN = {
    "cut short": GOOD[: len(GOOD) // 2],
    "no tarball": b"nothing of the kind",
    "leaves its folder": tarball({"../../evil.c": "int evil;\n"}),
    "absolute": tarball({"evil.c": "x"}, top="/tmp/thing"),
}


@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_tarball_that_cannot_be_unpacked_whole_leaves_no_folder(world, data):
    world.publish("stable", data=data)
    world.write_lock(digest=sha256(data))
    status, _, err = world.run()
    assert status == 1 and "cannot be unpacked" in err and err.count("\n") == 1
    assert not world.folder.exists() and world.litter() == []
    assert not (world.build.parent / "evil.c").exists()


def test_what_a_killed_run_left_is_replaced(world):
    world.publish("stable")
    world.write_lock()
    world.folder.mkdir(parents=True)
    (world.folder / "half.c").write_text("")
    (world.build / "src" / ".thing.unpacking").mkdir()
    (world.build / "src" / ".thing.unpacking" / "half.c").write_text("")
    status, _, err = world.run()
    assert status == 0, err
    assert not (world.folder / "half.c").exists() and world.litter() == []


def test_an_own_checkout_is_linked_and_never_written(world):
    world.publish("stable")
    world.write_lock()
    own = world.tmp / "own"
    own.mkdir()
    (own / "mine.c").write_text("int mine;\n")
    status, out, _ = world.run(THING_DIR=str(own))
    assert status == 0 and "using THING_DIR" in out
    assert world.folder.is_symlink() and (world.folder / "mine.c").exists()
    assert world.run(THING_DIR=str(own)) == (0, "", "")
    assert world.run()[0] == 0
    assert not world.folder.is_symlink() and (world.folder / "a.c").exists()
    assert [path.name for path in own.iterdir()] == ["mine.c"]


def test_an_own_checkout_that_is_not_there_is_said_and_keeps_the_rest(world):
    world.publish("stable")
    world.write_lock()
    world.run()
    status, _, err = world.run(THING_DIR=str(world.tmp / "nowhere"))
    assert status == 1 and "THING_DIR names" in err and "is not a folder" in err
    assert (world.folder / "a.c").exists() and not world.folder.is_symlink()


def test_a_binary_package_is_unpacked_without_being_installed(world):
    stage = world.tmp / "stage"
    (stage / "DEBIAN").mkdir(parents=True)
    (stage / "DEBIAN" / "control").write_text(
        "Package: tool\nVersion: 2.0-1\nArchitecture: all\nMaintainer: N <n@example.org>\n"
        "Description: x\n"
    )
    (stage / "usr" / "bin").mkdir(parents=True)
    (stage / "usr" / "bin" / "tool").write_text("#!/bin/sh\n")
    pool = world.archive / "pool"
    pool.mkdir(parents=True)
    subprocess.run(["dpkg-deb", "-b", stage, pool / "tool_2.0-1_all.deb"], check=True)
    data = (pool / "tool_2.0-1_all.deb").read_bytes()
    architecture = archive.architecture()
    world.index(
        "stable",
        f"main/binary-{architecture}/Packages",
        (
            "Package: tool\nVersion: 2.0-1\nArchitecture: all\nFilename: pool/tool_2.0-1_all.deb\n"
            f"Size: {len(data)}\nSHA256: {sha256(data)}\nDescription: x\n\n"
        ).encode(),
    )
    release = world.archive / "dists" / "stable" / "Release"
    release.write_text(release.read_text().replace("amd64", architecture, 1))
    world.lock.write_text(
        '[tool]\nkind = "deb"\ngroup = "demo"\npackage = "tool"\nversion = "2.0"\n'
        'suites = ["stable"]\nenv = "TOOL_DIR"\nfolder = "debs/tool"\n'
        f'files.{architecture} = {{ name = "tool_2.0-1_all.deb", size = {len(data)}, '
        f'sha256 = "{sha256(data)}" }}\n'
    )
    status, _, err = world.run("demo")
    assert status == 0, err
    assert (world.build / "debs" / "tool" / "usr" / "bin" / "tool").exists()


@pytest.mark.parametrize(
    "text, names, expected",
    [
        ("[thing", [], "cannot be read"),
        ('[thing]\nkind = "source"\n', [], "lacks the field"),
        (None, ["nothing"], "no source or group named nothing"),
    ],
)
def test_a_wrong_lock_or_name_is_said(world, text, names, expected):
    world.write_lock()
    if text is not None:
        world.lock.write_text(text)
    status, _, err = world.run(*names)
    assert status == 1 and expected in err and "Traceback" not in err


DEB822 = """# a comment
Types: deb
URIs: {0}
Suites: bookworm bookworm-updates
Components: main

Types: deb
URIs: {0}-security
Suites: bookworm-security
Components: main
"""
ARCHIVES = [
    ("sources.list", "deb x:/debian bookworm main\n", ("x:/debian", None)),
    ("sources.list", "# deb x:/no bookworm main\ndeb [a=b c=d] x:/y trixie main\n", ("x:/y", None)),
    (
        "sources.list.d/debian.sources",
        DEB822.format("x:/debian"),
        ("x:/debian", "x:/debian-security"),
    ),
    ("sources.list.d/off.sources", "Enabled: no\nURIs: x:/y\nSuites: trixie\n", None),
    ("sources.list.d/other.list.disabled", "deb x:/y trixie main\n", None),
    ("sources.list", "deb x:/vendor nodistro/ \n", None),
]


@pytest.mark.parametrize("name, text, expected", ARCHIVES)
def test_the_archive_is_the_one_that_the_machine_uses(tmp_path, name, text, expected):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text(text)
    if expected is None:
        with pytest.raises(SourcesError, match="names no Debian archive"):
            archive.machine_archives(str(tmp_path))
    else:
        assert archive.machine_archives(str(tmp_path)) == expected


def test_the_lock_of_the_tree_is_whole():
    items = lock.read(ROOT / "tools" / "sources.lock", "amd64")
    assert {"micropython", "bearssl", "lwip", "scep-2.3", "scep-2.1"} <= set(items)
    for item in items.values():
        assert item.file and item.size > 10000 and int(item.sha256, 16)
    assert [item.name for item in lock.select(items, ["base"])] == [
        "micropython",
        "bearssl",
        "lwip",
    ]
