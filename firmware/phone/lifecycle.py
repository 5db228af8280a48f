"""What is due now: the one decision about the set's identity, as a pure function.

For the scheduler of main.py, tools/fleet and the tests, which all run this very code.
DESIGN.md section 7 (Lifecycle).
"""

HOUR = 3600
DAY = 86400
# After so many rejections of the active identity the factory identity is offered (DESIGN.md 7).
REJECTIONS = 3

# Actions that due() returns.
NONE = "none"
ENROLL = "enroll"
POLL = "poll"
RENEW = "renew"
CHECK = "check"
ROLLOVER = "rollover"
ABANDON = "abandon"  # give a pending transaction up
REVOKE = "revoke"  # ask the CA whether the identity is revoked, replace it in any case


class Identity:
    """What the key store holds, as the decision sees it. Times are int seconds since 1970.

    not_before, not_after: of the active certificate, or None where there is none;
    revoked: whether a verdict withdrew it; ca_not_after: of its CA, or None;
    pending: whether a transaction waits; next_ca: whether the CA's successor is known.
    """

    def __init__(
        self,
        not_before=None,
        not_after=None,
        revoked=False,
        ca_not_after=None,
        pending=False,
        next_ca=False,
    ):
        """Keep the fields."""
        self.not_before = not_before
        self.not_after = not_after
        self.revoked = revoked
        self.ca_not_after = ca_not_after
        self.pending = pending
        self.next_ca = next_ca


class State:
    """What the scheduler remembers while the set is on. Times are seconds since power on.

    Invariant: nothing here needs the clock, so that a set without one retries as one with it.
    """

    def __init__(self, spread=0):
        """Begin at power on; spread: seconds drawn from 0..scep_spread."""
        self.uptime = 0
        self.start_at = spread  # before it nothing is asked of anybody
        self.retry_at = 0  # before it the last action is not tried again
        self.poll_at = 0
        self.pending_since = 0
        self.checked_at = None  # last answer about revocation
        self.rollover_at = 0
        self.renewed = False  # whether a renewal was not followed by a look for the next CA yet
        self.challenge_refused = False  # until the configuration changes
        self.renewal_refused_until = 0  # 'too early' is tried again later, not escalated
        self.action_done = -1  # highest scep_action_id that was carried out


class Port:
    """What the network says of the set: open, quarantine, or rejected n times since when."""

    def __init__(self, rejections=0, since=0, open=True):
        """Keep the fields; since: uptime of the first rejection in the row."""
        self.rejections = rejections
        self.since = since
        self.open = open


def due(config, identity, now, port, state):
    """Return (action, reason): what to do at this moment. Changes nothing.

    config: config.Config; identity: Identity; now: int seconds since 1970 or None while the clock
    is not known; port: Port; state: State.
    """
    if not config.yes("scep_run"):
        return NONE, "scep_run is not yes"
    if not config.urls():
        return NONE, "scep_url is not set"
    if state.uptime < state.start_at:
        return NONE, "waits to spread the load"
    if identity.pending:
        return _pending(config, state)
    if state.uptime < state.retry_at:
        return NONE, "waits before it tries again"
    asked = _asked(config, identity, state)
    if asked is not None:
        return asked
    wrong = _must_replace(identity, now, port, state)
    if wrong:
        if state.challenge_refused:
            return NONE, "the challenge was refused: waits for another configuration"
        return ENROLL, wrong
    if port.rejections >= REJECTIONS and _check_due(config, state, port.since):
        return CHECK, "the network rejects the set"
    if now is not None:
        timed = _by_clock(config, identity, now, state)
        if timed is not None:
            return timed
    if _check_due(config, state, state.uptime - DAY):
        return CHECK, "a day has passed"
    return NONE, "all is well"


def renew_at(not_before, not_after, percent):
    """Return the moment (seconds since 1970) at which `percent` of the validity have passed."""
    return not_before + (not_after - not_before) * percent // 100


# -- private, in the order of use


def _pending(config, state):
    if state.uptime - state.pending_since >= config.number("scep_poll_max") * HOUR:
        return ABANDON, "the CA did not answer within scep_poll_max"
    if state.uptime < state.poll_at:
        return NONE, "waits for the next poll"
    return POLL, "the CA has not decided yet"


def _asked(config, identity, state):
    """Return what scep_action asks for, once for each scep_action_id, or None."""
    action, number = config.get("scep_action"), config.number("scep_action_id")
    if action is None or number is None or number <= state.action_done:
        return None
    if action != ENROLL and identity.not_after is not None and not identity.revoked:
        return action, "scep_action"
    return ENROLL, "scep_action"


def _must_replace(identity, now, port, state):
    """Return why a fresh identity is needed, or None."""
    if identity.not_after is None:
        return "there is no identity"
    if identity.revoked:
        return "the identity is revoked"
    if now is not None and now > identity.not_after:
        return "the identity has expired"
    if port.rejections >= REJECTIONS and state.uptime - port.since >= HOUR:
        return "the network has rejected the set for an hour"
    return None


def _check_due(config, state, since):
    if config.get("scep_revocation") == "no":
        return False
    return state.checked_at is None or state.checked_at <= since


def _by_clock(config, identity, now, state):
    """Return what the time makes due, or None."""
    if now < identity.not_before:
        return None  # the clock may be wrong: nothing is escalated
    at = renew_at(identity.not_before, identity.not_after, config.number("scep_renew"))
    if now >= at and state.uptime >= state.renewal_refused_until:
        return RENEW, "scep_renew percent of the validity have passed"
    if identity.next_ca or identity.ca_not_after is None or state.uptime < state.rollover_at:
        return None
    if state.renewed:
        # a CA may be replaced long before it ends; each set renews twice within the validity of a
        # certificate, so it learns of a successor that is announced that long before its time
        return ROLLOVER, "a certificate was renewed"
    # a certificate renewed now would outlive its CA: the next CA must be known by then
    if identity.ca_not_after - now < identity.not_after - identity.not_before:
        return ROLLOVER, "the CA ends before the next certificate would"
    return None
