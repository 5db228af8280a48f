"""tools/panel: the command line; the page is served on loopback until Ctrl-C.

For people. Prints its URL, or with --json one line {"url": ...} when it is ready.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import sys

import uvicorn

from tools.setctl_host.errors import REPO, Failure
from tools.setctl_host.machines import firmware
from tools.webpanel.site import application
from tools.webpanel.stage import Stage

_LARGEST_MESSAGE = 16384


def _parser():
    parser = argparse.ArgumentParser(
        prog="panel",
        description="The set in a browser: front, events, flash, certificate, lab CA.",
        epilog="Served on 127.0.0.1 alone; whoever is on this machine may open it.",
    )
    parser.add_argument("--board", choices=("NOE", "UNIX", "VLE"), default="NOE")
    parser.add_argument("--port", type=int, default=8020, help="on 127.0.0.1; 0 picks a free one")
    parser.add_argument("--folder", metavar="DIR", help="the set's and the lab's state")
    parser.add_argument("--json", action="store_true", help="say `ready` in JSON")
    return parser


def main(argv=None):
    """Serve until stopped; return the exit status: 0, 1 on an error, 2 on wrong usage."""
    args = _parser().parse_args(argv)
    folder = args.folder or os.path.join(REPO, "build", "panel", args.board)
    try:
        firmware(args.board)
        listener = _listen(args.port)
    except (Failure, OSError) as e:
        print(f"panel: {e}", file=sys.stderr)
        return 1
    port = listener.getsockname()[1]
    stage = Stage(args.board, os.path.abspath(folder))
    config = uvicorn.Config(
        application(stage, port),
        log_level="error",
        ws_max_size=_LARGEST_MESSAGE,
        timeout_graceful_shutdown=2,
        server_header=False,
    )
    server = uvicorn.Server(config)
    # the server ends in order and then raises the signal again for whoever else waits for it
    signal.signal(signal.SIGTERM, lambda *_: None)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(server, listener, port, args.json))
    return 0 if server.started else 1


def _listen(port):
    """Return a socket on loopback; a port that is taken is replaced by a free one."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.bind(("127.0.0.1", 0))
    return listener


async def _serve(server, listener, port, as_json):
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.02)
    if server.started:
        url = f"http://127.0.0.1:{port}/"
        print(json.dumps({"url": url}) if as_json else f"The set is at {url}  (Ctrl-C ends)")
        sys.stdout.flush()
    await serving
