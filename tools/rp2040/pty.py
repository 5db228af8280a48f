"""An emulated board behind a serial device, as a real one is: python3 tools/rp2040/pty.py FLASH ...

For the tests of setctl's SERIAL: and for people who try their own terminal; prints the device's
name, then carries bytes between it and the emulator until either ends. What follows FLASH goes to
run.mjs.
"""

import os
import select
import signal
import subprocess
import sys
import tty

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
sys.path.insert(0, ROOT)

from tools.setctl_host import arguments, rp2040  # noqa: E402


def main(flash, more):
    """Run the board of `flash`; return the emulator's exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    args = arguments.parse(["--board", "W5500_EVB_PICO", "--flash", flash, "status"])
    board, line = os.openpty()
    tty.setraw(line)
    print(os.ttyname(line), flush=True)
    command = rp2040.command(args, args.board) + more
    chip = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        while True:
            for end in select.select([board, chip.stdout], [], [])[0]:
                if end is board:
                    chip.stdin.write(os.read(board, 4096))
                    chip.stdin.flush()
                    continue
                data = os.read(chip.stdout.fileno(), 4096)
                if not data:
                    return chip.wait()
                os.write(board, data)
    finally:
        chip.terminate()
        chip.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
