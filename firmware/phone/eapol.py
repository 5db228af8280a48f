"""The supplicant of a wired port as a pure state machine: frames in, frames out, time as a number.

For dot1x.py, which has the network and the clock. IEEE 802.1X-2010 section 8 (PAE), RFC 3748.
"""

from errors import Error
from phone import eap

# Milliseconds. IEEE 802.1X-2010 8.6: heldPeriod, startPeriod, maxStart, authPeriod.
HELD = 60000
START_PERIOD = 30000
AUTH_PERIOD = 30000
# The first refusals may be the network's hiccup: asked again sooner, the wait grows to HELD. An
# authenticator may be deaf to a station for 5 s after it refused it or let it go.
HELD_FIRST = (6000, 15000)
# EAPOL-Starts that cover those 5 s; each unanswered one is followed by the next after so long.
START_GAPS = (2000, 2000, 3000)
# Requests of one exchange: a chain of four 4096-bit certificates needs about 20.
MAX_ROUNDS = 100

# States.
OFF = "off"  # logged off, or not begun: nothing is sent or answered
CONNECTING = "connecting"  # EAPOL-Start is repeated
AUTHENTICATING = "authenticating"  # a Request was answered; no EAPOL-Start now
AUTHENTICATED = "authenticated"
HELD_STATE = "held"  # refused: silent for a while, a Request is answered all the same

# Outcomes that take() returns.
ACCEPTED = "accepted"  # EAP-Success after a whole handshake
REJECTED = "rejected"  # EAP-Failure, or we refused the server: the same set will not get in
BROKEN = "broken"  # the exchange did not end as EAP has it
ALONE = "alone"  # nobody answers: there is no authenticator on this wire, or a deaf one


