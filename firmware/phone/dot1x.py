"""802.1X on the set: which identity it shows, whom the network may be, what the network said.

For main.py, network.py and the lifecycle, over eapol.py and eaptls.py. DESIGN.md section 7.

Who is trusted. With the customer's identity the server must hang on a CA of the customer's: the one
that the identity was enrolled with, its announced successor, scep_ca_cert, or a certificate with
scep_ca_fingerprint in the server's chain; for serverAuth, and valid where there is a clock. What is
configured counts only as long as it is the CA of the identity: a rogue file that names another one
shows the identity to nobody, and shuts the customer's own network out as little. No name is
checked, as none can be configured. The factory identity has no such anchor and opens nothing but
the way to the CA, whose own fingerprint is checked there: it is shown to any network, and whether
that one could be verified is said with the event `port`.
"""

import binascii

from errors import Error
from phone import eapol, eaptls, lifecycle
from phone.clock import between, ticks
from phone.config import fingerprint_bytes, mac_text
from scep import tls
from scep.x509 import Certificate

# Certificates of our own chain in a handshake (scepcore.tls).
_MOST_CERTIFICATES = 4
# Frames that one turn of the set's loop takes: a flood does not stop the set.
_FRAMES_A_TURN = 4
_LONGEST_FRAME = 1514
# A set that shows its factory identity because the other one was refused tries that one again
# after so many seconds: the refusal may have been the network's fault.
AGAIN = 1200

# Where the set's own exchange leaves no room for a handshake, the first frame of one waits for so
# many milliseconds until it has ended; then it is cut off. An authenticator waits longer: hostapd
# asks again after 3, 6, 12 and 20 s before it gives up, others three times in 90 s.
_PATIENCE_MS = 8000
# What cannot be cut off within a second more is not in the way.
_ENOUGH_MS = 9000
# Where there is room for one, the set's own work rests during a handshake, for so long at most.
_HANDSHAKE_MS = 20000

ACTIVE, FACTORY = "active", "factory"


def slot(has_active, withdrawn, rejections, again):
    """Return the slot whose identity is shown: ACTIVE or FACTORY.

    has_active: there is a customer's identity; withdrawn: it is suspended or has expired;
    rejections: how often in a row the network refused it; again: it is time to try it once more.
    """
    if not has_active or withdrawn:
        return FACTORY
    return ACTIVE if rejections < lifecycle.REJECTIONS or again else FACTORY


def identity_of(certificate, configured=None):
    """Return the EAP identity (str): the configured one, else UPN, host/DNS name or CN, or ''."""
    if configured:
        return configured
    names = certificate.alternative_names
    for wanted, prefix in (("upn", ""), ("dns", "host/")):
        for kind, value in names:
            if kind == wanted:
                return prefix + value
    return certificate.common_name or ""


def own_chain(certificate, issuers):
    """Return the chain to show (list of DER): certificate, issuers without a root."""
    chain = [certificate]
    for der in issuers:
        if not Certificate(der).is_self_issued():
            chain.append(der)
    return chain[:_MOST_CERTIFICATES]


