"""`setctl --board SERIAL:... factory`: a board makes its own key, and the factory's CA signs it.

For main.py; firmware/port/rp2/provision.py is the other end. DESIGN.md section 6.
"""

import base64
import contextlib

from tools.flashmaker.maker import CA_FOLDER, random_mac
from tools.setctl_host import machines
from tools.setctl_host.factory_ca import FactoryCa
from tools.setctl_host.session import Session, command_line


def make(args, output):
    """Let the board make key and secret, give it its certificate; return the exit status."""
    name = (args.mac or random_mac()).hex().upper()
    ca = FactoryCa(args.ca or CA_FOLDER)
    with contextlib.ExitStack() as stack:
        machine = machines.start(args)
        stack.callback(machine.stop)
        log = stack.enter_context(open(args.serial_log, "ab")) if args.serial_log else None
        session = Session(machine, log)
        session.wait_ready()
        made = _perform(session, command_line("factory", (), [("mac", name)]), output)
        if made is None:
            return 1
        certificate = ca.issue(name, int(made["modulus"], 16), made["exponent"])
        pairs = [("certificate", _base64(certificate)), ("chain", _base64(ca.der))]
        born = _perform(session, command_line("born", (), pairs), output)
        if born is None:
            return 1
        output.event({"event": "result", "state": born["state"], "mac": name})
        return 0


def _perform(session, line, output):
    """Run a command, showing its events; return its result (dict), or None after an error."""
    for event in session.run(line):
        if event["event"] == "result":
            return event
        output.event(event)
        if event["event"] == "error":
            return None
    return None


def _base64(data):
    return base64.b64encode(data).decode()