class Supplicant:
    """One port's supplicant. Time: int milliseconds since some start, never wrapping.

    Invariant: an EAP-Success is believed only in AUTHENTICATING, with the identifier of our last
    response, after the method's own end: nobody can let the set in who did not prove himself.
    """

    def __init__(self, mac, credentials):
        """mac: 6 bytes; credentials: function () -> (identity: bytes, method).

        It is asked once an exchange, so that a renewed identity counts at the next one. method:
        process(data) -> type-data of the response (bytes), or None to discard the request;
        raises Error where the exchange cannot go on; started, done, error; wipe().
        """
        self.state = OFF
        self.error = None  # of the last exchange that failed on our side
        self._mac = mac
        self._credentials = credentials
        self._method = None
        self._identity = b""
        self._outcomes = []
        self._starts = 0  # unanswered
        self._refusals = 0  # in a row
        self._rounds = 0
        self._due = None  # when poll() has something to do
        self._forget()

    # -- what the port's owner asks for --------------------------------------------------------

    def start(self, now):
        """Begin to authenticate, or do it again with what credentials() now returns."""
        self._end()
        self._forget()
        self._refusals = 0
        self._connect(now)

    def logoff(self, now):
        """Leave the port; returns the frame to send. start() comes back."""
        self._end()
        self._forget()
        self.state = OFF
        self._due = None
        return eap.frame(self._mac, eap.LOGOFF)

    def is_authenticating(self):
        """Tell whether an exchange runs."""
        return self.state == AUTHENTICATING

    def is_busy(self):
        """Tell whether an exchange runs, or an answer to an EAPOL-Start may still come."""
        few = self._starts <= len(START_GAPS)
        return self.state == AUTHENTICATING or (self.state == CONNECTING and few)

    def take(self):
        """Return the oldest outcome that was not taken yet, or None."""
        return self._outcomes.pop(0) if self._outcomes else None

    # -- what comes from the wire and the clock ------------------------------------------------

    def receive(self, frame, now):
        """Take a frame (bytes-like, valid until the return); return the answer's frame or None."""
        packet = None if self.state == OFF else eap.read(frame, self._mac)
        if packet is None:
            return None
        if packet.code == eap.REQUEST:
            return self._request(packet, now)
        if packet.code == eap.SUCCESS:
            self._success(packet, now)
        else:
            self._failure(packet, now)
        return None

    def poll(self, now):
        """Do what time makes due; return a frame to send or None."""
        if self._due is None or now < self._due:
            return None
        if self.state == AUTHENTICATING:
            self._end()
            self._outcome(BROKEN)
            self._connect(now)
        if self.state == HELD_STATE:
            self._connect(now)
        gaps = len(START_GAPS)
        self._due = now + (START_GAPS[self._starts] if self._starts < gaps else START_PERIOD)
        if self._starts == gaps:
            self._outcome(ALONE)
        self._starts += 1
        return eap.frame(self._mac, eap.START)

    # -- private, in the order of use ----------------------------------------------------------

    def _forget(self):
        """Forget which request was answered last: nothing is a repetition any more."""
        self._last = None  # (identifier, type)
        self._before = None  # the one before it
        self._answer = None  # the frame that answered it

    def _connect(self, now):
        self.state = CONNECTING
        self._starts = 0
        self._due = now

    def _request(self, packet, now):
        if packet.kind == eap.NOTIFICATION:  # RFC 3748 5.2: shown nowhere, answered at any time
            answer = eap.response(packet.identifier, packet.kind, b"")
            return eap.frame(self._mac, eap.EAP_PACKET, answer)
        busy = self.state == AUTHENTICATING
        if busy and (packet.identifier, packet.kind) == self._last:
            # RFC 3748 4.1: a repetition gets the same response; the method does not see it
            return self._answer
        if busy and (packet.identifier, packet.kind) == self._before:
            return None  # an older request that was on its way twice
        try:
            if packet.kind == eap.IDENTITY or self._method is None:
                self._begin()
            self._rounds += 1
            if self._rounds > MAX_ROUNDS:
                raise _endless()
            answer = self._respond(packet)
        except Error as error:
            self._give_up(error, now)
            return None
        except MemoryError:
            # what the exchange held is free again with its end
            self._give_up(eap.EapError("memory", "there is no room for a TLS connection"), now)
            return None
        if answer is None:
            return None
        self.state = AUTHENTICATING
        self._due = now + AUTH_PERIOD
        self._before = self._last
        self._last = (packet.identifier, packet.kind)
        self._answer = eap.frame(self._mac, eap.EAP_PACKET, answer)
        return self._answer

    def _begin(self):
        """A new exchange: credentials anew."""
        self._end()
        self._forget()
        self._identity, self._method = self._credentials()
        self._rounds = 0
        self.error = None

    def _respond(self, packet):
        """Return the Response packet, or None to discard the request."""
        kind = packet.kind
        if kind == eap.IDENTITY:
            return eap.response(packet.identifier, kind, self._identity)
        if kind == eap.TLS:
            data = self._method.process(packet.data)
            return None if data is None else eap.response(packet.identifier, kind, data)
        if kind == eap.NAK or self._method.started:
            return None  # 5.3.1: no Nak once the method runs
        return eap.response(packet.identifier, eap.NAK, bytes((eap.TLS,)))

    def _success(self, packet, now):
        """RFC 3748 4.2: discarded unless the method has come to its end."""
        if self.state != AUTHENTICATING or not self._is_last(packet) or not self._method.done:
            return
        self._end()
        self._refusals = 0
        self.state = AUTHENTICATED
        self._due = None
        self._outcome(ACCEPTED)

    def _failure(self, packet, now):
        if self.state == AUTHENTICATED:
            # thrown out, whatever the identifier says: ask again at once
            self._connect(now)
        elif self.state == AUTHENTICATING and self._is_last(packet):
            self._refused(now)
            self._outcome(REJECTED)

    def _is_last(self, packet):
        return self._last is not None and packet.identifier == self._last[0]

    def _give_up(self, error, now):
        """The exchange cannot go on: end it here, try again later."""
        self._refused(now)
        self.error = error
        self._outcome(BROKEN)

    def _refused(self, now):
        if self._method is not None and self._method.error is not None:
            self.error = self._method.error
        self._end()
        few = self._refusals < len(HELD_FIRST)
        self._due = now + (HELD_FIRST[self._refusals] if few else HELD)
        self._refusals += 1
        self.state = HELD_STATE

    def _end(self):
        if self._method is not None:
            self._method.wipe()
        self._method = None

    def _outcome(self, name):
        # a wire that floods does not fill the memory: the latest ones count
        del self._outcomes[:-3]
        self._outcomes.append(name)


def _endless():
    return eap.EapError("eap", "the authenticator's requests have no end", MAX_ROUNDS)
