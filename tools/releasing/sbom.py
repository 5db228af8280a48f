"""The bill of materials of a release: CycloneDX 1.6 in JSON, by the cyclonedx library.

For tools/release. One component an image, the wheel, and each part that is linked into them, with
the SHA-256 of the archive it came from (tools/sources.lock) and its licence (firmware/licences.py).
"""

import datetime
import uuid

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense, LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

# Component of licences.COMPONENTS: the archive in tools/sources.lock that it is built from.
ARCHIVES = {
    "MicroPython": "micropython",
    "fdlibm": "micropython",
    "BearSSL": "bearssl",
    "lwIP": "lwip",
    "Pico SDK": "pico-sdk",
    "TinyUSB": "tinyusb",
}
# Fixed, so that one commit has one bill: the serial number is derived from what it lists.
_NAMESPACE = uuid.UUID("5f0c1a3e-6b1d-5f0e-9a53-6d6963726f73")


class Sbom:
    """A bill of materials that grows file by file; `text()` is checked against the schema."""

    def __init__(self, version, epoch, rows, archives):
        """version: the release's; epoch: int seconds; rows: licences.COMPONENTS; archives: the
        lock file's {name: Item}."""
        self._rows = {row[0]: row for row in rows}
        self._archives = archives
        self._version = version
        self._epoch = epoch
        self._bom = Bom()
        self._top = Component(
            name="microscep", version=version, type=ComponentType.APPLICATION, bom_ref="microscep",
            licenses=[DisjunctiveLicense(id="MIT")],
        )  # fmt: skip
        self._bom.metadata.component = self._top
        self._parts = {}
        self._files = []

    def _part(self, name):
        if name not in self._parts:
            _, version, _, spdx, _ = self._rows[name]
            item = self._archives.get(ARCHIVES.get(name))
            simple = spdx in ("MIT", "BSD-3-Clause", "Apache-2.0")
            expression = LicenseExpression(spdx) if " WITH " in spdx else None
            licence = DisjunctiveLicense(id=spdx) if simple else DisjunctiveLicense(name=spdx)
            part = Component(
                name=name, version=item.version if item else version or None,
                type=ComponentType.LIBRARY, bom_ref="part:" + name,
                licenses=[expression or licence],
                purl=item and PackageURL("generic", None, item.package, item.version),
                hashes=item and [HashType(alg=HashAlgorithm.SHA_256, content=item.sha256)],
            )  # fmt: skip
            self._parts[name] = part
            self._bom.components.add(part)
        return self._parts[name]

    def add(self, name, sha256, parts, kind=ComponentType.FIRMWARE):
        """Add a released file: its name, its SHA-256 (hex), the names of what is linked into it."""
        file = Component(
            name=name, version=self._version, type=kind, bom_ref="file:" + name,
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=sha256)],
            licenses=[DisjunctiveLicense(id="MIT")],
        )  # fmt: skip
        self._files.append((name, sha256))
        self._bom.components.add(file)
        self._bom.register_dependency(self._top, [file])
        self._bom.register_dependency(file, [self._part(p) for p in parts if p != "microscep"])

    def text(self):
        """Return the bill as JSON; raises ValueError where it breaks the schema."""
        names = " ".join(f"{name}={digest}" for name, digest in sorted(self._files))
        self._bom.serial_number = uuid.uuid5(_NAMESPACE, names)
        self._bom.metadata.timestamp = datetime.datetime.fromtimestamp(self._epoch, datetime.UTC)
        text = JsonV1Dot6(self._bom).output_as_string(indent=2)
        wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
        if wrong:
            raise ValueError(f"the bill of materials breaks its schema: {wrong!r}")
        return text + "\n"
