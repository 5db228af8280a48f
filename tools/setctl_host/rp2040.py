"""The RP2040 boards in the emulator: rp2040js with a flash chip and a W5500 (tools/rp2040).

For machines.py. The image is the one that people flash; the flash file is the whole chip. What
stands in the environment as MICROSCEP_RP2040 goes to tools/rp2040/run.mjs (--figures, --flap).
"""

import os
import shutil

from tools.setctl_host.errors import REPO, Failure

EMULATOR = os.path.join(REPO, "build", "rp2", "emulator")
BOOTROM = os.path.join(REPO, "build", "rp2", "bootrom.bin")


def command(args, board):
    """Return the command line that runs `board` (an image of build/) with args. Raises Failure."""
    uf2 = os.path.join(REPO, "build", board, "firmware.uf2")
    if not os.path.exists(uf2):
        raise Failure("unsupported", f"there is no firmware: make BOARD={board}")
    for tool in ("node", "qemu-system-arm"):
        if shutil.which(tool) is None:
            raise Failure("unsupported", f"{tool} is not there: tools/setup check installs it")
    if not os.path.exists(BOOTROM) or not os.path.exists(EMULATOR):
        raise Failure("unsupported", "there is no emulator of the RP2040: make rp2040-emulator")
    for flag in ("monitor", "heap"):
        if getattr(args, flag):
            raise Failure("unsupported", f"--{flag} is not for this board")
    line = ["node", "--preserve-symlinks", "--preserve-symlinks-main"]
    line += [os.path.join(EMULATOR, "run.mjs"), "--uf2", uf2, "--bootrom", BOOTROM]
    line += ["--flash", args.flash]
    if args.seed is not None:
        line += ["--seed", str(args.seed)]
    if args.no_noise:
        line.append("--no-noise")
    if args.power_cut:
        line += ["--power-cut", str(args.power_cut)]
    if args.nic:
        line += ["--nic", args.nic]
    return line + os.environ.get("MICROSCEP_RP2040", "").split()
