"""The lock file tools/sources.lock: which file of which package, and its SHA-256.

For tools/sources. TOML; one table an item, fields as the file's own head comment says.
"""

import tomllib

from . import SourcesError

KINDS = ("source", "deb")


class Item:
    """One locked download: what it is called, where it comes from, where it is unpacked.

    Invariant: `sha256` has 64 hex digits and `size` is the file's length in bytes; both
    belong to `file`, the name the archive gives it for this machine's architecture.
    """

    def __init__(self, name, table, architecture):
        """Read one table of the lock file for a Debian architecture such as "amd64"."""
        self.name = name
        try:
            self.kind = table["kind"]
            self.group = table["group"]
            self.package = table["package"]
            self.version = table["version"]
            self.suites = table["suites"]
            self.env = table["env"]
            self.folder = table["folder"]
            files = table["files"]
        except KeyError as missing:
            raise SourcesError(f"the lock file's entry {name} lacks the field {missing}") from None
        if self.kind not in KINDS:
            raise SourcesError(f"the lock file's entry {name} has the unknown kind {self.kind!r}")
        chosen = files.get("all") or files.get(architecture)
        self.file = chosen and chosen["name"]
        self.size = chosen and chosen["size"]
        self.sha256 = chosen and chosen["sha256"]
        if chosen and len(self.sha256) != 64:
            raise SourcesError(f"the lock file's entry {name} has no SHA-256 of 64 hex digits")

    @property
    def title(self):
        """Name and version as shown to the user."""
        return f"{self.package} {self.version}"


def read(path, architecture):
    """Return {name: Item} of the lock file at `path`, in its order."""
    with open(path, "rb") as stream:
        try:
            tables = tomllib.load(stream)
        except tomllib.TOMLDecodeError as error:
            raise SourcesError(f"the lock file {path} cannot be read: {error}") from None
    return {name: Item(name, table, architecture) for name, table in tables.items()}


def select(items, names):
    """Return the Items for `names` (item names, group names or "all"), each once, in order."""
    groups = {item.group for item in items.values()}
    for name in names:
        if name not in items and name not in groups and name != "all":
            known = " ".join(sorted(groups)) + " all " + " ".join(items)
            raise SourcesError(f"there is no source or group named {name}; known are: {known}")
    return [
        item
        for item in items.values()
        if item.name in names or item.group in names or "all" in names
    ]
