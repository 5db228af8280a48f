"""Collect the files of a release, each under a name that says what it is.

For tools/release. Nothing here depends on the machine, the folder or the day: two clones of one
commit give the same bytes.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

# What a board leaves in its build folder (boards/boards.mk), and may be released.
KINDS = ("firmware.elf", "firmware.uf2", "firmware.bin", "firmware.hex")


class ReleaseError(Exception):
    """One clear sentence for the user."""


def version(root):
    """Return the version of the tree at `root`, which firmware and wheel must agree on."""
    places = {
        "firmware/phone/release.py": r'^VERSION = "([^"]+)"',
        "pyproject.toml": r'^version = "([^"]+)"',
    }
    found = {}
    for name, pattern in places.items():
        found[name] = re.search(pattern, (root / name).read_text(encoding="utf-8"), re.M)[1]
    if len(set(found.values())) != 1:
        raise ReleaseError(f"two versions in one tree: {found}")
    return found[name]


def epoch(root):
    """Return SOURCE_DATE_EPOCH as boards/boards.mk sets it (str of seconds)."""
    text = (root / "boards" / "boards.mk").read_text(encoding="utf-8")
    return re.search(r"^export SOURCE_DATE_EPOCH := (\d+)", text, re.M)[1]


def linked(root, board):
    """Return the names of licences.COMPONENTS that a board adds (LINKED of its board.py)."""
    text = (root / "boards" / board / "board.py").read_text(encoding="utf-8")
    found = re.search(r"^LINKED = \((.*?)\)$", text, re.M | re.S)
    if found is None:
        raise ReleaseError(f"boards/{board}/board.py does not say what it links (LINKED)")
    return re.findall(r'"([^"]+)"', found[1])


def images(root, boards, folder, name):
    """Copy the images of `boards` into `folder`; return {file name: board}."""
    copied = {}
    for board in boards:
        made = [root / "build" / board / kind for kind in KINDS]
        made = [path for path in made if path.exists()]
        if not made:
            raise ReleaseError(f"{board} was not built: run `make BOARD={board}`")
        for path in made:
            target = f"{name}-{board}{path.suffix}"
            shutil.copyfile(path, folder / target)
            copied[target] = board
    return copied


def wheel(root, folder):
    """Build the wheel of the host command into `folder`; return its file name."""
    code = "import sys, backend; print(backend.build_wheel(sys.argv[1]))"
    path = root / "tools" / "hostclient"
    environment = dict(os.environ, PYTHONPATH=str(path), SOURCE_DATE_EPOCH=epoch(root))
    done = subprocess.run(
        [sys.executable, "-c", code, folder],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout[-2000:] + done.stderr[-2000:])
        raise ReleaseError("the wheel does not build")
    return done.stdout.splitlines()[-1]


def licence_texts(module, boards):
    """Return the licences of all boards' parts as one text.

    module: firmware/licences.py, imported; boards: {board: names it links}.
    """
    every = sorted({name for names in boards.values() for name in names})
    lines = [f"{board}: " + ", ".join(row[0] for row in module.linked(names))
             for board, names in sorted(boards.items())]  # fmt: skip
    return "\n".join(lines) + "\n\n" + module.text(every) + "\n"


def sums(folder):
    """Return the lines of SHA256SUMS over the files of `folder`, as sha256sum writes them."""
    lines = []
    for path in sorted(Path(folder).iterdir()):
        if path.name != "SHA256SUMS":
            lines.append(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n")
    return "".join(lines)
