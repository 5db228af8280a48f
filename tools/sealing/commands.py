"""The command line of tools/wrap: one set, or a CSV of sets.

A challenge is read from a file or from standard input, never from the command line, which other
users of a machine can see. A PKCS#12 file's passphrase likewise; it is used here and travels not.
"""

import argparse
import base64
import csv
import os
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import pkcs12

from tools.sealing.envelope import seal_challenge, seal_identity


class WrapError(Exception):
    """One sentence: what is wrong with which file or row."""


def _parser():
    parser = argparse.ArgumentParser(
        prog="wrap",
        description="Seal a challenge or an identity to factory certificates, as configuration.",
        epilog="CSV: a header line with mac, factory (PEM file) and, for identity, pkcs12 (file).",
    )
    kinds = parser.add_subparsers(dest="kind", required=True)
    psk = kinds.add_parser("psk", help="scep_psk_cms: the challenge, bound to one CA")
    psk.add_argument("--challenge", metavar="FILE", default="-", help="- is standard input")
    psk.add_argument("--ca", metavar="PEM", required=True, help="the CA that may receive it")
    identity = kinds.add_parser("identity", help="identity_cms: key, certificate and CA")
    identity.add_argument("--pkcs12", metavar="FILE", help="for one set")
    identity.add_argument("--passphrase", metavar="FILE", default="-", help="- is standard input")
    for kind in (psk, identity):
        kind.add_argument("--factory", metavar="PEM", help="the set's factory certificate")
        kind.add_argument("--mac", help="bind it to one set, as 00809F59E1A0")
        kind.add_argument("--csv", metavar="FILE", help="many sets")
        kind.add_argument("--out", metavar="DIR", help="with --csv: a lanpbx_<MAC>.cfg for each")
    return parser


def _read(path):
    try:
        if path == "-":
            return sys.stdin.buffer.read()
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise WrapError(f"{path}: {error.strerror}") from error


def _certificate(path):
    try:
        return x509.load_pem_x509_certificate(_read(path))
    except ValueError as error:
        raise WrapError(f"{path}: not a certificate in PEM") from error


def _mac(text):
    if not text:
        return None
    plain = text.replace(":", "").replace("-", "").upper()
    if len(plain) != 12 or any(c not in "0123456789ABCDEF" for c in plain):
        raise WrapError(f"{text}: not a MAC address")
    return plain


def _identity(path, passphrase):
    try:
        key, own, others = pkcs12.load_key_and_certificates(_read(path), passphrase or None)
    except ValueError as error:
        raise WrapError(f"{path}: wrong passphrase, or not a PKCS#12 file") from error
    if key is None or own is None:
        raise WrapError(f"{path}: holds no key with its certificate")
    return key, [own, *_ordered(own, others)]


def _ordered(own, others):
    """Return the issuers of `own` in their order, without the root if it is self-signed."""
    chain, last, left = [], own, list(others)
    while True:
        found = [each for each in left if each.subject == last.issuer and each != last]
        if not found:
            return chain
        chain.append(found[0])
        left.remove(found[0])
        last = found[0]


def _sealer(arguments):
    """Return a function (factory certificate, MAC, row) -> (key, DER)."""
    if arguments.kind == "psk":
        challenge = _read(arguments.challenge).decode("utf-8").rstrip("\r\n")
        if not 0 < len(challenge.encode()) <= 255:
            raise WrapError("the challenge is empty or longer than 255 bytes")
        bound = _certificate(arguments.ca).fingerprint(hashes.SHA256())
        return lambda factory, mac, row: (
            "scep_psk_cms",
            seal_challenge(challenge, bound, factory, mac),
        )
    passphrase = _read(arguments.passphrase).rstrip(b"\r\n")

    def seal(factory, mac, row):
        path = row.get("pkcs12") or arguments.pkcs12
        if not path:
            raise WrapError("identity needs --pkcs12, or a CSV column pkcs12")
        key, chain = _identity(path, passphrase)
        return "identity_cms", seal_identity(key, chain, factory, mac)

    return seal


def _line(sealed):
    name, der = sealed
    return f"{name}={base64.b64encode(der).decode()}\n"


def _batch(arguments, seal):
    os.makedirs(arguments.out, exist_ok=True)
    folder = os.path.dirname(os.path.abspath(arguments.csv))
    with open(arguments.csv, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows, 1):
        mac = _mac(row.get("mac"))
        if not mac or not row.get("factory"):
            raise WrapError(f"{arguments.csv}, row {number}: mac and factory are needed")
        if row.get("pkcs12"):
            row["pkcs12"] = os.path.join(folder, row["pkcs12"])
        line = _line(seal(_certificate(os.path.join(folder, row["factory"])), mac, row))
        with open(os.path.join(arguments.out, f"lanpbx_{mac}.cfg"), "a", encoding="utf-8") as out:
            out.write(line)
        if sys.stderr.isatty():
            print(f"\r{number} of {len(rows)}", end="", file=sys.stderr)
    print(f"{len(rows)} sets, written to {arguments.out}")


def main(argv=None):
    """Run; return the exit status: 0, 1 on an error, 2 on wrong usage."""
    arguments = _parser().parse_args(argv)
    try:
        if bool(arguments.csv) == bool(arguments.factory) or bool(arguments.csv) != bool(
            arguments.out
        ):
            print("wrap: give --factory, or --csv with --out", file=sys.stderr)
            return 2
        seal = _sealer(arguments)
        if arguments.csv:
            _batch(arguments, seal)
        else:
            print(_line(seal(_certificate(arguments.factory), _mac(arguments.mac), {})), end="")
        return 0
    except (WrapError, OSError) as error:
        print(f"wrap: {error}", file=sys.stderr)
        return 1
