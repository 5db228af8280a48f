"""The command line of the lab CA: serve, and what acts on a running one.

For tools/labca; the interface is fixed by the project's design, section 11.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tools.lab import asn1faults, certfaults, cmsfaults, faults, wirefaults
from tools.lab.authority import Authority
from tools.lab.profiles import PROFILES
from tools.lab.responder import Policy, Responder
from tools.lab.server import Lab
from tools.lab.state import State, parse_iso

# Importing them registers their faults.
FAULT_MODULES = (asn1faults, cmsfaults, certfaults)
DEFAULT_STATE = os.path.join("build", "labca")


class UsageError(Exception):
    """Wrong words on the command line: one sentence, exit status 2."""


def _parser():
    parser = argparse.ArgumentParser(
        prog="labca", description="A SCEP CA for tests and demonstrations, on loopback."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="run a lab CA until it is told to stop")
    serve.add_argument("--profile", choices=sorted(PROFILES), default="rfc8894")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on")
    serve.add_argument("--port", type=int, default=0, help="0 picks a free one")
    serve.add_argument("--challenge", metavar="PSK", help="the challenge that requests must hold")
    serve.add_argument("--one-time", action="store_true", help="one-time challenges, 60 minutes")
    serve.add_argument("--manual", action="store_true", help="every enrolment waits for `approve`")
    serve.add_argument("--tls", action="store_true", help="HTTPS; CRL and OCSP stay on HTTP")
    serve.add_argument("--require-factory", metavar="CA", help="PEM of the factory CA")
    serve.add_argument(
        "--revoke-on-renew", action="store_true", help="renewing revokes the old one"
    )
    serve.add_argument("--latency", type=int, default=0, metavar="MS", help="delay every answer")
    serve.add_argument("--capacity", type=int, metavar="N", help="requests a second, then 503")
    serve.add_argument("--lifetime", type=int, default=365 * 86400, metavar="SECONDS")
    serve.add_argument("--state", metavar="DIR", help="keep keys, log and clock here")
    serve.add_argument("--fault", metavar="NAME", help="misbehave; `list` names them")
    serve.add_argument("--clock", metavar="ISO", help="the lab's time at start")
    for name, text in (
        ("approve", "let a waiting request be answered"),
        ("deny", "refuse a waiting request"),
        ("revoke", "revoke a certificate"),
        ("release", "lift a hold"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("which", help="transactionID, serial number in hex, or `all`")
        command.add_argument("--state", default=DEFAULT_STATE, metavar="DIR")
        if name == "revoke":
            command.add_argument("--hold", action="store_true", help="certificateHold")
    rollover = commands.add_parser("rollover", help="announce the next CA; again: put it in force")
    rollover.add_argument("--at", metavar="ISO", help="when it comes into force")
    rollover.add_argument("--state", default=DEFAULT_STATE, metavar="DIR")
    clock = commands.add_parser("clock", help="set the lab's time")
    clock.add_argument("iso")
    clock.add_argument("--state", default=DEFAULT_STATE, metavar="DIR")
    challenge = commands.add_parser("challenge", help="make one more one-time challenge")
    challenge.add_argument("--state", default=DEFAULT_STATE, metavar="DIR")
    log = commands.add_parser("log", help="print what was asked and answered")
    log.add_argument("--json", action="store_true", help="one JSON object a line")
    log.add_argument("--state", default=DEFAULT_STATE, metavar="DIR")
    return parser


def start(profile="rfc8894", host="127.0.0.1", port=0, state=None, **flags):
    """Start a lab CA in this process and return its Lab (call close() in the end).

    flags are those of `labca serve` with underscores: challenge, one_time, manual, tls,
    require_factory (path), revoke_on_renew, latency, capacity, lifetime, fault, clock.
    Raises UsageError for a fault or file that is not there.
    """
    kind = PROFILES[profile]
    memory = State(state or tempfile.mkdtemp(prefix="labca-"))
    if flags.get("clock"):
        memory.set_clock(parse_iso(flags["clock"]))
    policy = Policy()
    policy.challenge = flags.get("challenge")
    policy.manual = bool(flags.get("manual")) or (
        kind.manual and policy.challenge is None and not flags.get("one_time")
    )
    policy.one_time = bool(flags.get("one_time")) or (kind.one_time and policy.challenge is None)
    policy.revoke_on_renew = bool(flags.get("revoke_on_renew"))
    policy.lifetime = flags.get("lifetime") or Policy.lifetime
    if flags.get("require_factory"):
        try:
            with open(flags["require_factory"], "rb") as file:
                policy.factory_ca = x509.load_pem_x509_certificate(file.read())
        except (OSError, ValueError) as error:
            raise UsageError(f"--require-factory: {error}") from error
    bend, wire, operation = _find_fault(flags.get("fault"))
    memory.set_setting("profile", profile)
    authority = Authority(memory, kind)
    responder = Responder(memory, authority, kind, policy, bend)
    lab = Lab(memory, authority, kind, policy, responder, bend)
    lab.latency = flags.get("latency") or 0
    lab.set_capacity(flags.get("capacity"))
    lab.set_wire_fault(wire, operation)
    lab.listen(host, port, bool(flags.get("tls")))
    return lab


def _find_fault(text):
    """Return (faults.Fault, wire writer or None, operation) of a --fault word."""
    if not text:
        return faults.Fault(), None, None
    name, _, operation = text.partition("@")
    bend = faults.find(name)
    if bend is not None:
        return bend, None, None
    write = wirefaults.find(name)
    if write is None:
        raise UsageError(f"--fault {text}: no such fault; `--fault list` names them")
    if not operation:
        operation = "all" if name.startswith("redirect") else "PKIOperation"
    return faults.Fault(), write, operation


def describe(lab):
    """Return what `labca serve` prints when it is ready: url, fingerprints, challenge."""
    ca = lab.authority.ca().certificate
    challenge = lab.policy.challenge
    if lab.policy.one_time:
        challenge = lab.state.new_challenge(lab.profile.challenge_digits)
    scheme = "https" if lab.tls else "http"
    return {
        "url": f"{scheme}://127.0.0.1:{lab.port}{lab.profile.paths[0]}",
        "ca_sha256": ca.fingerprint(hashes.SHA256()).hex(),
        "ca_md5": ca.fingerprint(hashes.MD5()).hex(),
        "challenge": challenge,
        "state": lab.state.directory,
        "port": lab.port,
    }


def _serve(arguments):
    if arguments.fault == "list":
        print("\n".join(sorted([*faults.FAULTS, "truncate-N", "flip-N"])))
        names = [*wirefaults.WIRE_FAULTS, "reset-at-N", "status-N"]
        print("\n".join(f"{name}[@OPERATION|@all]" for name in sorted(names)))
        return 0
    flags = vars(arguments)
    words = {k: v for k, v in flags.items() if k not in ("command", "profile", "host", "port")}
    words["state"] = words["state"] or DEFAULT_STATE
    lab = start(arguments.profile, arguments.host, arguments.port, **words)
    print(json.dumps(describe(lab)), flush=True)
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    done.wait()
    lab.close()
    return 0


def _selected(state, which, rows, key):
    found = [row for row in rows if which in ("all", row[key], row.get("serial"))]
    if not found and which != "all":
        raise UsageError(f"{which}: no such transactionID or serial in {state.directory}")
    return found


def _approve(state, arguments, status="approved"):
    rows = [row for row in state.transactions() if row["status"] == "pending"]
    for row in _selected(state, arguments.which, rows, "transaction_id"):
        state.put_transaction(row["transaction_id"], row["request"], status)
        print(f"{status} {row['transaction_id']}")
    return 0


def _deny(state, arguments):
    return _approve(state, arguments, "denied")


def _revoke(state, arguments):
    which = arguments.which.lower().lstrip("0") if arguments.which != "all" else "all"
    for row in _selected(state, which, state.issued(), "transaction_id"):
        state.revoke(row["serial"], "certificateHold" if arguments.hold else "keyCompromise")
        print(f"revoked {row['serial']}")
    return 0


def _release(state, arguments):
    which = arguments.which.lower().lstrip("0") if arguments.which != "all" else "all"
    for row in _selected(state, which, state.issued(), "transaction_id"):
        state.release(row["serial"])
        print(f"released {row['serial']}")
    return 0


def _rollover(state, arguments):
    profile = PROFILES[state.setting("profile", "rfc8894")]
    at = parse_iso(arguments.at) if arguments.at else None
    following = Authority(state, profile).roll_over(at)
    print(following.certificate.fingerprint(hashes.SHA256()).hex())
    return 0


def _clock(state, arguments):
    state.set_clock(parse_iso(arguments.iso))
    return 0


def _challenge(state, arguments):
    profile = PROFILES[state.setting("profile", "rfc8894")]
    print(state.new_challenge(profile.challenge_digits))
    return 0


def _log(state, arguments):
    for entry in state.log_entries():
        if arguments.json:
            print(json.dumps(entry))
        else:
            words = (entry[name] for name in ("time", "operation", "message_type", "result"))
            print("  ".join(str(word) for word in words if word))
    return 0


def main(argv=None):
    """Run one command; return the exit status: 0, 1 on an error, 2 on wrong usage."""
    arguments = _parser().parse_args(argv)
    try:
        if arguments.command == "serve":
            return _serve(arguments)
        if not os.path.exists(os.path.join(arguments.state, "state.sqlite")):
            raise UsageError(f"--state {arguments.state}: no lab CA keeps its state there")
        state = State(arguments.state)
        actions = {
            "approve": _approve, "deny": _deny, "revoke": _revoke, "release": _release,
            "rollover": _rollover, "clock": _clock, "challenge": _challenge, "log": _log,
        }  # fmt: skip
        return actions[arguments.command](state, arguments)
    except (UsageError, ValueError) as error:
        print(f"labca: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"labca: {error}", file=sys.stderr)
        return 1
