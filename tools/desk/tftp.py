"""A TFTP server for reading, with the misbehaviours of bad ones.

For tools/callserver; RFC 1350, RFC 2347 to 2349. Debian's tftpd is the other server in the tests.
"""

import asyncio
import os

RRQ, DATA, ACK, ERROR, OACK = 1, 3, 4, 5, 6
RETRANSMIT = 1.0
TRIES = 6
# --tftp-fault: each name is one branch of _Transfer.
FAULTS = (
    "duplicate",  # every DATA twice
    "foreign-port",  # a second DATA from another port beside each one
    "unasked-oack",  # an option that nobody asked for
    "no-options",  # options are ignored (an old server)
    "refuse-options",  # error 8
    "silent",  # no answer at all
    "stall",  # stops after the first block
    "access",  # error 2
    "huge",  # never ends
    "long-block",  # blocks longer than agreed
    "lose-first",  # the first DATA and its first repetition are lost
)


class TftpServer(asyncio.DatagramProtocol):
    """Listens for RRQ; every transfer gets a port of its own [RFC 1350 4]."""

    def __init__(self, folder, weather, fault=None, log=None):
        """folder: str, nothing outside it is read; log: function (event name, fields)."""
        self._folder = os.path.realpath(folder)
        self._weather = weather
        self._fault = fault
        self._log = log or (lambda name, **fields: None)
        self._tasks = set()

    def connection_made(self, transport):
        """Keep the listening socket."""
        self._transport = transport

    def connection_lost(self, error):
        """End the transfers with their server."""
        for task in self._tasks:
            task.cancel()

    def datagram_received(self, data, address):
        """Start a transfer for each RRQ."""
        if len(data) < 4 or data[0] or data[1] != RRQ or self._fault == "silent":
            return
        task = asyncio.ensure_future(self._serve(data, address))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, data, address):
        words = data[2:].split(b"\0")
        name = words[0].decode("utf-8", "replace")
        options = {
            k.decode("latin-1").lower(): v.decode("latin-1")
            for k, v in zip(words[2:-1:2], words[3::2], strict=False)
        }
        loop = asyncio.get_running_loop()
        host = self._transport.get_extra_info("sockname")[0]
        local = (host, 0)
        endpoint = await loop.create_datagram_endpoint(_Inbox, local_addr=local)
        stranger = await loop.create_datagram_endpoint(_Inbox, local_addr=local)
        transfer = _Transfer(endpoint, stranger, address, self._weather, self._fault)
        try:
            content = self._read(name)
            self._log("tftp", file=name, client=address[0], found=content is not None)
            await transfer.run(content, options)
        finally:
            endpoint[0].close()
            stranger[0].close()

    def _read(self, name):
        path = os.path.realpath(os.path.join(self._folder, name.lstrip("/")))
        if os.path.commonpath((path, self._folder)) != self._folder or not os.path.isfile(path):
            return None
        with open(path, "rb") as file:
            return file.read()


class _Inbox(asyncio.DatagramProtocol):
    def __init__(self):
        self.queue = asyncio.Queue()

    def datagram_received(self, data, address):
        self.queue.put_nowait((data, address))


class _Transfer:
    def __init__(self, endpoint, stranger, address, weather, fault):
        self._transport, self._inbox = endpoint
        self._stranger = stranger[0]
        self._address = address
        self._weather = weather
        self._fault = fault
        self._lost = 0

    async def run(self, content, options):
        if self._fault == "access":
            self._error(2, "access violation")
            return
        if content is None:
            self._error(1, "file not found")
            return
        if self._fault == "refuse-options" and options:
            self._error(8, "no options here")
            return
        size = 512
        agreed = {}
        if self._fault != "no-options":
            if options.get("blksize", "").isdigit():
                size = max(8, min(int(options["blksize"]), 1428))
                agreed["blksize"] = str(size)
            if "tsize" in options:
                agreed["tsize"] = str(len(content))
        if self._fault == "unasked-oack":
            agreed["windowsize"] = "8"
        if agreed:
            words = b"".join(f"{k}\0{v}\0".encode() for k, v in agreed.items())
            if not await self._exchange(bytes((0, OACK)) + words, 0):
                return
        await self._blocks(content, size)

    async def _blocks(self, content, size):
        number, start = 1, 0
        while True:
            piece = content[start : start + size]
            if self._fault == "huge":
                piece = b"#" * size
            if self._fault == "long-block":
                piece = b"#" * (size + 1)
            block = bytes((0, DATA, number >> 8 & 255, number & 255)) + piece
            if not await self._exchange(block, number & 0xFFFF):
                return
            if self._fault == "stall":
                return
            start += size
            number += 1
            if len(piece) < size:
                return

    async def _exchange(self, message, number):
        """Send until the acknowledgement of `number` comes; False when it never does."""
        for _ in range(TRIES):
            self._send(message)
            try:
                async with asyncio.timeout(RETRANSMIT):
                    while True:
                        data, address = await self._inbox.queue.get()
                        if address != self._address or len(data) < 4:
                            continue
                        if data[1] == ERROR:
                            return False
                        if data[1] == ACK and data[2] << 8 | data[3] == number:
                            return True
            except TimeoutError:
                continue
        return False

    def _send(self, message):
        if self._fault == "lose-first" and message[1] == DATA and self._lost < 2:
            self._lost += 1
            return
        self._weather.send(self._transport, message, self._address)
        if self._fault == "duplicate":
            self._weather.send(self._transport, message, self._address)
        if self._fault == "foreign-port":
            forged = message[:4] + b"scep_url=http://rogue.example/" + message[34:]
            self._weather.send(self._stranger, forged, self._address)

    def _error(self, code, text):
        message = bytes((0, ERROR, 0, code)) + text.encode() + b"\0"
        self._weather.send(self._transport, message, self._address)
