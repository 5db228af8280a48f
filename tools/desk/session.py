"""The call server's side of the set's session: date and time, reload messages.

For tools/callserver. One ASCII line in one UDP datagram, port 2576; anybody can script it:

    set -> server   HELLO 1 mac=00809F59E1A0 nonce=0123456789abcdef state=active
    server -> set   TIME 1 nonce=0123456789abcdef utc=1900000000
    server -> set   RELOAD 1 mac=00809F59E1A0 id=7

HELLO comes every 3 s until a TIME answers it, then every 60 s; `nonce` must come back. RELOAD
makes the set read its configuration file again, at most once a minute; `mac=all` is every set.
"""

import asyncio
import time


class SessionServer(asyncio.DatagramProtocol):
    """Answers HELLO with the time; knows every set that ever said HELLO."""

    def __init__(self, weather, clock=None, silent=False, log=None):
        """clock: function () -> int seconds since 1970; silent: no TIME is sent."""
        self._weather = weather
        self._clock = clock or (lambda: int(time.time()))
        self._silent = silent
        self._log = log or (lambda name, **fields: None)
        self._reload_id = 0
        self.sets = {}

    def connection_made(self, transport):
        """Keep the socket."""
        self._transport = transport

    def datagram_received(self, data, address):
        """Take a HELLO."""
        words = data.decode("ascii", "replace").split()
        if words[:2] != ["HELLO", "1"]:
            return
        fields = dict(word.split("=", 1) for word in words[2:] if "=" in word)
        mac = fields.get("mac", "?")
        if mac not in self.sets:
            self._log("hello", mac=mac, state=fields.get("state"))
        self.sets[mac] = (address, fields.get("state"))
        if not self._silent:
            line = f"TIME 1 nonce={fields.get('nonce')} utc={self._clock()}"
            self._weather.send(self._transport, line.encode(), address)

    def reload(self, mac="all"):
        """Send RELOAD to one set or to all that are known; return how many were told."""
        self._reload_id += 1
        told = 0
        for known, (address, _) in self.sets.items():
            if mac in ("all", known):
                line = f"RELOAD 1 mac={known} id={self._reload_id}"
                self._weather.send(self._transport, line.encode(), address)
                told += 1
        return told
