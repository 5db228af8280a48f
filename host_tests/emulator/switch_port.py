"""A switch port that asks for a certificate, in the test's own process: no root, no hostapd.

For tests that choose the moment of a re-authentication: the cable of cable.py, in which EAPOL goes
to the scripted EAP server of eap_server.py, and other frames only through an open gate.
"""

import ssl
import time

from cryptography import x509
from cryptography.hazmat.primitives import serialization

import eap_server
from emulator.cable import Cable
from set_driver import FACTORY_CA
from tools.setctl_host.factory_ca import FactoryCa

_PEM = serialization.Encoding.PEM
_EAPOL = b"\x88\x8e"
# Seconds after which a request goes out again, as hostapd sends it; then the port gives up.
_AGAIN = (3, 6, 12, 20)


def server_context(folder, authority):
    """Return the EAP server's ssl.SSLContext: a certificate of the lab CA's; sets of the lab CA
    and of the test factory may come.

    authority: tools.lab.authority.Authority; folder: for the files that OpenSSL reads.
    """
    certificate, key = authority.server_certificate(["radius.example"])
    private = key.private_bytes(
        _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    own, trusted = folder / "radius.pem", folder / "trusted.pem"
    ca = authority.ca().certificate.public_bytes(_PEM)
    own.write_bytes(certificate.public_bytes(_PEM) + ca + private)
    trusted.write_bytes(ca + FactoryCa(str(FACTORY_CA)).certificate.public_bytes(_PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(own)
    context.load_verify_locations(trusted)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


class SwitchPort(Cable):
    """The port and what is behind it; `states`: what it made of the set, each exchange's end;
    `shown`: the serial number of the certificate that it accepted last, as `status` has it.

    Invariant: the gate is open from the first success on until a failure or the set's logoff; a
    re-authentication does not close it.
    """

    def __init__(self, context, mac, **weather):
        """context: server_context(); mac: bytes, of the set; weather: as of Cable."""
        self.states, self.shown = [], None
        self._context, self._mac = context, mac
        self._exchange = None  # eap_server.Server of the exchange that runs
        self._asked, self._due, self._tries = None, None, 0  # the request that is unanswered
        self._wanted = False
        self._gate = False
        super().__init__(**weather)

    def reauthenticate(self):
        """Ask the set anew, from any thread; the gate stays as it is."""
        self._wanted = True

    def wait(self, count, timeout=60):
        """Wait until so many exchanges have ended; return the states."""
        self._until(lambda: len(self.states) >= count, timeout)
        return self.states

    def wait_for(self, serial, timeout=60):
        """Wait until the set has shown the certificate of this serial number."""
        self._until(lambda: self.shown == serial, timeout)

    # -- for the cable, in its thread

    def passes(self, side, frame):
        """Take EAPOL out of the line; let the rest through while the gate is open."""
        if frame[12:14] != _EAPOL:
            return self._gate
        if side == 0:
            self._eapol(frame)
        return False

    def turn(self):
        """Ask as the test wants it, and again what got no answer."""
        if self._wanted:
            self._wanted = False
            self._begin()
        elif self._due is not None and time.monotonic() >= self._due:
            if self._tries == len(_AGAIN):
                self._over("silent")
            else:
                self._ask(self._asked)

    # -- private

    def _until(self, reached, timeout):
        end = time.monotonic() + timeout
        while not reached():
            assert time.monotonic() < end, (self.states, self.shown)
            time.sleep(0.05)

    def _begin(self):
        self._exchange = eap_server.Server(self._context)
        self._tries = 0
        self._ask(self._exchange.begin())

    def _ask(self, frame):
        self._asked = frame
        self._due = time.monotonic() + _AGAIN[self._tries]
        self._tries += 1
        self.deliver(0, frame)

    def _eapol(self, frame):
        kind, length = frame[15], int.from_bytes(frame[16:18], "big")
        if kind == 1:  # EAPOL-Start
            self._begin()
        elif kind == 2:  # EAPOL-Logoff
            self._gate = False
        elif kind == 0 and self._exchange is not None and frame[18] == eap_server.RESPONSE:
            if frame[19] != self._exchange.identifier or frame[6:12] != self._mac:
                return
            # the server knows one address; short frames are padded
            head = eap_server.GROUP + eap_server.SET
            self._answered(self._exchange.take(head + frame[12 : 18 + length]))

    def _answered(self, frame):
        verdict = self._exchange.verdict
        self._tries = 0
        if verdict is None:
            self._ask(frame)
            return
        self.deliver(0, frame)
        self._over("rejected" if verdict == eap_server.FAILURE else self._issuer())

    def _over(self, state):
        self._exchange = self._due = None
        self._gate = state in ("open", "quarantine")
        self.states.append(state)

    def _issuer(self):
        """Return what the certificate that was shown opens."""
        shown = x509.load_der_x509_certificate(self._exchange.tls.getpeercert(True))
        self.shown = f"{shown.serial_number:x}"
        own = FactoryCa(str(FACTORY_CA)).certificate.subject == shown.issuer
        return "quarantine" if own else "open"
