"""The command line of `microscep`: options to configuration, one action, its answer.

For people and scripts on a host. Exit status 0 on success, 1 on a reported error, 2 on wrong
usage; with --json one JSON object a line, as tools/setctl prints (ACCEPTANCE.md section 1).
"""

import argparse
import os
import sys

from microscep import board, output, store

# isort: split
from errors import HELP, Error
from phone.main import Set

COMMANDS = {
    "enroll": "get a certificate",
    "renew": "replace the certificate before it expires",
    "poll": "ask for a certificate that waits for approval",
    "check": "check whether the certificate is revoked",
    "getca": "fetch the CA's certificates (PEM)",
    "getcaps": "fetch what the CA can do (text)",
    "getcert": "fetch a certificate by its serial number (PEM)",
    "getcrl": "fetch the CRL (PEM)",
    "status": "show the identity and its state",
    "cert": "print the certificate in force (PEM)",
    "config": "store configuration only",
}
# Commands that make the store where there is none; the others have nothing to work on then.
_MAKERS = ("enroll", "getca", "getcaps", "config")
# option -> key of the configuration (DESIGN.md section 7)
_OPTIONS = {
    "url": "scep_url",
    "ca_fingerprint": "scep_ca_fingerprint",
    "ca_id": "scep_ca_id",
    "subject": "scep_subject",
    "san": "scep_san",
    "key_bits": "scep_key_bits",
    "key_usage": "scep_key_usage",
    "renew_key": "scep_renew_key",
    "revocation": "scep_revocation",
    "allow_legacy": "scep_allow_legacy",
}


def main(argv=None):
    """Run one command; return the exit status."""
    args = _parse(sys.argv[1:] if argv is None else argv)
    shown = output.JsonOutput() if args.json else output.TextOutput()
    try:
        return _run(args, shown)
    except Error as e:
        shown.failure(e)
        return 1
    except OSError as e:
        shown.failure(Error("flash-io", f"the store cannot be made: {e}"))
        return 1


def _run(args, shown):
    """Switch the set on, let it do the command, and return the exit status."""
    lines = _lines(args)
    if not os.path.exists(args.store) and args.command in _MAKERS:
        store.make(args.store, args.mac)
    store.unlock(args.store)

    def show(event, last):
        # the answers of what came before the command itself are of no interest
        if last or event["event"] != "result":
            shown.event(event)

    line = board.Line(lines, show)
    flash = board.HostFlash(args.store)
    try:
        Set(board.Board(flash, line)).run()
    except board.HangUp:
        pass
    except KeyboardInterrupt:
        shown.failure(Error("cancelled", HELP["cancelled"]))
        return 1
    finally:
        line.wipe()
        flash.close()
    return 0 if line.last and line.last["event"] == "result" else 1


def _lines(args):
    """Return the set's command lines: the configuration where there is some, the command."""
    try:
        pairs = _pairs(args)
    except (OSError, ValueError) as e:
        raise Error("config", f"a file of the command line cannot be read: {e}") from None
    lines = []
    if pairs:
        line = bytearray(b"config")
        for key, value in pairs:
            line += b" " + key.encode() + b'="' + _escaped(value) + b'"'
        lines.append(line + b"\n")
    elif args.command == "config":
        raise Error("config", "there is nothing to store")
    if args.command != "config":
        words = [args.command]
        if args.command == "getcert":
            words.append(args.serial.upper())
        if args.command == "cert" and args.chain:
            words.append("chain")
        lines.append(bytearray(" ".join(words).encode() + b"\n"))
    return lines


def _pairs(args):
    """Return [(key, str or bytearray)] of the options that were given."""
    pairs = []
    for option, key in _OPTIONS.items():
        value = getattr(args, option)
        if value is not None:
            pairs.append((key, value))
    if args.ca_cert is not None:
        with open(args.ca_cert, encoding="ascii") as file:
            lines = [line.strip() for line in file if not line.startswith("-----")]
        pairs.append(("scep_ca_cert", "".join(lines)))
    if args.challenge_file is not None:
        pairs.append(("scep_psk", _challenge(args.challenge_file)))
    return pairs


def _challenge(path):
    """Return the first line of a file, `-`: of standard input, in a bytearray."""
    buffer = bytearray(1024)
    if path == "-":
        size = sys.stdin.buffer.readinto(buffer)
    else:
        with open(path, "rb", buffering=0) as file:
            size = file.readinto(buffer)
    end = size
    for i in range(size):
        if buffer[i] in b"\r\n":
            end = i
            break
    challenge = buffer[:end]
    buffer[:] = bytes(len(buffer))
    if not challenge:
        raise Error("config", f"{path} holds no challenge")
    return challenge


def _escaped(value):
    """Return the octets of a value between quotes; a secret's stay in bytearrays."""
    data = value if isinstance(value, bytearray) else value.encode()
    out = bytearray()
    for octet in data:
        if octet < 0x20 or octet == 0x7F:
            raise Error("config", "a value holds a control character")
        if octet in b'"\\':
            out.append(0x5C)
        out.append(octet)
    if isinstance(value, bytearray):
        value[:] = bytes(len(value))
    return out


def _parse(argv):
    parser = argparse.ArgumentParser(
        prog="microscep", description="Get and keep a certificate over SCEP (RFC 8894)."
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        _options(commands.add_parser(name, help=text, description=text, allow_abbrev=False), name)
    return parser.parse_args(argv)


def _options(sub, name):
    sub.add_argument("--store", required=True, metavar="FILE", help="keys and certificates; "
                     "FILE.secret beside it unlocks them")  # fmt: skip
    sub.add_argument("--json", action="store_true", help="one JSON object a line")
    sub.add_argument("--url", help="the SCEP server's")
    sub.add_argument("--ca-fingerprint", type=_hex, metavar="HEX", help="of the CA, SHA-256")
    sub.add_argument("--ca-cert", metavar="FILE", help="the CA's certificate (PEM), in place of it")
    sub.add_argument("--challenge-file", metavar="FILE", help="the challenge password; -: stdin")
    sub.add_argument("--ca-id", metavar="TEXT", help="`message` of GetCACert and GetCACaps")
    sub.add_argument("--subject", metavar="NAME", help="default: CN={mac}")
    sub.add_argument("--san", metavar="NAMES", help="dns:..., ip:..., email:..., upn:..., uri:...")
    sub.add_argument("--key-bits", choices=("2048", "3072", "4096"))
    sub.add_argument("--key-usage", choices=("signature", "both"))
    sub.add_argument("--renew-key", choices=("new", "same"))
    sub.add_argument("--revocation", choices=("no", "crl", "ocsp", "both"))
    sub.add_argument("--allow-legacy", choices=("yes", "no"), help="single DES, MD5, TLS 1.0")
    sub.add_argument("--mac", type=_mac, help="what {mac} stands for in a new store")
    if name == "getcert":
        sub.add_argument("serial", type=_hex, metavar="SERIAL", help="in hex")
    if name == "cert":
        sub.add_argument("--chain", action="store_true", help="with the CA's certificates")


def _hex(text):
    digits = text.replace(":", "").replace(" ", "")
    if not digits or any(c not in "0123456789abcdefABCDEF" for c in digits):
        raise argparse.ArgumentTypeError("hexadecimal digits")
    return digits


def _mac(text):
    digits = _hex(text.replace("-", ""))
    if len(digits) != 12:
        raise argparse.ArgumentTypeError("a MAC address such as 00809F59E1A0")
    return bytes.fromhex(digits)
