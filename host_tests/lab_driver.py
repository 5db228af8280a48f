"""The lab CA in the test's own process, as the end-to-end tests drive it.

For host_tests with sets under tools/setctl; the same parts and commands as tools/labca.
"""

import contextlib
import io
from pathlib import Path

from certrep import tlv
from set_driver import CHALLENGE
from tools.lab import commands
from tools.lab.faults import Fault


class Lab:
    """A lab CA on loopback; a context manager. Has the attributes that Set.configure wants."""

    def __init__(self, folder, profile="rfc8894", challenge=CHALLENGE, **flags):
        """Start it in `folder`/lab; flags: those of `labca serve` with underscores."""
        self.state = Path(folder) / "lab"
        self.running = commands.start(profile, state=str(self.state), challenge=challenge, **flags)
        ready = commands.describe(self.running)
        self.ca_sha256, self.port = ready["ca_sha256"], ready["port"]
        self.scheme, _, rest = ready["url"].partition("://")
        self.path = "/" + rest.split("/", 1)[1]
        self.challenge = ready["challenge"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.running.close()

    def url(self, host="127.0.0.1"):
        """Return the SCEP URL as a set sees it that reaches this machine as `host`."""
        return f"{self.scheme}://{host}:{self.port}{self.path}"

    def act(self, *arguments):
        """Run `labca ...` on this one; return what it prints."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = commands.main([*arguments, "--state", str(self.state)])
        assert status == 0, said.getvalue()
        return said.getvalue()

    def log(self):
        """Return the requests that the lab saw, in order."""
        return self.running.state.log_entries()

    def bend(self, fault):
        """Let a tools.lab.faults.Fault play from now on; None: honest again."""
        fault = fault or Fault()
        self.running.fault = self.running.responder._fault = fault


class LongCrl(Fault):
    """The CA has revoked so many certificates before that its CRL is long."""

    def __init__(self, octets):
        """octets: how long the list is at least."""
        stem, date = b"\x41" + bytes(14), tlv(0x17, b"260101000000Z")
        reason = bytes.fromhex("300c300a0603551d1504030a0101")
        one = tlv(0x30, tlv(2, stem + bytes(4)), date, reason)
        self._head, self._tail = one[: 4 + len(stem)], one[8 + len(stem) :]
        self._count = octets // len(one) + 1

    def crl(self, authority, generation):
        """Splice the entries into the honest list and sign it again."""
        from asn1crypto import crl as asn1_crl
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        honest = asn1_crl.CertificateList.load(authority.crl(generation))
        tbs = honest["tbs_cert_list"]
        many = b"".join(self._head + n.to_bytes(4, "big") + self._tail for n in range(self._count))
        parts = [tbs[name].dump() for name in ("version", "signature", "issuer")]
        parts += [tbs[name].dump() for name in ("this_update", "next_update")]
        listed = tbs["revoked_certificates"]
        parts.append(tlv(0x30, listed.contents or b"", many))
        parts.append(tbs["crl_extensions"].dump())
        signed = tlv(0x30, *parts)
        key = authority.ca(generation).private_key
        signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())
        algorithm = honest["signature_algorithm"].dump()
        return tlv(0x30, signed, algorithm, tlv(3, b"\0", signature))
