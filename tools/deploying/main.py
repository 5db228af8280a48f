"""From the command line to the board: which way an image goes, and what is missing for it.

For tools/deploy.
"""

import argparse
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
# Where desktops mount drives; what a boot loader's drive says of itself.
MOUNTS = "/proc/mounts"
INFO = "INFO_UF2.TXT"
# board -> (what INFO_UF2.TXT must say, suffix of the image); the chip decides, not the maker
DRIVES = {
    "W5500_EVB_PICO": "Board-ID: RPI-RP2",
    "W5500_EVB_PICO2": "Board-ID: RP2350",
}
FLASH_BASE = "0x08000000"
# board -> commands that flash an STM32, in the order tried: (tool, Debian package, arguments)
PROGRAMMERS = {
    "NUCLEO_H743ZI": (
        ("st-flash", "stlink-tools", ["--reset", "write", "{bin}", FLASH_BASE]),
        (
            "openocd",
            "openocd",
            ["-f", "board/st_nucleo_h743zi.cfg", "-c", "program {elf} verify reset exit"],
        ),
        ("dfu-util", "dfu-util", ["-a", "0", "-s", FLASH_BASE + ":leave", "-D", "{bin}"]),
    ),
}


class DeployError(Exception):
    """One sentence: what is missing and what helps."""


def main(argv):
    """Deploy as the command line says; return the exit status (0 done, 1 not, 2 wrong usage)."""
    parser = argparse.ArgumentParser(prog="deploy", description="Flash a board.")
    parser.add_argument("board", choices=sorted([*DRIVES, *PROGRAMMERS]))
    parser.add_argument("--dev", action="store_true", help="the development image")
    parser.add_argument("--drive", metavar="DIR", help="where the boot loader's drive is mounted")
    args = parser.parse_args(argv)
    folder = os.path.join(ROOT, "build", args.board + ("-dev" if args.dev else ""))
    try:
        if args.board in DRIVES:
            print(_rp2(args.board, image(folder, "uf2"), args.drive))
        else:
            print(_stm32(args.board, folder))
    except DeployError as error:
        print(f"deploy: {error}", file=sys.stderr)
        return 1
    return 0


def image(folder, suffix):
    """Return the path of an image; raise DeployError where it was not built."""
    path = os.path.join(folder, "firmware." + suffix)
    if not os.path.exists(path):
        raise DeployError(f"{path} is not there: make BOARD={os.path.basename(folder)} builds it")
    return path


def drives(mounts=MOUNTS):
    """Return the folders where a UF2 boot loader's drive is mounted."""
    with open(mounts, encoding="utf-8") as lines:
        places = [line.split()[1].encode().decode("unicode_escape") for line in lines]
    return [place for place in places if os.path.exists(os.path.join(place, INFO))]


def copy(board, uf2, drive):
    """Copy `uf2` onto the boot loader's drive; raise DeployError where that is another chip's."""
    try:
        with open(os.path.join(drive, INFO), encoding="ascii", errors="replace") as file:
            told = file.read()
    except OSError:
        raise DeployError(f"{drive} is no boot loader's drive: it has no {INFO}") from None
    if DRIVES[board] not in told:
        raise DeployError(f"{drive} is another chip's: {board} says '{DRIVES[board]}'")
    shutil.copyfile(uf2, os.path.join(drive, "firmware.uf2"))
    return f"{board}: copied to {drive}; the board starts by itself"


def _rp2(board, uf2, drive):
    if drive:
        return copy(board, uf2, drive)
    found = drives()
    if len(found) > 1:
        raise DeployError(f"more than one board is there: --drive {' or '.join(found)}")
    if found:
        return copy(board, uf2, found[0])
    tool = shutil.which("picotool")
    if tool is None:
        raise DeployError(
            "no board's drive is mounted: hold BOOTSEL while you plug the board in, or install "
            "picotool (Debian trixie: picotool), which restarts a board into its boot loader"
        )
    if subprocess.run([tool, "load", "-f", "-x", uf2]).returncode:
        raise DeployError("picotool found no board: hold BOOTSEL while you plug it in")
    return f"{board}: loaded by picotool"


def _stm32(board, folder):
    for tool, _, arguments in PROGRAMMERS[board]:
        path = shutil.which(tool)
        if path is None:
            continue
        command = [path]
        for word in arguments:
            for kind in ("bin", "elf"):
                if "{" + kind + "}" in word:
                    word = word.replace("{" + kind + "}", image(folder, kind))
            command.append(word)
        if subprocess.run(command).returncode == 0:
            return f"{board}: flashed by {tool}"
        raise DeployError(f"{tool} could not flash the board: is its ST-Link plugged in?")
    packages = ", ".join(package for _, package, _ in PROGRAMMERS[board])
    raise DeployError(f"nothing that flashes an STM32 is installed: one of {packages}")
