"""tools/setctl: one command, from the command line to the exit status.

For tools/setctl; DESIGN.md section 10 (exit status 0, 1, 2, 3).
"""

import contextlib
import signal
import sys
import time

from tools.setctl_host import arguments, image, machines, prompt, screen
from tools.setctl_host.errors import Down, Failure
from tools.setctl_host.fileserver import FileServer
from tools.setctl_host.output import JsonOutput, TextOutput
from tools.setctl_host.session import Session, command_line


def main(argv):
    """Run the command line `argv`; return the exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    args = arguments.parse(argv)
    if args.time is None:
        args.time = int(time.time())
    output = JsonOutput() if args.json else TextOutput()
    try:
        if args.command == "factory":
            return _factory(args, output)
        if args.command == "mmi":
            return _menus(args)
        if args.command == "repl":
            return prompt.run(machines.start(args, prompt=True))
        return _command(args, output)
    except Failure as e:
        output.failure(e)
        if getattr(e, "report", ""):
            print(e.report, file=sys.stderr)
        return e.status
    except KeyboardInterrupt:
        output.failure(Failure("cancelled", "interrupted"))
        return 1


def _factory(args, output):
    if args.board.startswith("SERIAL:"):
        from tools.setctl_host import serialfactory

        return serialfactory.make(args, output)
    from tools.setctl_host import factory  # needs the Python packages of the virtual environment

    if args.board not in image.GEOMETRY:
        raise Failure("unsupported", f"no flash image is made for board {args.board}")
    output.event(factory.make(args.board, args.flash, args.mac, args.ca))
    return 0


def _command(args, output):
    with contextlib.ExitStack() as stack:
        machine = machines.start(args)
        keep = False
        try:
            log = None
            if args.serial_log:
                log = stack.enter_context(open(args.serial_log, "ab"))
            session = Session(machine, log)
            line = _line(args, machine.host, stack)
            _wait_ready(session, output)
            keep = bool(args.monitor)
            status = 0
            for event in session.run(line, args.timeout):
                output.event(event)
                if event["event"] == "error":
                    status = 1
            return status
        except Down:
            keep = False
            raise
        finally:
            if keep:
                print(f"the set stays up: process {machine.pid}", file=sys.stderr)
                machine.leave()
            else:
                machine.stop()


def _menus(args):
    with contextlib.ExitStack() as stack:
        machine = machines.start(args)
        stack.callback(machine.stop)
        log = stack.enter_context(open(args.serial_log, "ab")) if args.serial_log else None
        session = Session(machine, log)
        _wait_ready(session, TextOutput())
        screen.run(machine, _line(args, machine.host, stack), log)
        return 0


def _wait_ready(session, output):
    """Wait for the set; say what it had to say before, whether it comes up or not."""
    try:
        session.wait_ready()
    finally:
        for event in session.early:
            output.event(event)


def _line(args, host, stack):
    """Return the command line for the set; {host} is this machine as the set sees it.

    stack: ExitStack that ends what the command needs while it runs.
    """
    words, pairs = [], []
    if args.command == "config":
        for pair in args.pairs:
            key, _, value = pair.partition("=")
            pairs.append((key, value.replace("{host}", host)))
    elif args.command in ("boot", "mmi"):
        pairs.append(("until", getattr(args, "until", "idle")))
        if args.lanpbx or args.dm:
            ports = stack.enter_context(FileServer(args.lanpbx, args.dm)).ports
            if args.lanpbx:
                pairs.append(("tftp", f"{host}:{ports['tftp']}"))
            if args.dm:
                pairs.append(("dm", f"http://{host}:{ports['http']}/dm.xml"))
    elif args.command == "getcert":
        words.append(args.serial.upper())
    elif args.command == "fault":
        words.append(args.kind)
    elif args.command == "cert" and args.chain:
        words.append("chain")
    if args.trace and args.command != "config":
        pairs.append(("trace", "yes"))
    return command_line(args.command, words, pairs)
