"""The servers that a booting set finds: its lanpbx.cfg by TFTP, its DM file by HTTP.

For main.py (`setctl boot --lanpbx FILE --dm FILE`); the servers are tools/callserver's.
"""

import asyncio
import os
import shutil
import tempfile
import threading

from tools.desk.commands import Desk
from tools.setctl_host.errors import Failure


class FileServer:
    """Serves copies of the two files on loopback while it is open; a context manager.

    ports: as Desk.ports ("tftp", "http").
    """

    def __init__(self, lanpbx=None, dm=None):
        """lanpbx, dm: paths of the files, or None. Raises Failure."""
        self._folder = tempfile.mkdtemp(prefix="setctl-")
        try:
            for source, name in ((lanpbx, "lanpbx.cfg"), (dm, "dm.xml")):
                if source:
                    shutil.copyfile(source, os.path.join(self._folder, name))
        except OSError as e:
            shutil.rmtree(self._folder)
            raise Failure("tftp", f"{e.filename}: {e.strerror}") from e
        self._desk = Desk(self._folder)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._desk.start(), self._loop).result(10)
        self.ports = self._desk.ports

    def __enter__(self):
        """Return the running servers."""
        return self

    def __exit__(self, *_):
        """Stop them and remove the copies."""

        async def stop():
            self._desk.close()

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()
        shutil.rmtree(self._folder, ignore_errors=True)
