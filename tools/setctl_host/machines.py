"""Sets that run: the UNIX process, QEMU, a serial line. Each is a stream of bytes both ways.

For session.py; PLATFORM notes on QEMU are in docs of boards/NOE.
"""

import os
import select
import shutil
import signal
import subprocess
import termios
import time

from tools.setctl_host import bootblock, image, rp2040
from tools.setctl_host.errors import REPO, Failure


def start(args, prompt=False):
    """Power on the set that `args` (arguments.parse) names; return a Machine. Raises Failure.

    prompt: start MicroPython's prompt in place of the set's main program.
    """
    if args.board.startswith("SERIAL:"):
        return SerialLine(args.board[len("SERIAL:") :])
    if args.board not in image.GEOMETRY:
        raise Failure("unsupported", f"board {args.board} is not there yet")
    image.check(args.board, args.flash)
    return _STARTERS[args.board](args, prompt)


class Machine:
    """A child process whose standard streams are the set's line."""

    host = "127.0.0.1"  # this machine's loopback as the set sees it

    def __init__(self, command, environment, block=None):
        """Start `command` in a session of its own; `block`: PrivateFile that it reads."""
        self._block = block
        try:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for setctl, which then stops the set
            )
        except OSError as e:
            self.ready()
            raise Failure("unsupported", f"{command[0]}: {e.strerror}") from e
        self.pid = self._process.pid
        os.set_blocking(self._process.stdout.fileno(), False)

    def ready(self):
        """Take note that the set is up: what it was started with is removed."""
        if self._block is not None:
            self._block.remove()
            self._block = None

    def read(self, timeout):
        """Return bytes that came, b"" at the end, None if nothing came in `timeout` seconds."""
        out = self._process.stdout
        if not select.select([out], [], [], timeout)[0]:
            return None
        return os.read(out.fileno(), 65536)

    def write(self, data):
        """Send bytes; a set that is gone shows in read()."""
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except BrokenPipeError:
            pass

    def stop(self):
        """Power off: end the process that was started, by its id."""
        self.ready()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()

    def leave(self):
        """Let the set run on after setctl has ended (--monitor)."""
        self.ready()
        self._process.returncode = 0  # no warning about a child that still runs


def firmware(board):
    """Return the path of a board's image. Raises Failure where it was not built."""
    path = os.path.join(REPO, "build", board, "firmware.elf")
    if not os.path.exists(path):
        dev = " DEV=1" if board.endswith("-dev") else ""
        name = board.removesuffix("-dev")
        raise Failure("unsupported", f"there is no firmware: make BOARD={name}{dev}")
    return path


def _unix(args, prompt):
    for flag in ("monitor", "nic"):
        if getattr(args, flag):
            raise Failure("unsupported", f"--{flag} is for emulated boards")
    image.read_secret(args.flash)
    environment = dict(os.environ)
    for key in list(environment):
        if key.startswith("MICROSCEP_"):
            del environment[key]
    environment["MICROSCEP_FLASH"] = args.flash
    environment["MICROSCEP_SECRET"] = image.secret_path(args.flash)
    if args.time != "none":
        environment["MICROSCEP_TIME"] = str(args.time)
    if args.power_cut:
        environment["MICROSCEP_POWER_CUT"] = str(args.power_cut)
    if args.no_noise or args.seed is not None:
        environment["MICROSCEP_NOISE"] = bootblock.noise(args.seed, args.no_noise).hex()
    environment["MICROPYPATH"] = ".frozen"  # the image alone, whatever stands in this folder
    # the host's words are twice the sets': the same objects need about twice the heap
    command = [firmware("UNIX"), "-X", f"heapsize={args.heap or 512}k"]
    if prompt:
        os.execve(command[0], command, environment)  # its prompt wants the terminal itself
    return Machine([*command, "-m", "main"], environment)


