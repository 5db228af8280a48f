"""The build backend of `pip install .`: a wheel with the client, the firmware and its C core.

For pip (PEP 517; named by pyproject.toml). It gathers the package in build/wheel and lets
setuptools make the wheel there. BEARSSL_DIR names BearSSL 0.6; without it tools/sources fetches it.
"""

import contextlib
import fcntl
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from setuptools import build_meta, dist

ROOT = Path(__file__).resolve().parents[2]
STAGE = ROOT / "build" / "wheel"
CORE = ROOT / "build" / "wheel-core"
_NOT_PYTHON = shutil.ignore_patterns("__pycache__", "*.md", "*.txt")


class UnsupportedOperation(Exception):
    """What this backend does not make (PEP 517)."""


def get_requires_for_build_wheel(config_settings=None):
    """Return what is needed beyond pyproject's build-system.requires: nothing."""
    return []


def get_requires_for_build_sdist(config_settings=None):
    """Return nothing: there is no sdist."""
    return []


def build_sdist(sdist_directory, config_settings=None):
    """Raise UnsupportedOperation: the tree itself is the source."""
    raise UnsupportedOperation("there is no sdist: install from the tree")


def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
    """Write the wheel's metadata; return its folder's name."""
    with _staged():
        return build_meta.prepare_metadata_for_build_wheel(metadata_directory, config_settings)


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """Build the wheel; return its file's name."""
    wheel_directory = os.path.abspath(wheel_directory)
    with _staged() as firmware:
        shutil.copytree(_core(), firmware / "scepcore", ignore=_NOT_PYTHON)
        # It holds a shared object: the wheel is for this kind of machine, not for any.
        dist.Distribution.has_ext_modules = lambda self: True
        return build_meta.build_wheel(wheel_directory, config_settings)


@contextlib.contextmanager
def _staged():
    """Gather the package without its core; the folder `_firmware`, the stage as current folder.

    One build at a time: a second one waits.
    """
    STAGE.parent.mkdir(exist_ok=True)
    lock = open(STAGE.with_name(".wheel.lock"), "w")  # noqa: SIM115 (held to the end)
    fcntl.flock(lock, fcntl.LOCK_EX)
    shutil.rmtree(STAGE, ignore_errors=True)
    package = STAGE / "microscep"
    shutil.copytree(ROOT / "tools" / "hostclient" / "microscep", package, ignore=_NOT_PYTHON)
    shutil.copy(ROOT / "tools" / "setctl_host" / "output.py", package)
    firmware = package / "_firmware"
    firmware.mkdir()
    for name in ("scep", "keystore", "phone"):
        shutil.copytree(ROOT / "firmware" / name, firmware / name, ignore=_NOT_PYTHON)
    for name in ("errors.py", "licences.py"):
        shutil.copy(ROOT / "firmware" / name, firmware)
    shutil.copy(ROOT / "boards" / "UNIX" / "board.py", firmware / "board_unix.py")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, STAGE)
    before = os.getcwd()
    os.chdir(STAGE)
    try:
        yield firmware
    finally:
        os.chdir(before)
        lock.close()


def _core():
    """Compile the C core and its binding for this Python; return the package's folder."""
    bearssl = Path(os.environ.get("BEARSSL_DIR", ROOT / "build" / "src" / "bearssl")).resolve()
    if not bearssl.is_dir():
        subprocess.run([sys.executable, ROOT / "tools" / "sources", "bearssl"], check=True)
    CORE.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["make", "-s", "-f", "firmware/core/library.mk", f"OUT={CORE}", f"BEARSSL={bearssl}",
         "FLAGS=-O2 -g0"],
        cwd=ROOT, check=True,
    )  # fmt: skip
    os.environ["BEARSSL"] = str(bearssl)
    os.environ["SCEPCORE_LDFLAGS"] = "-s"  # no symbols: they would hold this machine's paths
    place = ROOT / "firmware" / "core" / "cpython" / "build.py"
    spec = importlib.util.spec_from_file_location("scepcore_build", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    shutil.rmtree(CORE / "scepcore", ignore_errors=True)  # an extension of another Python's
    module.build(str(ROOT), str(CORE), str(CORE / "libscepcore.a"))
    return CORE / "scepcore"
