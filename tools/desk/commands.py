"""The command line of the desk lab: one process with TFTP, SNTP, the call server and a log.

For tools/callserver. On standard input it takes `reload [MAC]`, `clock ISO` and `quit`.
"""

import argparse
import asyncio
import http.server
import json
import os
import stat
import sys
import threading
import time

from tools.desk import sntp, tftp
from tools.desk.session import SessionServer
from tools.desk.weather import Weather
from tools.lab.state import parse_iso


class LogServer(asyncio.DatagramProtocol):
    """Takes RFC 5424 messages over UDP and hands them to the desk's log."""

    def __init__(self, log):
        """log: function (event name, fields)."""
        self._log = log

    def datagram_received(self, data, address):
        """Log one message as it came."""
        self._log("syslog", client=address[0], message=data.decode("utf-8", "replace"))


class Desk:
    """The running servers; `ports` names them: tftp, session, sntp, log, http."""

    def __init__(self, folder, host="127.0.0.1", ports=None, **flags):
        """flags: latency (ms), loss (0..1), clock (int seconds), tftp_fault, sntp_fault, silent."""
        self._folder, self._host, self._wanted, self._flags = folder, host, ports or {}, flags
        self._offset = flags["clock"] - time.time() if flags.get("clock") is not None else 0
        self.ports, self.events = {}, []
        self._transports, self._http = [], None
        self.on_event = None

    def now(self):
        """Return the desk's time in int seconds since 1970."""
        return int(time.time() + self._offset)

    def set_clock(self, seconds):
        """Let the desk's time be `seconds` from now on."""
        self._offset = seconds - time.time()

    def log(self, name, **fields):
        """Keep one event; on_event, where set, is told."""
        self.events.append({"event": name, **fields})
        if self.on_event:
            self.on_event(self.events[-1])

    async def start(self):
        """Bind everything; afterwards `ports` is filled."""
        weather = Weather(self._flags.get("latency", 0), self._flags.get("loss", 0.0))
        fault = self._flags.get("tftp_fault")
        self.session = SessionServer(weather, self.now, self._flags.get("silent", False), self.log)
        servers = {
            "tftp": tftp.TftpServer(self._folder, weather, fault, self.log),
            "session": self.session,
            "sntp": sntp.SntpServer(weather, self.now, self._flags.get("sntp_fault")),
            "log": LogServer(self.log),
        }
        loop = asyncio.get_running_loop()
        for name, server in servers.items():
            address = (self._host, self._wanted.get(name, 0))
            transport, _ = await loop.create_datagram_endpoint(
                lambda server=server: server, local_addr=address
            )
            self._transports.append(transport)
            self.ports[name] = transport.get_extra_info("sockname")[1]
        self._serve_files()

    def _serve_files(self):
        folder = self._folder

        class Handler(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *args):
                super().__init__(*args, directory=folder)

            def log_message(self, *args):
                pass

        address = (self._host, self._wanted.get("http", 0))
        self._http = http.server.ThreadingHTTPServer(address, Handler)
        self.ports["http"] = self._http.server_address[1]
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        """Stop all servers."""
        for transport in self._transports:
            transport.close()
        if self._http:
            self._http.shutdown()
            self._http.server_close()


def _parser():
    parser = argparse.ArgumentParser(
        prog="callserver", description="Files, time, call server and log for sets on this machine."
    )
    parser.add_argument("folder", help="what TFTP and HTTP serve: lanpbx.cfg, DM files")
    parser.add_argument("--host", default="127.0.0.1")
    for name in ("tftp", "session", "sntp", "log", "http"):
        parser.add_argument(f"--{name}-port", type=int, default=0, metavar="PORT")
    parser.add_argument("--latency", type=int, default=0, metavar="MS")
    parser.add_argument("--loss", type=float, default=0.0, metavar="SHARE")
    parser.add_argument("--clock", metavar="ISO", help="the time that is told")
    parser.add_argument("--silent", action="store_true", help="the call server tells no time")
    parser.add_argument("--tftp-fault", choices=tftp.FAULTS)
    parser.add_argument("--sntp-fault", choices=sntp.FAULTS)
    return parser


async def _run(desk):
    await desk.start()
    print(json.dumps({"host": desk._host, "ports": desk.ports}), flush=True)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    if sys.stdin.isatty() or stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    else:
        reader.feed_eof()  # /dev/null or a file: nobody is there to say anything
    while line := (await reader.readline()).decode().split():
        if line[0] == "quit":
            break
        if line[0] == "reload":
            print(f"reload: {desk.session.reload(*line[1:2])} told", flush=True)
        elif line[0] == "clock" and len(line) == 2:
            desk.set_clock(parse_iso(line[1]))
        else:
            print(f"callserver: {line[0]}: not a command", file=sys.stderr)
    else:
        # Standard input has ended (a script in the background): serve until killed.
        await asyncio.Event().wait()
    desk.close()


def main(argv=None):
    """Serve until `quit`; return the exit status."""
    arguments = vars(_parser().parse_args(argv))
    if not os.path.isdir(arguments["folder"]):
        print(f"callserver: {arguments['folder']}: no such folder", file=sys.stderr)
        return 2
    ports = {n: arguments[f"{n}_port"] for n in ("tftp", "session", "sntp", "log", "http")}
    clock = parse_iso(arguments["clock"]) if arguments["clock"] else None
    flags = {n: arguments[n] for n in ("latency", "loss", "silent", "tftp_fault", "sntp_fault")}
    desk = Desk(arguments["folder"], arguments["host"], ports, clock=clock, **flags)
    desk.on_event = lambda event: print(json.dumps(event), flush=True)
    try:
        asyncio.run(_run(desk))
    except KeyboardInterrupt:
        pass
    except OSError as error:
        print(f"callserver: {error}", file=sys.stderr)
        return 1
    return 0
