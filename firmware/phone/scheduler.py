"""Does what is due for the identity, one action after the other, and waits between failures.

For boot.py and the set's idle time. The decisions are lifecycle.py's, the waits backoff.py's.
"""

import scepcore
from errors import Error
from phone import backoff, lifecycle, network
from scep.x509 import Certificate

RELOAD = "reload"  # the call server asked: read the configuration again, nothing else
NETWORK = "network"  # the boot found none: look for it again
# what scep_action may ask for
_ASKED = (lifecycle.ENROLL, lifecycle.RENEW, lifecycle.REVOKE)
_CLOCKS_DIFFER = 30  # seconds by which the call server's time must differ to be set again
_POLL_FIRST = 60  # seconds; each further poll waits twice as long
_POLL_LIMIT = 3600
_CHECK_AGAIN = 60
_NETWORK_AGAIN = 60
_EARLY_AGAIN = 21600  # seconds until a renewal that was too early is tried again
_REST = 6 * 3600  # seconds after a renewal in which no other one begins
_DAY = 86400


class Scheduler:
    """Runs the lifecycle of one set while it is on.

    Invariant: `state` holds nothing that needs the clock (lifecycle.State); what must survive a
    power cut is in the key store. missed: whether the boot had no network for steps 3 and 5;
    servers: dict of str, where the configuration is read from (boot.py); session:
    callsession.Session with the call server, or None.
    """

    NOTHING = lifecycle.NONE  # what due() returns when nothing is

    def __init__(self, set_, servers=None, session=None):
        """Begin at power on; draws the wait that spreads a site's sets."""
        self._set = set_
        self.servers = servers
        self.session = session
        self.missed = set_.network is None
        self._failures = 0
        self._network_at = 0
        self._draw = backoff.uniform(scepcore.random)
        self._no_port = lifecycle.Port()
        self.state = lifecycle.State(self._spread())
        self.state.action_done = set_.records.action_done()

    def settle(self, wait):
        """Generator: do what is due until nothing is.

        wait: go on, through the waits, until there is an identity.
        """
        while True:
            action = self.due()
            if action != lifecycle.NONE:
                yield from self.perform(action)
            elif not wait or self._has_identity():
                return
            else:
                yield None

    def due(self):
        """Return NETWORK, RELOAD, or the action of lifecycle.due for this moment."""
        set_ = self._set
        self.state.uptime = set_.clock.uptime()
        if set_.network is None:
            return NETWORK if self.state.uptime >= self._network_at else lifecycle.NONE
        if self.session is not None and self._call_server():
            return RELOAD
        self.state.challenge_refused = set_.records.config.challenge_refused
        port = set_.access.port if set_.access is not None else self._no_port
        action, _reason = lifecycle.due(
            set_.records.config, self._identity(), set_.clock.now(), port, self.state
        )
        return action

    def configured(self):
        """Take note that the configuration changed: what it had stopped may go on.

        A site's sets learn of it together (a reload), so they are spread again.
        """
        self.state.start_at = self._set.clock.uptime() + self._spread()
        self.state.retry_at = 0
        self._failures = 0

    def perform(self, action):
        """Generator: carry one action out; a failure is a warning and decides the next wait."""
        state = self.state
        asked = self._set.records.config.number("scep_action_id")
        by_action = action in _ASKED and asked is not None and asked > state.action_done
        try:
            yield from network.again(self._set, lambda: self._start(action))
            self._failures = 0
        except Error as e:
            self._set.keep_error(e)
            yield e.warning()
            self._failed(action, e)
        if by_action:
            # once for each number, whatever came of it: a failure must not come back for ever
            state.action_done = asked
            self._set.records.keep_action_done(asked)

    # -- private, in the order of use

    def _spread(self):
        spread = self._set.records.config.number("scep_spread")
        return self._draw(spread) if spread and scepcore.seeded() else 0

    def _call_server(self):
        """Let the session have its turn; return whether it asks for a reload."""
        session, clock = self.session, self._set.clock
        session.step()
        told, now = session.take_time(), clock.now()
        if told is not None and (now is None or abs(told - now) > _CLOCKS_DIFFER):
            try:
                clock.set(told, "call")
            except Error as e:
                self._set.warn(e)
        return session.take_reload()

    def _has_identity(self):
        records = self._set.records
        return records.active_certificate() is not None and not records.suspended()

    def _identity(self):
        records = self._set.records
        der = records.active_certificate()
        transaction = records.waiting()
        waits = transaction is not None and transaction.state != 0
        if der is None:
            return lifecycle.Identity(pending=waits)
        active = Certificate(der)
        issuers = records.active_issuers()
        return lifecycle.Identity(
            active.not_before,
            active.not_after,
            records.suspended() is not None,
            Certificate(issuers[0]).not_after if issuers else None,
            waits,
            self._knows_successor(),
        )

    def _knows_successor(self):
        records = self._set.records
        following = records.next_ca()
        return following is not None and following != records.current_ca()

    def _start(self, action):
        """Generator: the action itself. What only it needs is loaded by it: heaps are small."""
        set_ = self._set
        records = set_.records
        if action in (RELOAD, NETWORK):
            from phone import boot

            again = action == RELOAD
            yield from boot.configuration(set_, self.servers) if again else boot.catch_up(set_)
        if action == lifecycle.POLL:
            action = lifecycle.RENEW if records.waiting().replaced else lifecycle.ENROLL
        if action == lifecycle.ENROLL:
            from phone.identity import enrol

            yield from enrol.enroll(set_)
        elif action == lifecycle.RENEW:
            yield from self._renew()
        elif action == lifecycle.CHECK:
            from phone.identity import revocation

            yield from revocation.check(set_)
            self.state.checked_at = self.state.uptime
        elif action == lifecycle.ROLLOVER:
            from phone.identity import query

            self.state.rollover_at = self.state.uptime + _DAY
            self.state.renewed = False
            yield from query.look_for_successor(set_)
        elif action == lifecycle.ABANDON:
            records.abandon()
        elif action == lifecycle.REVOKE:
            yield from self._replace()

    def _replace(self):
        """Generator: what scep_action=revoke asks for. A file is not authenticated: what it says
        withdraws nothing, the CA's signed word does; the identity serves until another is there.
        """
        from phone.identity import enrol, revocation

        try:
            yield from revocation.check(self._set)
        except Error as e:
            yield e.warning()
        yield from enrol.enroll(self._set)

    def _renew(self):
        """Generator: renew, and where the CA never does, enrol anew: the ladder's last rung."""
        from phone.identity import renew

        try:
            yield from renew.renew(self._set)
        except Error as e:
            refused = self._set.records.config.challenge_refused
            if e.code != "renewal-refused" or e.evidence["early"] or refused:
                raise
            refusal = e
        else:
            self._rest()
            return
        from phone.identity import enrol

        yield refusal.warning()
        # should that fail too, there is time: what is active is valid for long
        self.state.renewal_refused_until = self.state.uptime + _DAY
        yield from enrol.enroll(self._set)
        self._rest()

    def _rest(self):
        """After a renewal none for a while, whatever the clock says of the new certificate.

        A clock that is far ahead of the CA's makes every certificate due as it comes: without a
        rest the set would renew, and wear its flash, without end.
        """
        state = self.state
        state.renewed = True
        active = Certificate(self._set.records.active_certificate())
        life = active.not_after - active.not_before
        state.renewal_refused_until = state.uptime + min(_REST, life // 8)

    def _failed(self, action, error):
        """Set the waits by what went wrong."""
        state, records = self.state, self._set.records
        if action == NETWORK:
            self._network_at = state.uptime + _NETWORK_AGAIN
            return
        if error.code == "pending":
            transaction = records.waiting()
            if transaction.polls == 0:
                state.pending_since = state.uptime
            wait = min(_POLL_FIRST << min(transaction.polls, 10), _POLL_LIMIT)
            state.poll_at = state.uptime + wait
            return
        if error.code == "revoked":
            state.checked_at = state.uptime
            return
        if error.code == "renewal-refused":
            early = isinstance(error.evidence, dict) and error.evidence.get("early")
            state.renewal_refused_until = state.uptime + (_EARLY_AGAIN if early else _DAY)
            return
        if action == lifecycle.CHECK:
            # 'do not know' changes nothing; asked again after a while, soon where a port is shut
            state.checked_at = state.uptime - _DAY + _POLL_LIMIT
            state.retry_at = state.uptime + _CHECK_AGAIN
            return
        self._failures += 1
        asked = backoff.asked(error.evidence, self._set.clock.now())
        spread = records.config.number("scep_spread")
        wait = backoff.wait(self._failures, self._draw, asked, spread)
        state.retry_at = state.uptime + wait
        if action == lifecycle.POLL:
            state.poll_at = state.retry_at
