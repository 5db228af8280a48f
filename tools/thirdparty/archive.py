"""Download one locked file from a Debian archive through a private apt configuration.

For tools/sources. The machine's own configuration is read (which archive, which proxy) and
never changed: lists, cache and status live in the build folder. One suite is asked at a
time, since a package may be whole in one suite and gone from the next.
"""

import os
import re
import subprocess
import time

from . import SourcesError

# A suite's index older than this is fetched again (seconds).
INDEX_LIFE = 6 * 3600
# No answer for this long counts as a failure (seconds).
TIMEOUT = 60


def architecture():
    """Return this machine's Debian architecture, such as "amd64"."""
    try:
        answer = subprocess.run(
            ["dpkg", "--print-architecture"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        raise SourcesError("dpkg is not there: this is no Debian machine") from None
    return answer.stdout.strip()


def machine_archives(etc="/etc/apt"):
    """Return (archive, security archive or None): the URIs that this machine's apt uses."""
    entries = []
    parts = os.path.join(etc, "sources.list.d")
    paths = [os.path.join(etc, "sources.list")]
    if os.path.isdir(parts):
        paths += sorted(os.path.join(parts, name) for name in os.listdir(parts))
    for path in paths:
        if path.endswith(".list") and os.path.exists(path):
            entries += _one_line_entries(path)
        elif path.endswith(".sources"):
            entries += _deb822_entries(path)
    main = security = None
    for uri, suites in entries:
        for suite in suites:
            if suite.endswith(("-security", "/updates")):
                security = security or uri
            elif re.fullmatch(r"[a-z]+(-updates)?", suite):
                main = main or uri
    if main is None:
        raise SourcesError(f"{etc} names no Debian archive to fetch from")
    return main, security


def _one_line_entries(path):
    """Yield (uri, [suite]) for each deb or deb-src line of a sources.list."""
    for line in _read(path).splitlines():
        line = re.sub(r"\[[^]]*\]", " ", line.split("#")[0])
        words = line.split()
        if len(words) >= 4 and words[0] in ("deb", "deb-src"):
            yield words[1], words[2:3]


def _deb822_entries(path):
    """Yield (uri, [suites]) for each enabled paragraph of a .sources file."""
    text = "\n".join(line for line in _read(path).splitlines() if not line.startswith("#"))
    for paragraph in re.split(r"\n\s*\n", text):
        fields = {}
        for match in re.finditer(r"^([A-Za-z-]+):((?:.*)(?:\n[ \t].*)*)", paragraph, re.MULTILINE):
            fields[match.group(1).lower()] = match.group(2).split()
        if fields.get("enabled", ["yes"])[:1] == ["no"]:
            continue
        for uri in fields.get("uris", []):
            yield uri, fields.get("suites", [])


def _read(path):
    with open(path, encoding="utf-8", errors="replace") as stream:
        return stream.read()


class Suite:
    """One suite of the archive, of one kind of index ("source" or "deb"), privately configured."""

    def __init__(self, folder, archives, suite, kind):
        """`folder` holds the private state; `archives` is machine_archives()'s answer."""
        self.suite = suite
        self.kind = kind
        self.folder = os.path.join(os.path.abspath(folder), f"{suite}-{kind}")
        main, security = archives
        self.uri = security if suite.endswith("-security") else main

    def download(self, item, into):
        """Download `item`'s file into the folder `into`; return its path.

        Raises SourcesError with a few words (what this suite lacks) if it cannot be had.
        """
        if self.uri is None:
            raise SourcesError("this machine names no security archive")
        self._configure()
        self._update()
        command = {
            "source": ["source", "--download-only", "--tar-only", "--only-source"],
            "deb": ["download"],
        }[self.kind]
        offer = self._apt([*command, "--print-uris", item.package], into)
        offered = re.findall(r"^'[^']*' (\S+) \d+", offer.stdout, re.MULTILINE)
        if offer.returncode or not offered:
            raise SourcesError("has no such package")
        if item.file not in offered:
            raise SourcesError(f"has {' '.join(offered)}")
        result = self._apt([*command, item.package], into)
        path = os.path.join(into, item.file)
        if result.returncode or not os.path.exists(path):
            raise SourcesError(_reason(result.stderr))
        return path

    def _configure(self):
        os.makedirs(os.path.join(self.folder, "lists", "partial"), exist_ok=True)
        os.makedirs(os.path.join(self.folder, "cache"), exist_ok=True)
        self._write("status", "")
        # Trusted: the lock file's SHA-256 decides, so that a keyring too old to know a newer
        # suite's key is no obstacle.
        kind = "deb-src" if self.kind == "source" else "deb"
        self._write(
            "list.sources",
            f"Types: {kind}\nURIs: {self.uri}\nSuites: {self.suite}\n"
            "Components: main\nTrusted: yes\n",
        )
        # The machine's apt.conf.d is still read (proxies), but its hooks are for its own files.
        self._write(
            "apt.conf",
            "#clear APT::Update::Pre-Invoke;\n#clear APT::Update::Post-Invoke;\n"
            "#clear APT::Update::Post-Invoke-Success;\n#clear DPkg::Post-Invoke;\n"
            f'Dir::State "{self.folder}";\nDir::State::lists "lists/";\n'
            f'Dir::State::status "{self.folder}/status";\nDir::Cache "{self.folder}/cache";\n'
            f'Dir::Etc::sourcelist "{self.folder}/list.sources";\nDir::Etc::sourceparts "-";\n'
            'Dir::Etc::preferencesparts "-";\nDir::Etc::preferences "-";\n'
            'APT::Sandbox::User "root";\nAcquire::Languages "none";\nAcquire::Retries "2";\n'
            f'Acquire::http::Timeout "{TIMEOUT}";\nAcquire::https::Timeout "{TIMEOUT}";\n',
        )

    def _write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as stream:
            stream.write(text)

    def _update(self):
        stamp = os.path.join(self.folder, "updated")
        try:
            if 0 <= time.time() - os.stat(stamp).st_mtime < INDEX_LIFE:
                return
        except FileNotFoundError:
            pass
        result = self._apt(["update", "-o", "APT::Update::Error-Mode=any"], self.folder)
        if result.returncode:
            raise SourcesError("its index is not to be had: " + _reason(result.stderr))
        self._write("updated", "")

    def _apt(self, arguments, where):
        environment = dict(os.environ, LC_ALL="C")
        config = os.path.join(self.folder, "apt.conf")
        try:
            return subprocess.run(
                ["apt-get", "-q", "-c", config, *arguments],
                cwd=where,
                env=environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError:
            raise SourcesError("apt-get is not there") from None


def _reason(stderr):
    """Return the first error line that apt printed, without its prefix and without URIs."""
    for line in stderr.splitlines():
        if line.startswith(("E:", "Err:")):
            line = re.sub(r"\b[a-z+]+:/\S+", lambda uri: uri[0].rsplit("/", 1)[1], line[2:])
            line = re.sub(r"\[IP:[^]]*\]", "", line)
            return re.sub(r"\s+", " ", line).strip(" .")
    return "apt gave no reason"
