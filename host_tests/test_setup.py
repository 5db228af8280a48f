"""tools/setup and tools/passed: what a machine lacks, and what has passed on this very tree."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

PACKAGES = """# a comment
[demo]
gcc         why
openssl     why

[test: demo]
valgrind    why

[check: test]
openssl     again
"""
# Stands for the machine: `gcc` is installed, `gone` is in no archive, apt-get's calls are noted.
DPKG = """#!/bin/sh
for name in "$@"; do case $name in -*) ;; *)
    grep -qx "$name" {state} && echo "$name installed" || echo "$name not-installed" ;; esac; done
"""
APT = """#!/bin/sh
echo "$@" >> {calls}
case "$*" in
*update*) touch {lists} ;;
*install*)
    [ -e {lists} ] || {{ echo "E: Unable to locate package x"; exit 100; }}
    for name in "$@"; do case $name in -*|install) ;;
        gone) echo "E: Unable to locate package gone"; exit 100 ;;
        *) echo "$name" >> {state} ;; esac; done ;;
esac
"""


class Machine:
    """A PATH with a dpkg-query and an apt-get of our own, and a copy of tools/setup."""

    def __init__(self, tmp):
        self.tmp = tmp
        self.calls, self.lists, self.state = tmp / "calls", tmp / "lists", tmp / "state"
        self.state.write_text("gcc\n")
        (tmp / "bin").mkdir()
        (tmp / "tools").mkdir()
        names = {"state": self.state, "calls": self.calls, "lists": self.lists}
        self.program("bin/dpkg-query", DPKG.format(**names))
        self.program("bin/apt-get", APT.format(**names))
        self.program("bin/sudo", '#!/bin/sh\nshift\nexec "$@"\n')
        self.program("tools/setup", (ROOT / "tools" / "setup").read_text())
        (tmp / "tools" / "packages.txt").write_text(PACKAGES)

    def program(self, name, text):
        path = self.tmp / name
        path.write_text(text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def setup(self, *arguments, path=None, **environment):
        path = path or f"{self.tmp / 'bin'}:/usr/bin:/bin"
        result = subprocess.run(
            [sys.executable, self.tmp / "tools" / "setup", *arguments],
            env=dict(os.environ, PATH=path, **environment),
            capture_output=True,
            text=True,
            check=False,
        )
        return result.returncode, result.stdout, result.stderr

    def installed(self):
        return self.state.read_text().split()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.mark.parametrize(
    "tier, installed",
    [("demo", "gcc openssl"), ("test", "gcc openssl valgrind"), ("check", "gcc openssl valgrind")],
)
def test_a_tier_installs_what_is_missing_of_it_and_of_those_below(machine, tier, installed):
    machine.lists.touch()
    status, out, err = machine.setup(tier)
    assert (status, err) == (0, "")
    assert machine.installed() == installed.split()
    assert out.startswith(f"installing for {tier}: openssl")


def test_where_nothing_is_missing_apt_is_not_called(machine):
    machine.state.write_text("gcc\nopenssl\n")
    assert machine.setup("demo") == (0, "", "")
    assert not machine.calls.exists()


def test_a_fresh_machine_without_package_lists_gets_them(machine):
    assert machine.setup("demo")[0] == 0
    assert machine.installed() == ["gcc", "openssl"]


def test_a_package_that_cannot_be_had_is_named(machine):
    packages = machine.tmp / "tools" / "packages.txt"
    packages.write_text(PACKAGES.replace("valgrind ", "gone "))
    status, _, err = machine.setup("test")
    assert status == 1
    assert err == "tools/setup: apt could not install gone: Unable to locate package gone\n"


def test_a_machine_that_is_no_debian_is_told_what_to_do(machine):
    (machine.tmp / "bin" / "dpkg-query").unlink()
    status, _, err = machine.setup("demo", path=str(machine.tmp / "bin"))
    assert status == 1 and "MICROSCEP_NO_SETUP=1" in err
    assert machine.setup("demo", MICROSCEP_NO_SETUP="1") == (0, "", "")


@pytest.mark.parametrize("arguments", [(), ("nothing",), ("demo", "test")])
def test_wrong_usage_is_exit_status_2(machine, arguments):
    status, _, err = machine.setup(*arguments)
    assert status == 2 and "demo|test|check" in err


def test_the_list_of_the_tree_has_the_tiers_and_a_reason_for_each_package():
    text = (ROOT / "tools" / "packages.txt").read_text()
    tiers = [line for line in text.splitlines() if line.startswith("[")]
    assert [tier.strip("[]").split(":")[0] for tier in tiers] == [
        "demo",
        "test",
        "check",
        "soak",
        "bench",
        "npm",
    ]
    for line in text.splitlines():
        if line and line[0] not in "#[":
            assert len(line.split()) >= 2, f"no reason: {line}"


class Tree:
    """A git tree with a copy of tools/passed."""

    def __init__(self, tmp):
        self.tmp = tmp
        (tmp / "tools").mkdir()
        (tmp / "build").mkdir()
        (tmp / "tools" / "passed").write_text((ROOT / "tools" / "passed").read_text())
        (tmp / ".gitignore").write_text("/build/\n*.pyc\n")
        (tmp / "a.py").write_text("1\n")
        subprocess.run(["git", "init", "-q", tmp], check=True)
        subprocess.run(["git", "add", "-A"], cwd=tmp, check=True)

    def passed(self, *arguments):
        command = [sys.executable, self.tmp / "tools" / "passed", *arguments]
        return subprocess.run(command, capture_output=True, check=False).returncode


def change_content(tmp):
    (tmp / "a.py").write_text("2\n")


def add_file(tmp):
    (tmp / "b.py").write_text("")


def remove_file(tmp):
    (tmp / "a.py").unlink()


def make_executable(tmp):
    (tmp / "a.py").chmod(0o755)


def touch_only(tmp):
    os.utime(tmp / "a.py", (1, 1))


def build_something(tmp):
    (tmp / "build" / "x").write_text("")
    (tmp / "a.pyc").write_text("")


@pytest.mark.parametrize(
    "change, status",
    [
        (change_content, 1),
        (add_file, 1),
        (remove_file, 1),
        (make_executable, 1),
        (touch_only, 0),
        (build_something, 0),
    ],
)
def test_what_passed_counts_until_a_file_of_the_tree_changes(tmp_path, change, status):
    tree = Tree(tmp_path)
    assert tree.passed("check", "test") == 1
    assert tree.passed("record", "test") == 0
    assert tree.passed("check", "test") == 0
    assert tree.passed("check", "other") == 1
    change(tmp_path)
    assert tree.passed("check", "test") == status


def test_passed_says_wrong_usage(tmp_path):
    assert Tree(tmp_path).passed("know", "test") == 2
