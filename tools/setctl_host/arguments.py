"""The command line of tools/setctl: commands, flags before or after them, wrong usage.

For main.py; DESIGN.md section 10 (fixed).
"""

import argparse
import calendar
import re
import time

BOARDS = ("UNIX", "NOE", "VLE", "MPS2_AN505", "W5500_EVB_PICO")
MAC = re.compile(r"^[0-9A-Fa-f]{12}$")

# command -> (help, has arguments of its own)
COMMANDS = {
    "factory": "make a factory-fresh flash image and FILE.secret",
    "config": "store configuration",
    "boot": "power on, do what is due, until idle",
    "enroll": "get the first certificate",
    "renew": "replace the certificate before it expires",
    "poll": "ask for a certificate that waits for approval",
    "rollover": "fetch the CA's next certificate",
    "check": "check whether the certificate is revoked",
    "getca": "fetch the CA's certificates (PEM)",
    "getcaps": "fetch what the CA can do (text)",
    "getcrl": "fetch the CRL (PEM)",
    "getcert": "fetch a certificate by its serial number (PEM)",
    "status": "show the set's state and identity",
    "cert": "print the certificate in force (PEM)",
    "wipe": "back to factory state",
    "licences": "list what is linked into the image",
    "mmi": "show the set's screen here",
    "repl": "MicroPython prompt (development builds)",
    "fault": "let the firmware fail, for tests (development builds)",
}


def _iso(text):
    """Return seconds since 1970 of an ISO time, or "none"."""
    if text == "none":
        return text
    for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"):
        try:
            return calendar.timegm(time.strptime(text, form))
        except ValueError:
            pass
    raise argparse.ArgumentTypeError("an ISO time in UTC such as 2031-12-31T23:59:59Z, or none")


def _mac(text):
    digits = text.replace(":", "").replace("-", "")
    if not MAC.match(digits) or int(digits[:2], 16) & 1:
        raise argparse.ArgumentTypeError("a MAC address such as 00809F59E1A0")
    return bytes.fromhex(digits)


def _board(text):
    if text in BOARDS or text.startswith("SERIAL:"):
        return text
    raise argparse.ArgumentTypeError(f"one of {', '.join(BOARDS)} or SERIAL:/dev/ttyX")


def _pair(text):
    if "=" not in text[1:]:
        raise argparse.ArgumentTypeError(f"KEY=VALUE, not {text!r}")
    return text


def _flags():
    # default=SUPPRESS: a flag given before COMMAND is not undone by the sub-parser's default
    flags = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    flags.add_argument("--board", type=_board, metavar="BOARD", help=" | ".join(BOARDS))
    flags.add_argument("--flash", metavar="FILE", help="the set's flash; FILE.secret beside it")
    flags.add_argument("--json", action="store_true", help="one JSON object a line")
    flags.add_argument("--power-cut", type=int, metavar="N", help="kill power at flash step N")
    flags.add_argument("--heap", type=int, metavar="KiB", help="Python heap of the set")
    flags.add_argument("--time", type=_iso, metavar="ISO|none", help="what the network tells")
    flags.add_argument("--seed", type=int, metavar="N", help="reproducible randomness (tests)")
    flags.add_argument("--no-noise", action="store_true", help="the noise source is dead (tests)")
    flags.add_argument("--trace", action="store_true", help="show wire messages, secrets masked")
    flags.add_argument("--monitor", metavar="SOCKET", help="QEMU's monitor; the set stays up")
    flags.add_argument("--nic", metavar="ARGS", help="handed to QEMU's -nic")
    flags.add_argument("--timeout", type=float, metavar="S", help="give up after S seconds")
    flags.add_argument("--serial-log", metavar="FILE", help="keep what the set prints")
    return flags


DEFAULTS = {
    "json": False,
    "power_cut": None,
    "heap": None,
    "time": None,
    "seed": None,
    "no_noise": False,
    "trace": False,
    "monitor": None,
    "nic": None,
    "timeout": None,
    "serial_log": None,
    "mac": None,
}


def parse(argv):
    """Return the namespace of a command line; SystemExit(2) with a sentence on wrong usage."""
    flags = _flags()
    parser = argparse.ArgumentParser(
        prog="setctl", description="Drive a set.", parents=[flags], allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    sub = {}
    for name, text in COMMANDS.items():
        sub[name] = commands.add_parser(
            name, help=text, description=text, parents=[flags], allow_abbrev=False
        )
    sub["factory"].add_argument("--mac", type=_mac, help="12 hex digits (default: random)")
    sub["factory"].add_argument("--ca", metavar="DIR", help="the factory CA's folder")
    sub["config"].add_argument("pairs", nargs="+", type=_pair, metavar="KEY=VALUE")
    for name in ("boot", "mmi"):
        sub[name].add_argument("--lanpbx", metavar="FILE", help="lanpbx.cfg that the set finds")
        sub[name].add_argument("--dm", metavar="FILE", help="DM file that the set finds")
    sub["boot"].add_argument("--until", default="idle", help="idle | enrolled | step=N")
    sub["getcert"].add_argument("serial", metavar="SERIAL", help="in hex")
    sub["fault"].add_argument("kind", choices=("internal", "memory"))
    sub["cert"].add_argument("--chain", action="store_true", help="with the CA's certificates")
    args = parser.parse_args(argv)
    for key, value in DEFAULTS.items():
        if not hasattr(args, key):
            setattr(args, key, value)
    for needed in ("board", "flash"):
        if not hasattr(args, needed):
            if needed == "flash" and args.board.startswith("SERIAL:"):
                args.flash = None  # its flash is its own
                continue
            parser.error(f"--{needed} is missing")
    if args.command == "boot" and not re.match(r"^(idle|enrolled|step=[1-5])$", args.until):
        parser.error("--until is idle, enrolled or step=1..5")
    if args.command == "getcert" and not re.match(r"^[0-9A-Fa-f]{1,40}$", args.serial):
        parser.error("SERIAL is a number in hex")
    if args.power_cut is not None and args.power_cut < 1:
        parser.error("--power-cut counts from 1")
    if args.heap is not None and not 16 <= args.heap <= 65536:
        parser.error("--heap is in KiB, from 16 on")
    if args.seed is not None and not 0 <= args.seed < 1 << 64:
        parser.error("--seed is a number below 2^64")
    return args
