"""boards/ADD_YOUR_BOARD.md, followed word for word on a stock unix port, and its packages.

For make check; the packages are those of tools/mip, installed by its own copying and by mpremote.
"""

import json
import os
import pty
import re
import subprocess
import sys
import tty
from pathlib import Path

import pytest
from cryptography import x509

from lab_driver import Lab
from tools.mipmaker import packages
from web_folder import serving

pytestmark = [pytest.mark.check, pytest.mark.micropython]

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "boards" / "ADD_YOUR_BOARD.md"
BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.M | re.S)


class Followed:
    """What somebody has who has done all that the page says, in an empty folder."""

    def __init__(self, folder):
        """Write each file that the page gives; run its commands in one shell, in order."""
        self.folder = folder
        commands = ["set -e", "trap 'kill $(jobs -p) 2> /dev/null || true' EXIT"]
        for language, name, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
            if name:
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_text(text, encoding="utf-8")
            else:
                assert language == "sh"
                commands.append(text)
        keep = ("PATH", "LANG", "BEARSSL_DIR")
        self.environment = {key: os.environ[key] for key in keep if key in os.environ}
        self.environment |= {"MICROSCEP": str(ROOT), "MAKEFLAGS": "-j2"}
        self.environment["PATH"] = f"{ROOT / 'build/venv/bin'}:{self.environment['PATH']}"
        self.done = self.shell("\n".join(commands))

    def shell(self, text):
        """Run commands in the folder; return the CompletedProcess."""
        return subprocess.run(
            ["bash", "-c", text],
            cwd=self.folder,
            env=self.environment | {"HOME": str(self.folder)},
            capture_output=True,
            text=True,
            timeout=1500,
        )


@pytest.fixture(name="followed", scope="module")
def _followed(tmp_path_factory):
    return Followed(tmp_path_factory.mktemp("own"))


def test_the_page_leads_to_a_certificate_that_stays(followed):
    said = followed.done.stdout
    assert followed.done.returncode == 0, said[-2000:] + followed.done.stderr[-2000:]
    certificate = x509.load_pem_x509_certificate(
        re.search(r"-----BEGIN.*?-----END CERTIFICATE-----", said, re.S).group().encode()
    )
    assert certificate.subject.rfc4514_string() == "CN=my-own-board"
    assert "microscep lab" in certificate.issuer.rfc4514_string()
    # the second start showed the same one and asked nobody
    assert said.rstrip().endswith("subject=CN = my-own-board")
    assert said.count("PKIOperation") == 1


def test_a_start_after_an_approval_goes_on_with_the_same_key(followed, tmp_path):
    (followed.folder / "store.img").unlink(missing_ok=True)
    with Lab(tmp_path, challenge="Sesame-77", manual=True) as lab:
        heap = "-X heapsize=340k"  # what the page says
        command = f"build/micropython {heap} enroll.py {lab.url()} {lab.ca_sha256} Sesame-77"
        waits = followed.shell(command)
        assert "waits for an approval" in waits.stdout, waits.stdout + waits.stderr
        lab.act("approve", "all")
        done = followed.shell(command)
    assert "BEGIN CERTIFICATE" in done.stdout, done.stdout + done.stderr


def test_another_device_secret_does_not_open_the_store(followed):
    secret = followed.folder / "device.secret"
    own = secret.read_bytes()
    secret.write_bytes(bytes(32))
    try:
        done = followed.shell("build/micropython enroll.py http://127.0.0.1:1/ 00 x")
    finally:
        secret.write_bytes(own)
    assert done.returncode == 1 and "another device" in done.stdout + done.stderr


@pytest.mark.parametrize("name", packages.PACKAGES)
def test_mpremote_installs_a_package_from_a_web_server(followed, tmp_path, name):
    packages.make(tmp_path)
    lib = followed.folder / ".micropython" / "lib"
    for path in sorted(lib.rglob("*.mpy")):
        path.unlink()
    line, board_side = pty.openpty()
    tty.setraw(board_side)
    with serving(tmp_path) as port:
        board = subprocess.Popen(
            [followed.folder / "build" / "micropython", ROOT / "host_tests" / "raw_prompt.py"],
            cwd=followed.folder,
            env=followed.environment | {"HOME": str(followed.folder)},
            stdin=line,
            stdout=line,
        )
        try:
            url = f"http://127.0.0.1:{port}/{name}/package.json"
            command = [sys.executable, "-m", "mpremote", "connect", os.ttyname(board_side)]
            done = subprocess.run(
                [*command, "resume", "mip", "install", url],
                capture_output=True,
                text=True,
                timeout=300,
            )
        finally:
            board.kill()
            board.wait()
            os.close(line)
            os.close(board_side)
    assert done.returncode == 0, done.stdout + done.stderr
    urls = json.loads((tmp_path / name / "package.json").read_text())["urls"]
    assert len(urls) > 10
    for path, url in urls:
        assert (lib / path).read_bytes() == (tmp_path / name / url).read_bytes()
    asked = followed.shell(f"build/micropython -c 'import {name}, errors; print({name}.__file__)'")
    assert asked.stdout.rstrip().endswith(f"/lib/{name}/__init__.mpy"), asked.stderr


def test_a_package_holds_each_module_of_its_source_and_nothing_else(tmp_path):
    packages.make(tmp_path)
    for name in packages.PACKAGES:
        names = {
            path for path, _ in json.loads((tmp_path / name / "package.json").read_text())["urls"]
        }
        sources = (ROOT / "firmware" / name).glob("*.py")
        assert names == {f"{name}/{p.stem}.mpy" for p in sources} | {"errors.mpy"}


def test_packages_depend_on_nothing_but_the_tree(tmp_path):
    made = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        packages.make(folder)
        made.append(
            {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*.*") if p.is_file()}
        )
    assert made[0] == made[1]
    assert not any(str(ROOT).encode() in octets for octets in made[0].values())


def test_source_that_does_not_compile_is_an_error_not_a_package(tmp_path, monkeypatch, capsys):
    from tools.mipmaker import commands

    (tmp_path / "scep").mkdir()
    (tmp_path / "scep" / "bad.py").write_text("def\n")
    (tmp_path / "errors.py").write_text("")
    monkeypatch.setattr(packages, "FIRMWARE", tmp_path)
    assert commands.main(["--out", str(tmp_path / "out")]) == 1
    assert "bad.py" in capsys.readouterr().err
    assert not (tmp_path / "out" / "scep" / "package.json").exists()
