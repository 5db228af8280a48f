"""What the documents name exists: paths, tests, links, commands, keys, codes, tools."""

import argparse
import importlib
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import errors
from phone import config, lanpbx
from tools.configuring.files import judged
from tools.lab.profiles import PROFILES
from tools.setctl_host import arguments

ROOT = Path(__file__).resolve().parent.parent
ADMIN = ROOT / "tools" / "ADMIN.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
HOST = ROOT / "tools" / "hostclient" / "microscep"


def tracked(*patterns):
    """Return the tree's files (tracked or new, not what git ignores) as paths."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "-z", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted(
        ROOT / name for name in set(listed.split("\0")) if name and (ROOT / name).exists()
    )


DOCUMENTS = tracked("*.md")
NAMES = [str(path.relative_to(ROOT)) for path in DOCUMENTS]

# -- reading a document ----------------------------------------------------------------------------


def blocks(text):
    """Return the lines of indented code, dedented; a trailing backslash joins two."""
    joined = re.sub(r"\\\n\s+", "", text)
    # Code that stands deeper belongs to a list: four more than its marker.
    return [line[4:] for line in joined.split("\n") if re.match(r" {4}\S", line)]


def spans(text):
    """Return what stands between backticks outside of indented code, white space made one."""
    prose = "\n".join(line for line in text.split("\n") if not line.startswith("    "))
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", prose)]


def slug(heading):
    """Return the anchor that a heading gets where the documents are shown."""
    plain = re.sub(r"[`*\[\]]|\(.*?\.md.*?\)", "", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")


def table(text, heading):
    """Return the rows (lists of cells) of the first table behind a heading."""
    part = text.split(f"\n{heading}\n", 1)[1]
    rows = re.search(r"(^\|.*\n)+", part, re.M).group().strip().split("\n")[2:]
    return [[cell.strip() for cell in row.strip()[1:-1].split("|")] for row in rows]


# -- what is wrong with a document: each returns sentences -----------------------------------------


def wrong_links(path, text):
    """Links within the tree that lead nowhere, or to no heading."""
    found = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text.replace("\n", " ")):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        there = (path.parent / name) if name else path
        if not there.exists():
            found.append(f"link to {target}")
        elif anchor:
            whole = text if there == path else there.read_text(encoding="utf-8")
            if anchor not in {slug(h) for h in re.findall(r"^#+ (.*)", whole, re.M)}:
                found.append(f"link to heading {target}")
    return found


def wrong_paths(text):
    """Paths of the tree between backticks that are not there, and tests that no file holds."""
    found = []
    for span in spans(text):
        match = re.match(r"(?:firmware|boards|tools|host_tests|\.ci)/[\w./*<>-]*", span)
        if not match or "<" in match.group() or "NAME" in match.group():
            continue
        name = match.group().rstrip("./")
        there = sorted(ROOT.glob(name))
        if not there:
            found.append(f"path {name}")
        test = re.search(r"::(\w+)", span)
        if test and there and f"def {test.group(1)}(" not in there[0].read_text(encoding="utf-8"):
            found.append(f"test {span}")
    return found


def targets():
    """Return the names of make's targets, boards' among them."""
    names = set()
    for makefile in [ROOT / "Makefile", *tracked("*.mk")]:
        names |= set(re.findall(r"^([a-z][a-z0-9-]*):", makefile.read_text(encoding="utf-8"), re.M))
    later = re.search(r"^LATER = (.*)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    return names | set(later.group(1).split() if later else ())


TARGETS = targets()
BOARDS = {path.parent.name for path in (ROOT / "boards").glob("*/*.mk")}
PARSERS = {
    "labca": "tools.lab.commands",
    "wrap": "tools.sealing.commands",
    "mkconfig": "tools.configuring.commands",
    "callserver": "tools.desk.commands",
    "fleet": "tools.fleetsim.commands",
}


def wrong_make(words):
    """What is wrong with the words behind `make`."""
    found = []
    for word in words:
        name, equals, value = word.partition("=")
        if equals:
            if name == "BOARD" and value not in BOARDS | {"NAME", "X", "..."}:
                found.append(f"make BOARD={value}: no such board")
        elif re.fullmatch(r"[a-z][\w-]*", word) and word not in TARGETS:
            found.append(f"make {word}: no such target")
    return found


def whole_command(words):
    """Parse a complete command line of a tool; return what is wrong with it."""
    tool = words[0].removeprefix("tools/")
    try:
        if tool == "setctl":
            if "--help" not in words:
                arguments.parse(words[1:])
        elif tool in PARSERS:
            importlib.import_module(PARSERS[tool])._parser().parse_args(words[1:])
        else:
            return partial_command(words)
    except SystemExit as end:
        if end.code:
            return ["not accepted: " + " ".join(words)]
    return []


def options(parser, words):
    """Return (flags, values of those with choices, sub-commands) that a parser has for `words`."""
    flags, choices, commands = set(), {}, {}
    for action in parser._actions:
        flags |= set(action.option_strings)
        if isinstance(action, argparse._SubParsersAction):
            commands = action.choices
        elif action.choices:
            choices.update(dict.fromkeys(action.option_strings, set(action.choices)))
    for word in words:
        if word in commands:
            more = options(commands[word], [])
            return flags | more[0], choices | more[1], set(commands)
    return flags, choices, set(commands)


def partial_command(words):
    """Check sub-command, flags and choices of a command that prose names; return what is wrong."""
    tool = words[0].removeprefix("tools/")
    program = ROOT / "tools" / tool
    if not program.exists() and tool != "microscep":
        return [f"tools/{tool}: no such tool"]
    if tool in PARSERS:
        parser = importlib.import_module(PARSERS[tool])._parser()
        flags, choices, commands = options(parser, words[1:])
    elif tool == "microscep":
        text = (HOST / "command.py").read_text(encoding="utf-8")
        commands = set(re.findall(r'^    "([a-z]+)": "', text, re.M))
        flags, choices = set(re.findall(r'add_argument\("(--[a-z-]+)"', text)), {}
    elif tool == "setctl":
        flags, choices, commands = set(), {}, set(arguments.COMMANDS)
        for action in arguments._flags()._actions:
            flags |= set(action.option_strings)
        flags |= {"--mac", "--ca", "--lanpbx", "--dm", "--until", "--chain", "--help"}
    else:
        if not any(word.startswith("--") for word in words[1:]):
            return []
        done = subprocess.run([sys.executable, program, "--help"], capture_output=True, text=True)
        flags, choices, commands = set(re.findall(r"--[\w-]+", done.stdout)), {}, set()
    found = []
    for at, word in enumerate(words[1:], 1):
        after = words[at + 1] if at + 1 < len(words) else None
        if word.startswith("--") and word not in flags:
            found.append(f"{tool} has no {word}")
        elif after and word in choices and not after.isupper() and after not in choices[word]:
            found.append(f"{tool} {word} {after}")
    lower = len(words) > 1 and re.fullmatch("[a-z]+", words[1])
    if commands and lower and words[1] not in commands:
        found.append(f"{tool} has no command {words[1]}")
    return found


def wrong_commands(text):
    """Commands that make or the tools would refuse: whole ones in code, partial ones in prose."""
    found = []
    for line, check in [(x, whole_command) for x in blocks(text)] + [
        (x, partial_command) for x in spans(text)
    ]:
        line = re.sub(r"\s+#.*|\s{3,}.*", "", line.removeprefix("$ "))
        if line.startswith("make "):
            found += wrong_make(line.split()[1:])
        elif re.match(r"tools/\w+ |setctl |microscep ", line):
            found += check(shlex.split(line))
    return found


# -- the documents ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_document_names_only_what_is_there(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert wrong_links(ROOT / name, text) + wrong_paths(text) + wrong_commands(text) == []


BAD = (
    ("a broken link", "[x](nowhere.md)", "link to nowhere.md"),
    ("a missing heading", "# Here\n[x](#there)", "link to heading #there"),
    ("a missing file", "`firmware/scep/none.py`", "path firmware/scep/none.py"),
    (
        "a missing test",
        "`host_tests/test_docs.py::test_none`",
        "host_tests/test_docs.py::test_none",
    ),
    ("a missing target", "`make coffee`", "make coffee"),
    ("a missing board", "    make BOARD=NONE", "make BOARD=NONE"),
    ("a missing tool", "`tools/none --x`", "tools/none"),
    ("a flag that is not there", "`tools/labca serve --none`", "labca has no --none"),
    ("a profile that is not there", "`tools/labca serve --profile none`", "labca --profile none"),
    ("a command that is not there", "`tools/setctl none`", "setctl has no command none"),
    ("half a command", "    tools/setctl --board UNIX status", "not accepted"),
    ("a host's flag", "`microscep renew --none`", "microscep has no --none"),
    ("a host's command", "    microscep none --store x", "microscep has no command none"),
    ("a flag by help", "`tools/mkflash --none`", "mkflash has no --none"),
)


@pytest.mark.parametrize("what, text, said", BAD, ids=[row[0] for row in BAD])
def test_what_is_not_there_is_found(what, text, said):
    path = ROOT / "README.md"
    found = wrong_links(path, text) + wrong_paths(text) + wrong_commands(text)
    assert any(said in sentence for sentence in found), found


def test_every_error_code_is_explained():
    rows = table(ADMIN.read_text(encoding="utf-8"), "## Every error code, and what to do")
    assert [row[0].strip("`") for row in rows] == list(errors.HELP)
    assert all(len(row) == 3 and row[1] and row[2] for row in rows)


def test_every_configuration_key_is_in_the_table_with_its_values_and_default():
    rows = table(ADMIN.read_text(encoding="utf-8"), "## All keys")
    assert [row[0].strip("`") for row in rows] == [key for key, _kind, _default in config.KEYS]
    for (key, kind, default), row in zip(config.KEYS, rows, strict=True):
        assert row[2] == (default or ""), key
        if "|" in kind:
            assert row[1] == kind.replace("|", ", "), key
        elif ".." in kind:
            assert row[1] == kind.replace("..", " to "), key
        assert row[3], key


def test_configurations_in_the_page_hold_known_keys_and_the_first_one_is_valid():
    text = ADMIN.read_text(encoding="utf-8")
    lines = [line for line in blocks(text) if re.match(r"\w+=", line)]
    assert len(lines) > 30
    assert [line for line in lines if not config.known(line.partition("=")[0])] == []
    four = "\n".join(lines[:4])
    assert len(judged(four, lanpbx.Reader())) == 4


def test_every_pki_says_how_its_page_came_about_and_every_profile_stands_for_one():
    text = ADMIN.read_text(encoding="utf-8")
    part = text.split("\n## Your PKI\n")[1].split("\n## ")[0]
    sections = re.split(r"^### ", part, flags=re.M)[1:]
    marks = ("*Tried*", "*Stand-in*", "*By documentation*")
    assert [s.split("\n")[0] for s in sections if not any(m in s[:300] for m in marks)] == []
    assert [name for name in PROFILES if f"--profile {name}" not in part] == []


def test_every_tool_and_every_room_has_its_line_in_the_map():
    text = CONTRIBUTING.read_text(encoding="utf-8")
    names = {path.relative_to(ROOT / "tools").parts[0] for path in tracked("tools")}
    names = {name for name in names if not name.endswith((".mk", ".md"))}
    rooms = {f"tools/{name}" for name in names}
    rooms |= {f"firmware/{p.relative_to(ROOT / 'firmware').parts[0]}" for p in tracked("firmware")}
    quiet = {"firmware/main.py", "firmware/manifest.py"}
    missing = [r for r in sorted(rooms - quiet) if not re.search(f"`{re.escape(r)}[`/]", text)]
    assert missing == []


def test_every_board_has_a_page():
    assert [
        name for name in sorted(BOARDS) if not (ROOT / "boards" / name / "README.md").exists()
    ] == []


def test_every_cell_about_us_beside_other_clients_names_a_test():
    rows = table((ROOT / "README.md").read_text(encoding="utf-8"), "## Beside other SCEP clients")
    assert len(rows) > 6 and all(len(row) == 6 for row in rows)
    assert [row[0] for row in rows if "::test_" not in row[1]] == []
