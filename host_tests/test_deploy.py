"""tools/deploy: the image gets onto the right board, and what is missing is named."""

import pytest

from tools.deploying import main as deploying

ABOUT = "UF2 Bootloader v3.0\nModel: Raspberry Pi RP2\nBoard-ID: RPI-RP2\n"


@pytest.fixture(name="built")
def _built(tmp_path, monkeypatch):
    monkeypatch.setattr(deploying, "ROOT", str(tmp_path))
    for board in ("W5500_EVB_PICO", "W5500_EVB_PICO-dev", "NUCLEO_H743ZI"):
        folder = tmp_path / "build" / board
        folder.mkdir(parents=True)
        for kind in ("uf2", "bin", "elf"):
            (folder / f"firmware.{kind}").write_bytes(f"{board} {kind}".encode())
    return tmp_path


@pytest.fixture(name="drive")
def _drive(tmp_path):
    place = tmp_path / "RPI RP2"
    place.mkdir()
    (place / "INFO_UF2.TXT").write_text(ABOUT)
    return place


def tools(monkeypatch, **found):
    monkeypatch.setattr(deploying.shutil, "which", found.get)


@pytest.mark.parametrize("flags, name", [([], ""), (["--dev"], "-dev")])
def test_the_image_is_copied_to_the_drive(built, drive, flags, name, capsys):
    assert deploying.main(["W5500_EVB_PICO", "--drive", str(drive), *flags]) == 0
    assert (drive / "firmware.uf2").read_bytes() == f"W5500_EVB_PICO{name} uf2".encode()
    assert "copied" in capsys.readouterr().out


def test_a_mounted_drive_is_found(built, drive, tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    escaped = str(drive).replace(" ", "\\040")
    mounts.write_text(f"proc /proc proc rw 0 0\n/dev/sda1 {escaped} vfat rw 0 0\n")
    assert deploying.drives(str(mounts)) == [str(drive)]


@pytest.mark.parametrize(
    "about, sentence",
    [(ABOUT.replace("RPI-RP2", "RP2350"), "another chip's"), (None, "no boot loader's drive")],
)
def test_another_chips_drive_is_left_alone(built, drive, capsys, about, sentence):
    info = drive / "INFO_UF2.TXT"
    info.unlink() if about is None else info.write_text(about)
    assert deploying.main(["W5500_EVB_PICO", "--drive", str(drive)]) == 1
    assert sentence in capsys.readouterr().err
    assert not (drive / "firmware.uf2").exists()


@pytest.mark.parametrize(
    "board, sentence",
    [("W5500_EVB_PICO", "picotool"), ("NUCLEO_H743ZI", "stlink-tools, openocd, dfu-util")],
)
def test_what_is_missing_is_named_by_its_package(built, monkeypatch, capsys, board, sentence):
    tools(monkeypatch)
    monkeypatch.setattr(deploying, "drives", lambda: [])
    assert deploying.main([board]) == 1
    assert sentence in capsys.readouterr().err


def test_an_image_that_was_not_built_is_named_with_its_command(built, capsys):
    assert deploying.main(["W5500_EVB_PICO2"]) == 1
    assert "make BOARD=W5500_EVB_PICO2" in capsys.readouterr().err


@pytest.mark.parametrize("tool", ["st-flash", "openocd", "dfu-util"])
def test_an_stm32_is_flashed_by_what_is_installed(built, monkeypatch, tool):
    tools(monkeypatch, **{tool: "/bin/" + tool})
    ran = []

    def run(command):
        ran.append(command)
        return type("Done", (), {"returncode": 0})

    monkeypatch.setattr(deploying.subprocess, "run", run)
    assert deploying.main(["NUCLEO_H743ZI"]) == 0
    assert ran[0][0] == "/bin/" + tool
    assert "NUCLEO_H743ZI/firmware." in " ".join(ran[0])
