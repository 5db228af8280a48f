"""The set, the lab CA and the people who watch them: what happens, one thing after another.

For site.py. Messages to the page are dicts (`t` says what), pictures are bytes; what a page asks
for is a dict with `do`.
"""

import asyncio
import os
import sqlite3
import time
from collections import deque

from tools.desk.commands import Desk
from tools.setctl_host import factory
from tools.setctl_host.errors import Failure
from tools.webpanel import holdings, mission
from tools.webpanel.device import Device
from tools.webpanel.labdesk import LabDesk
from tools.webpanel.monitor import KEYS, MonitorError

_EVENTS = 400
_WAITING = 500  # messages that a page may be behind before it is let go
_LOOK = 0.7  # seconds between two looks at the flash and the lab
_LONGEST_FILE = 8192
_MOST_TYPED = 512


class Refused(Exception):
    """What a page asked for cannot be done; the sentence is for its visitor."""


class Stage:
    """Everything behind the page. Invariant: what `_last` holds is what each page was told last."""

    def __init__(self, board, folder):
        """board: UNIX, NOE or VLE; folder: where the set's flash and the lab's state stay."""
        self.folder = folder
        os.makedirs(os.path.join(folder, "files"), exist_ok=True)
        self.device = Device(board, os.path.join(folder, "set.img"), self._heard)
        self.lab = None
        self._desk = Desk(os.path.join(folder, "files"))
        self._pages = set()
        self._events = deque(maxlen=_EVENTS)
        self._last = {}
        self._picture = None
        self._facts = set()
        self._asked = (None, 0)  # profile, requests that its lab had seen
        self._certificate = None
        self._region = None
        self._task = None

    async def start(self):
        """Make what is not there yet; serve and look from now on."""
        self.lab = await asyncio.to_thread(LabDesk, os.path.join(self.folder, "lab"))
        if not os.path.exists(self.device.flash):
            await asyncio.to_thread(self._fresh)
        await self._desk.start()
        self._heard("power", state="off", why=None)
        await self._look()
        self._task = asyncio.create_task(self._look_on())

    async def stop(self):
        """Switch everything off."""
        if self._task:
            self._task.cancel()
        await self.device.power_off()
        self._desk.close()
        if self.lab:
            self.lab.close()

    # -- pages ---------------------------------------------------------------------------------

    def join(self):
        """Return the queue of messages of a page that was opened: all that is known, first."""
        queue = asyncio.Queue(_WAITING)
        for message in self._last.values():
            queue.put_nowait(message)
        queue.put_nowait({"t": "events", "events": list(self._events)})
        if self._picture is not None:
            queue.put_nowait(self._picture)
        self._pages.add(queue)
        self.device.watched = True
        return queue

    def leave(self, queue):
        """Forget a page."""
        self._pages.discard(queue)
        self.device.watched = bool(self._pages)

    async def do(self, asked):
        """Do what a page asked for (dict). Raises Refused."""
        action = asked.get("do") if isinstance(asked, dict) else None
        deed = self._DEEDS.get(action)
        if deed is None:
            raise Refused("the panel does not know that")
        try:
            await deed(self, asked)
        except (Failure, MonitorError, ValueError, OSError) as e:
            raise Refused(str(e)) from e
        await self._look()

    # -- deeds ---------------------------------------------------------------------------------

    async def _power(self, asked):
        if not asked.get("on"):
            await self.device.power_off("switched off")
            return
        cut = asked.get("cut")
        if cut is not None and not (isinstance(cut, int) and 0 < cut < 1 << 24):
            raise Refused("a flash step is a number from 1 on")
        pairs = []
        if os.path.exists(self._file()):
            pairs.append(("tftp", f"{self.device.host}:{self._desk.ports['tftp']}"))
        await self.device.power_on(cut, pairs)
        self.device.watched = bool(self._pages)

    async def _cut(self, asked):
        if self.device.state == "off":
            raise Refused("the set has no power")
        await self.device.cut()

    async def _restart(self, asked):
        await self.device.power_off("switched off and on again")
        await self._power({"on": True})

    async def _key(self, asked):
        name = asked.get("name")
        typed = (
            isinstance(name, str) and len(name) == 2 and name[0] == "t" and name[1].isprintable()
        )
        if name not in KEYS and not typed:
            raise Refused("the set has no such key")
        self.device.press(name)

    async def _type(self, asked):
        text = asked.get("text")
        if not isinstance(text, str) or len(text) > _MOST_TYPED or not text.isprintable():
            raise Refused("this cannot be typed")
        if self.device.state != "on":
            raise Refused("switch the set on first")
        self.device.press(*["t" + c for c in text])

    async def _lab(self, asked):
        await asyncio.to_thread(self.lab.act, asked.get("act"), asked.get("which"))

    async def _new_set(self, asked):
        await self.device.power_off("replaced by a factory-fresh set")
        await asyncio.to_thread(self._fresh)
        self._facts.clear()
        self._picture = None
        self._heard("text", lines=[])

    async def _offer(self, asked):
        text = asked.get("text")
        if not isinstance(text, str) or len(text) > _LONGEST_FILE:
            raise Refused(f"the file holds at most {_LONGEST_FILE} characters")
        if text.strip():
            with open(self._file(), "w", encoding="utf-8") as file:
                file.write(text)
        elif os.path.exists(self._file()):
            os.remove(self._file())

    async def _looked(self, asked):
        self._facts.add("certificate")

    _DEEDS = {
        "power": _power, "cut": _cut, "restart": _restart, "key": _key, "type": _type, "lab": _lab,
        "new": _new_set, "offer": _offer, "looked": _looked,
    }  # fmt: skip

    # -- private, in the order of use

    def _file(self):
        return os.path.join(self.folder, "files", "lanpbx.cfg")

    def _fresh(self):
        factory.make(self.device.board, self.device.flash)

    def _heard(self, what, **fields):
        """Take what the device tells."""
        if what == "picture":
            self._picture = fields["png"]
            self._tell_raw(self._picture)
        elif what == "event":
            self._event("set", fields["event"])
            mission.heard(self._facts, fields["event"])
        else:
            if what == "power":
                fields["display"] = self.device.has_display
                fields["board"] = self.device.board
                self._power_changed(fields)
            self._tell(what, **fields)

    def _power_changed(self, fields):
        if fields["state"] == "off":
            self._picture = None
            if fields["why"]:
                self._event("panel", {"event": "power", "off": fields["why"]})
            if fields["why"] and ("plug" in fields["why"] or "cut" in fields["why"]):
                self._facts.add("cut")
                self._facts.discard("again")
        elif fields["state"] == "starting":
            self._event("panel", {"event": "power", "on": self.device.board})

    def _event(self, source, event):
        entry = {**event, "time": time.strftime("%H:%M:%S"), "source": source}
        self._events.append(entry)
        self._tell_raw({"t": "event", "entry": entry})

    def _tell(self, what, **fields):
        """Tell every page what is so now, unless it was told the same before."""
        message = {"t": what, **fields}
        if self._last.get(what) != message:
            self._last[what] = message
            self._tell_raw(message)

    def _tell_raw(self, message):
        for queue in list(self._pages):
            try:
                queue.put_nowait(message)
            except asyncio.QueueFull:
                self.leave(queue)

    async def _look_on(self):
        while True:
            await asyncio.sleep(_LOOK)
            if not self._pages:
                continue
            try:
                await self._look()
            except (OSError, ValueError, sqlite3.Error) as e:  # of one look; the next may succeed
                self._tell_raw({"t": "notice", "text": str(e)})

    async def _look(self):
        """Read flash and lab, and tell what is new."""
        try:
            data = await asyncio.to_thread(holdings.region, self.device.board, self.device.flash)
        except OSError:
            data = b""
        if data != self._region:
            self._region = data
            flash, self._certificate = await asyncio.to_thread(holdings.describe, data)
            self._tell("flash", **flash)
            self._tell("certificate", certificate=self._certificate)
        lab = await asyncio.to_thread(self.lab.describe, self.device.host)
        # another profile is another lab with a log of its own
        profile, before = self._asked
        self._asked = (lab["profile"], lab["asked"])
        new = lab["asked"] - before if profile == lab["profile"] else 0
        for entry in lab["log"][:new][::-1]:
            self._event("lab", {"event": entry["operation"] or "request", **_short(entry)})
        self._tell("lab", **lab)
        offered = ""
        if os.path.exists(self._file()):
            with open(self._file(), encoding="utf-8") as file:
                offered = file.read()
        self._tell("offered", text=offered)
        self._tell("mission", done=mission.done(self._facts, self._certificate))


def _short(entry):
    """Return what the page's log shows of a request that the lab saw."""
    names = ("message_type", "result", "issued_serial", "digest", "cipher")
    return {name: entry[name] for name in names if entry.get(name)}
