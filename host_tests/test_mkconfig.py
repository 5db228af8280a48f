"""tools/mkconfig writes what the firmware reads back, and refuses what it would refuse."""

import json

import pytest

from phone import config, dm, lanpbx
from tools.configuring.commands import main
from tools.configuring.files import FileError, checked_dm, checked_lanpbx, judged
from tools.configuring.schema import ABOUT, schema

PAIRS = [
    ("scep_run", "yes"),
    ("scep_url", "http://pki.example/certsrv/mscep/mscep.dll http://b.example:8080/x?y=1&z"),
    ("scep_subject", "CN={mac},O=Ministère des Affaires Etrangères,C=FR"),
    ("scep_psk", "a \"quoted\" \\ <b> & 'x'"),
    ("scep_san", "upn:{mac}@example.com"),
]


@pytest.mark.parametrize(
    "write, reader", [(checked_lanpbx, lanpbx.Reader), (checked_dm, dm.Reader)]
)
def test_written_files_are_read_back_by_the_firmware(write, reader):
    assert judged(write(PAIRS), reader()) == PAIRS


@pytest.mark.parametrize("pair", [("scep_run", "maybe"), ("no_key", "x"), ("scep_url", "ftp:x"),
                                  ("scep_key_bits", "1024"), ("scep_renew", "100")])  # fmt: skip
def test_a_wrong_value_is_refused_by_name(pair):
    with pytest.raises(FileError, match=pair[0]):
        checked_lanpbx([pair])


def test_a_roll_out_from_a_csv(tmp_path, capsys):
    (tmp_path / "common.cfg").write_text("scep_run=yes scep_url=http://pki.example/scep\n")
    (tmp_path / "sets.csv").write_text('mac,scep_subject\n00:80:9f:59:e1:a0,"CN={mac},C=FR"\n')
    words = ["--common", str(tmp_path / "common.cfg"), "--csv", str(tmp_path / "sets.csv")]
    for kind, name in (("lanpbx", "lanpbx_00809F59E1A0.cfg"), ("dm", "00809F59E1A0.xml")):
        assert main(["files", *words, "--out", str(tmp_path / kind), "--format", kind]) == 0
        made = tmp_path / kind / name
        assert main(["check", str(made)]) == 0
        reader = lanpbx.Reader() if kind == "lanpbx" else dm.Reader()
        assert dict(judged(made.read_text(), reader))["scep_subject"] == "CN={mac},C=FR"


def test_one_wrong_row_writes_nothing(tmp_path, capsys):
    (tmp_path / "sets.csv").write_text("mac,scep_run\n00809F59E1A0,yes\n00809F59E1A1,perhaps\n")
    out = tmp_path / "out"
    assert main(["files", "--csv", str(tmp_path / "sets.csv"), "--out", str(out)]) == 1
    assert not out.exists() and "00809F59E1A1" in capsys.readouterr().err


def test_the_schema_names_every_key_and_its_words_are_the_firmwares(capsys):
    assert main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()
    keys = [key for key, _check, _default in config.KEYS]
    assert list(schema()["properties"]) == keys and set(ABOUT) == set(keys)
    for key, entry in schema()["properties"].items():
        for word in entry.get("enum", ()):
            assert config.checked(key, bytearray(word.encode())) == word
        if "enum" in entry:
            with pytest.raises(config.ConfigError):
                config.checked(key, bytearray(b"never"))
        if "default" in entry:
            config.checked(key, bytearray(entry["default"].encode()))
