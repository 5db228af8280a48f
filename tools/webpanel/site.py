"""The panel's web application: three files, one WebSocket, and who may talk to it.

For main.py; Starlette. Only pages that this server gave out itself may speak: a foreign Host
(DNS rebinding) or Origin (another site's page) is refused [RFC 6454, RFC 9110 7.2].
"""

import asyncio
import contextlib
import json
import os

from starlette.applications import Starlette
from starlette.responses import FileResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from tools.webpanel.stage import Refused

PAGE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "page")
FILES = {
    "/": ("index.html", "text/html"),
    "/panel.css": ("panel.css", "text/css"),
    "/panel.js": ("panel.js", "text/javascript"),
    "/views.js": ("views.js", "text/javascript"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """ASGI middleware: lets only this server's own names and pages through."""

    def __init__(self, app, port):
        """app: ASGI application; port: the one that is listened on."""
        self._app = app
        self._hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}

    async def __call__(self, scope, receive, send):
        """Hand on, or refuse with 403 (a WebSocket: before it is accepted)."""
        if scope["type"] in ("http", "websocket") and not self._ours(scope):
            if scope["type"] == "http":
                answer = PlainTextResponse("the panel is for its own pages alone\n", 403)
                await answer(scope, receive, send)
            else:
                await receive()
                await send({"type": "websocket.close", "code": 1008})
            return
        await self._app(scope, receive, send)

    def _ours(self, scope):
        headers = {}
        for name, value in scope["headers"]:
            headers.setdefault(name, []).append(value.decode("latin-1"))
        hosts, origins = headers.get(b"host", []), headers.get(b"origin", [])
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return False
        # a browser names the origin of every WebSocket; only this page's own is let in
        if scope["type"] == "websocket" or origins:
            return origins == ["http://" + hosts[0]]
        return True


def application(stage, port):
    """Return the ASGI application that shows `stage` (stage.Stage) on `port`."""

    async def file(request):
        name, kind = FILES[request.url.path]
        return FileResponse(os.path.join(PAGE, name), media_type=kind, headers=_HEADERS)

    async def socket(websocket):
        await websocket.accept()
        queue = stage.join()
        sender = asyncio.create_task(_send(websocket, queue))
        try:
            while True:
                await _act(stage, queue, await websocket.receive_text())
        except (WebSocketDisconnect, KeyError, RuntimeError):
            pass  # KeyError: Starlette's, for a binary message
        finally:
            stage.leave(queue)
            sender.cancel()

    @contextlib.asynccontextmanager
    async def lifespan(app):
        await stage.start()
        try:
            yield
        finally:
            await stage.stop()

    routes = [Route(path, file, methods=["GET"]) for path in FILES]
    routes.append(WebSocketRoute("/live", socket))
    return Guard(Starlette(routes=routes, lifespan=lifespan), port)


async def _send(websocket, queue):
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            message = await queue.get()
            if isinstance(message, bytes):
                await websocket.send_bytes(message)
            else:
                await websocket.send_text(json.dumps(message))


async def _act(stage, queue, text):
    try:
        try:
            asked = json.loads(text)
        except ValueError as e:
            raise Refused("the panel does not understand that") from e
        await stage.do(asked)
    except Refused as e:
        with contextlib.suppress(asyncio.QueueFull):
            queue.put_nowait({"t": "notice", "text": str(e)})
