"""The command line of tools/setctl: what is taken, where flags may stand, wrong usage is 2."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.setctl_host import arguments

SETCTL = Path(__file__).parent.parent / "tools" / "setctl"
BASE = ["--board", "NOE", "--flash", "f.img"]

# (name, arguments)
GOOD = (
    ("factory", ["factory"]),
    ("factory with all", ["factory", "--mac", "00:80:9f:59:e1:a0", "--ca", "dir"]),
    ("config", ["config", "scep_run=yes", "scep_url=http://{host}:1/scep"]),
    ("boot", ["boot", "--lanpbx", "f", "--dm", "g", "--until", "step=3", "--timeout", "9"]),
    ("enroll", ["enroll"]),
    ("renew", ["renew"]),
    ("poll", ["poll"]),
    ("rollover", ["rollover"]),
    ("check", ["check"]),
    ("getca", ["getca"]),
    ("getcaps", ["getcaps"]),
    ("getcrl", ["getcrl"]),
    ("getcert", ["getcert", "0aFF"]),
    ("status", ["status"]),
    ("cert", ["cert", "--chain"]),
    ("wipe", ["wipe"]),
    ("licences", ["licences"]),
    ("mmi", ["mmi"]),
    ("repl", ["repl"]),
    ("fault", ["fault", "memory"]),
)

# (name, whole command line)
BAD = (
    ("nothing", []),
    ("no command", BASE),
    ("unknown command", [*BASE, "format"]),
    ("unknown board", ["--board", "X", "--flash", "f", "status"]),
    ("no board", ["--flash", "f", "status"]),
    ("no flash", ["--board", "NOE", "status"]),
    ("unknown flag", [*BASE, "status", "--fast"]),
    ("abbreviated flag", [*BASE, "status", "--js"]),
    ("config without a pair", [*BASE, "config"]),
    ("config without a value", [*BASE, "config", "scep_run"]),
    ("short MAC", [*BASE, "factory", "--mac", "00809F"]),
    ("multicast MAC", [*BASE, "factory", "--mac", "01809F59E1A0"]),
    ("boot until when", [*BASE, "boot", "--until", "step=6"]),
    ("fault of which kind", [*BASE, "fault"]),
    ("serial not hex", [*BASE, "getcert", "xyz"]),
    ("time not ISO", [*BASE, "--time", "yesterday", "status"]),
    ("power cut at 0", [*BASE, "--power-cut", "0", "status"]),
    ("tiny heap", [*BASE, "--heap", "1", "status"]),
    ("negative seed", [*BASE, "--seed", "-1", "status"]),
)


@pytest.mark.parametrize(("name", "argv"), GOOD, ids=[row[0] for row in GOOD])
def test_each_command_is_taken_with_flags_before_and_after_it(name, argv):
    before = arguments.parse([*BASE, "--json", "--seed", "3", *argv])
    after = arguments.parse([*argv, "--json", "--seed", "3", *BASE])
    split = arguments.parse(["--board", "NOE", "--json", *argv, "--seed", "3", "--flash", "f.img"])
    assert vars(before) == vars(after) == vars(split)
    assert before.json and before.seed == 3 and before.board == "NOE" and before.flash == "f.img"


@pytest.mark.parametrize(("name", "argv"), BAD, ids=[row[0] for row in BAD])
def test_wrong_usage_ends_with_status_2(name, argv, capsys):
    with pytest.raises(SystemExit) as end:
        arguments.parse(argv)
    assert end.value.code == 2
    assert "setctl" in capsys.readouterr().err


def test_times_are_utc():
    assert arguments.parse([*BASE, "status", "--time", "2038-01-19T03:14:08Z"]).time == 1 << 31
    assert arguments.parse([*BASE, "status", "--time", "none"]).time == "none"
    assert arguments.parse([*BASE, "status"]).time is None


def test_the_program_itself_ends_with_2_and_with_0():
    assert subprocess.run([sys.executable, SETCTL, "status"], capture_output=True).returncode == 2
    assert subprocess.run([sys.executable, SETCTL, "--help"], capture_output=True).returncode == 0