class Access:
    """The set's port. port: lifecycle.Port, what the network says of the set.

    moved: the port opened for another identity after the network was up, so that another VLAN and
    another address are likely; network.up() takes it back.
    """

    def __init__(self, set_, wire):
        """wire: the board's frames(): receive(buf) -> octets or 0, send(frame) -> bool."""
        self.port = lifecycle.Port(open=False)
        self.moved = False
        self._set = set_
        self._wire = wire
        self._frame = bytearray(_LONGEST_FRAME)
        self._now, self._last = 0, ticks()
        self._slot = None  # whose identity is shown in this exchange
        self._accepted = None  # whose identity the port is open for
        self._shown = None  # the certificate (DER) of this exchange
        self._verified = False
        self._refused = None  # the certificate that port.rejections is about
        self._again_at, self._again = None, False
        self._answered = False  # the network has said something
        self._lean = False  # memory was short: the next exchange takes less
        self._warned = None
        self._waits, self._waits_since = 0, 0  # octets of a frame that waits in _frame
        self._has_cut = False  # what it waits for was cut off
        self._begun = None  # when the last exchange began
        self._supplicant = eapol.Supplicant(set_.mac(), self._credentials)
        self._supplicant.start(0)

    def turn(self):
        """One bounded piece of work: timers, frames, outcomes."""
        now = self._time()
        if not self._waits:  # else somebody has answered, or asked
            self._send(self._supplicant.poll(now))
        for _ in range(_FRAMES_A_TURN):
            if not self._waits:
                self._waits, self._waits_since = self._wire.receive(self._frame), now
                self._has_cut = False
            if not self._waits or self._has_to_wait(now):
                break
            count, self._waits = self._waits, 0
            self._send(self._supplicant.receive(memoryview(self._frame)[:count], now))
        while True:
            outcome = self._supplicant.take()
            if outcome is None:
                break
            self._answered = True
            self._learn(outcome)
        if self._again_at is not None and self._set.clock.uptime() >= self._again_at:
            self._again_at, self._again = None, True
            self.consider()

    def settled(self):
        """Tell whether the port lets something through, as far as the set can know."""
        return self._accepted is not None or (self._answered and self.port.open)

    def busy(self):
        """Tell whether an exchange with the network runs, or is about to."""
        return self._supplicant.is_busy()

    def goes_first(self):
        """Tell whether a handshake runs that what else the set does must leave room for."""
        if not self._set.has_one_room() or not self._supplicant.is_authenticating():
            return False
        return self._time() - self._begun < _HANDSHAKE_MS

    def wants_address(self):
        """Tell whether the port has opened, and the set has no address that fits."""
        return self.moved or (self._set.network is None and self.settled())

    def state(self):
        """Return what the boot shows: "open", "quarantine", "rejected" or "none" (nobody asks)."""
        if self._accepted is not None:
            return "open" if self._accepted == ACTIVE else "quarantine"
        return "none" if self.port.open or not self._answered else "rejected"

    def consider(self):
        """Log in again if another identity is to be shown than the one that was."""
        if self._shown is None:
            return  # nobody has asked yet
        wanted = self._choose()
        certificate = self._certificate(wanted)
        if (wanted, certificate) != (self._slot, self._shown):
            self._slot, self._shown = wanted, certificate
            self._supplicant.start(self._time())

    def leave(self):
        """Log off: the port closes where there is an authenticator."""
        self._send(self._supplicant.logoff(self._time()))

    # -- private, in the order of use ----------------------------------------------------------

    def _time(self):
        now = ticks()
        self._now += between(now, self._last)
        self._last = now
        return self._now

    def _send(self, frame):
        if frame is not None:
            self._wire.send(frame)  # lost where there is no room: it is asked for again

    def _has_to_wait(self, now):
        """Tell whether a frame has to wait for the end of what takes a handshake's room."""
        if self._supplicant.is_authenticating() or not self._set.is_crowded():
            return False
        waited = now - self._waits_since
        if waited >= _PATIENCE_MS and not self._has_cut:
            self._has_cut = True
            self._set.cut_off()
        return waited < _ENOUGH_MS

    def _choose(self):
        """Return the slot to show; a certificate that was not refused yet starts from nought."""
        records, clock = self._set.records, self._set.clock
        der, now = records.active_certificate(), clock.now()
        if self._refused is not None and der != self._refused:
            self.port = lifecycle.Port(open=self.port.open)
            self._refused, self._again_at, self._again = None, None, False
        withdrawn = records.suspended() is not None
        if der is not None and now is not None and now > Certificate(der).not_after:
            withdrawn = True
        return slot(der is not None, withdrawn, self.port.rejections, self._again)

    def _certificate(self, which):
        records = self._set.records
        return records.active_certificate() if which == ACTIVE else records.factory_certificate()

    def _credentials(self):
        """For the supplicant: (identity, method) of a new exchange."""
        records = self._set.records
        self._begun = self._time()
        self._slot = self._choose()
        self._shown = self._certificate(self._slot)
        self._verified = False
        issuers = records.active_issuers() if self._slot == ACTIVE else ()
        text = identity_of(Certificate(self._shown), records.config.get("dot1x_identity"))
        identity = (text or mac_text(self._set.mac())).encode()
        chain = own_chain(self._shown, issuers)
        key = records.active_key if self._slot == ACTIVE else records.factory_key
        return identity, eaptls.EapTls(self._judge, key, chain, self._lean)

    def _judge(self, chain):
        """Raise TlsError where the server of `chain` is not to be trusted with what is shown."""
        try:
            self._trust().judge(chain, None)
            self._verified = True
        except Error:
            if self._slot == ACTIVE:
                raise

    def _trust(self):
        records = self._set.records
        config = records.config
        anchors, fingerprint = records.anchors(), None
        if self._slot == FACTORY or records.is_of_configured_ca():
            fingerprint = config.get("scep_ca_fingerprint")
            if config.get("scep_ca_cert"):
                anchors.append(binascii.a2b_base64(config.get("scep_ca_cert")))
        return tls.Trust(
            [Certificate(der) for der in anchors],
            fingerprint_bytes(fingerprint) if fingerprint else None,
            self._set.clock.now,
        )

    def _learn(self, outcome):
        """Take an outcome into account; say what changed."""
        if outcome == eapol.ACCEPTED:
            self._accept()
        elif outcome == eapol.REJECTED:
            self._reject()
        elif outcome == eapol.ALONE:
            self._accepted = None
            self.port.open = not self.port.rejections
        elif outcome == eapol.BROKEN:
            error = self._supplicant.error
            self._lean = error is not None and error.code == "memory"
            self._warn("the exchange with the network broke off")

    def _accept(self):
        self._warned = None
        if self._slot == ACTIVE:
            self.port = lifecycle.Port()
            self._refused, self._again_at, self._again = None, None, False
        self.port.open = self._slot == ACTIVE
        before, self._accepted = self._accepted, self._slot
        if before != self._slot:
            self.moved = self._set.network is not None
            self._set.say("port", {"state": self.state(), "verified": self._verified})

    def _reject(self):
        self._accepted = None
        self.port.open = False
        uptime = self._set.clock.uptime()
        if self._slot == ACTIVE:
            if not self.port.rejections:
                self.port.since = uptime
            self.port.rejections += 1
            self._refused, self._again = self._shown, False
            if self.port.rejections >= lifecycle.REJECTIONS:
                self._again_at = uptime + AGAIN
        said = {"state": "rejected", "rejections": self.port.rejections, "slot": self._slot}
        self._set.say("port", said)
        text = "the network refused the set's %s identity" % self._slot
        self._warn(text)
        self._set.keep_error(Error("eap", text))
        self.consider()

    def _warn(self, message):
        """A warning with the supplicant's own reason, where it has one; once in a row."""
        reason = self._supplicant.error
        text = message if reason is None else message + ": " + reason.message
        if text != self._warned:
            self._warned = text
            self._set.warn(Error("eap" if reason is None else reason.code, text))