def _emulated(args, prompt):
    """Start QEMU with a board of firmware/port; the prompt is the -dev image's."""
    qemu = shutil.which("qemu-system-arm")
    if qemu is None:
        raise Failure("unsupported", "qemu-system-arm is not installed")
    elf = firmware(args.board + ("-dev" if prompt else ""))
    block = bootblock.PrivateFile(
        bootblock.encode(
            image.read_secret(args.flash),
            bootblock.noise(args.seed, args.no_noise),
            time=None if args.time == "none" else args.time,
            heap_kib=args.heap,
            power_cut=args.power_cut,
            seeded=args.seed is not None,
            prompt=prompt,
        )
    )
    hardware = EMULATED[args.board]
    nic = args.nic or "user"
    if "model=" not in nic:
        nic += ",model=" + hardware.nic
    command = [qemu, *hardware.options(args.flash), "-display", "none", "-no-reboot"]
    command += ["-kernel", elf, "-serial", "stdio", "-nic", nic, *hardware.block(block.path)]
    if args.monitor:
        command += ["-monitor", f"unix:{_escaped(args.monitor)},server=on,wait=off"]
    else:
        command += ["-monitor", "none"]
    if args.seed is not None:
        # 4 ns an instruction, about 250 MHz; timing is then the same on every run
        command += ["-icount", "shift=2"]
    machine = Machine(command, dict(os.environ, QEMU_AUDIO_DRV="none"), block)
    machine.host = "10.0.2.2"
    return machine


def _rp2040(args, prompt):
    """Start the emulator with a board of firmware/port/rp2; the prompt is the -dev image's."""
    board = args.board + ("-dev" if prompt else "")
    machine = Machine(rp2040.command(args, board), dict(os.environ))
    machine.host = "10.0.2.2"
    if prompt:
        machine.write(b"repl\n")  # there is no boot-parameter block to say so
    return machine


def _escaped(path):
    """Return a path as a value in QEMU's options: a comma is written twice."""
    return os.path.abspath(path).replace(",", ",,")


class _Versatile:
    """What QEMU is told of NOE and VLE (firmware/port/versatilepb)."""

    nic = "smc91c111"
    bootblock = 0x002FF000  # BOOTBLOCK_ADDRESS in the machine's machine.h

    @classmethod
    def options(cls, flash):
        """Return the options of the machine and of its flash, None = without one."""
        options = ["-M", "versatilepb", "-m", "64M"]
        if flash is not None:
            options += ["-drive", "if=pflash,format=raw,file=" + _escaped(flash)]
        return options

    @classmethod
    def block(cls, path):
        """Return the options that put the boot-parameter block into RAM."""
        return ["-device", f"loader,file={_escaped(path)},addr={cls.bootblock:#x},force-raw=on"]


class _Mps2(_Versatile):
    """The same for MPS2_AN505 (firmware/port/mps2): its PSRAM is a file of the host."""

    nic = "lan9118"
    bootblock = 0x381FF000

    @classmethod
    def options(cls, flash):
        """See _Versatile.options."""
        if flash is None:
            return ["-M", "mps2-an505"]
        memory = f"memory-backend-file,id=flash,size=16M,share=on,mem-path={_escaped(flash)}"
        return ["-M", "mps2-an505,memory-backend=flash", "-object", memory]


EMULATED = {"NOE": _Versatile, "VLE": _Versatile, "MPS2_AN505": _Mps2}
_STARTERS = {"UNIX": _unix, "W5500_EVB_PICO": _rp2040, **dict.fromkeys(EMULATED, _emulated)}


class SerialLine:
    """A set on a real serial line: 115,200 baud, 8 bits, no parity."""

    host = "127.0.0.1"
    pid = None

    def __init__(self, path):
        """Open `path` raw. Raises Failure."""
        try:
            self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError as e:
            raise Failure("connect", f"{path}: {e.strerror}") from e
        if os.isatty(self._fd):
            mode = termios.tcgetattr(self._fd)
            mode[0] = mode[1] = mode[3] = 0
            mode[2] = termios.CS8 | termios.CREAD | termios.CLOCAL
            mode[4] = mode[5] = termios.B115200
            termios.tcsetattr(self._fd, termios.TCSANOW, mode)
        self.write(b"\x03\nready\n")  # a set that is up says so again

    def ready(self):
        """Nothing was left for the set to read."""

    def read(self, timeout):
        """Return bytes that came, or None if nothing came in `timeout` seconds."""
        if not select.select([self._fd], [], [], timeout)[0]:
            return None
        return os.read(self._fd, 4096)

    def write(self, data):
        """Send bytes."""
        while data:
            try:
                data = data[os.write(self._fd, data) :]
            except BlockingIOError:
                time.sleep(0.01)

    def stop(self):
        """Close the line; the set stays on."""
        os.close(self._fd)

    leave = stop
