"""What is due now, as a table; and the waits between attempts."""

from phone import backoff
from phone.config import Config
from phone.lifecycle import DAY, HOUR, Identity, Port, State, due, renew_at

T0 = 1900000000
YEAR = 365 * DAY
URL = {"scep_run": "yes", "scep_url": "http://ca/scep"}


def _state(**fields):
    state = State()
    state.uptime = 10 * DAY
    state.checked_at = state.uptime - HOUR
    for key, value in fields.items():
        setattr(state, key, value)
    return state


def _active(**fields):
    values = {"not_before": T0, "not_after": T0 + YEAR}
    values.update(fields)
    return Identity(**values)


NOBODY = Identity()
OPEN = Port()
UP = 10 * DAY
SHORT_CA = {"ca_not_after": T0 + YEAR + DAY}

# (name, configuration beside URL, identity, now, port, state, action)
TABLE = (
    ("not switched on", {"scep_run": "no"}, NOBODY, T0, OPEN, {}, "none"),
    ("no URL", {"scep_url": None}, NOBODY, T0, OPEN, {}, "none"),
    ("no identity", {}, NOBODY, T0, OPEN, {}, "enroll"),
    ("no identity, no clock", {}, NOBODY, None, OPEN, {}, "enroll"),
    ("spread", {}, NOBODY, T0, OPEN, {"start_at": UP + 1}, "none"),
    ("backing off", {}, NOBODY, T0, OPEN, {"retry_at": UP + 1}, "none"),
    ("back-off over", {}, NOBODY, T0, OPEN, {"retry_at": UP}, "enroll"),
    ("challenge refused", {}, NOBODY, T0, OPEN, {"challenge_refused": True}, "none"),
    ("pending", {}, Identity(pending=True), T0, OPEN, {"pending_since": UP}, "poll"),
    (
        "pending, not yet",
        {},
        Identity(pending=True),
        T0,
        OPEN,
        {"pending_since": UP, "poll_at": UP + 1},
        "none",
    ),
    (
        "pending too long",
        {"scep_poll_max": "2"},
        Identity(pending=True),
        T0,
        OPEN,
        {"pending_since": UP - 2 * HOUR},
        "abandon",
    ),
    ("pending renewal goes on", {}, _active(pending=True), T0, OPEN, {"pending_since": UP}, "poll"),
    ("young", {}, _active(), T0 + DAY, OPEN, {}, "none"),
    ("just before half", {}, _active(), T0 + YEAR // 2 - 1, OPEN, {}, "none"),
    ("half", {}, _active(), T0 + YEAR // 2, OPEN, {}, "renew"),
    ("80 percent, at half", {"scep_renew": "80"}, _active(), T0 + YEAR // 2, OPEN, {}, "none"),
    ("80 percent", {"scep_renew": "80"}, _active(), T0 + YEAR * 4 // 5, OPEN, {}, "renew"),
    (
        "renewal refused as too early",
        {},
        _active(),
        T0 + YEAR // 2,
        OPEN,
        {"renewal_refused_until": UP + 1},
        "none",
    ),
    ("half, no clock", {}, _active(), None, OPEN, {}, "none"),
    ("last second", {}, _active(), T0 + YEAR, OPEN, {}, "renew"),
    ("expired", {}, _active(), T0 + YEAR + 1, OPEN, {}, "enroll"),
    ("expired, no clock", {}, _active(), None, OPEN, {}, "none"),
    ("not yet valid", {}, _active(), T0 - 1, OPEN, {}, "none"),
    ("revoked, no clock", {}, _active(revoked=True), None, OPEN, {}, "enroll"),
    (
        "revoked, challenge refused",
        {},
        _active(revoked=True),
        T0,
        OPEN,
        {"challenge_refused": True},
        "none",
    ),
    ("9999 is no overflow", {}, _active(not_after=253402300799), T0 + YEAR, OPEN, {}, "none"),
    (
        "daily check",
        {"scep_revocation": "crl"},
        _active(),
        T0,
        OPEN,
        {"checked_at": UP - DAY},
        "check",
    ),
    ("checked an hour ago", {"scep_revocation": "crl"}, _active(), T0, OPEN, {}, "none"),
    (
        "never checked",
        {"scep_revocation": "ocsp"},
        _active(),
        None,
        OPEN,
        {"checked_at": None},
        "check",
    ),
    ("check not wanted", {}, _active(), T0, OPEN, {"checked_at": None}, "none"),
    (
        "rejected twice",
        {"scep_revocation": "crl"},
        _active(),
        T0,
        Port(2, UP - 60),
        {"checked_at": UP - 120},
        "none",
    ),
    (
        "rejected: check",
        {"scep_revocation": "crl"},
        _active(),
        T0,
        Port(3, UP - 60),
        {"checked_at": UP - 120},
        "check",
    ),
    (
        "rejected, checked since",
        {"scep_revocation": "crl"},
        _active(),
        T0,
        Port(3, UP - 60),
        {"checked_at": UP - 30},
        "none",
    ),
    ("rejected for an hour", {}, _active(), None, Port(9, UP - HOUR), {}, "enroll"),
    (
        "action enroll",
        {"scep_action": "enroll", "scep_action_id": "7"},
        _active(),
        T0,
        OPEN,
        {},
        "enroll",
    ),
    (
        "action renew",
        {"scep_action": "renew", "scep_action_id": "7"},
        _active(),
        T0,
        OPEN,
        {},
        "renew",
    ),
    (
        "action renew without an identity",
        {"scep_action": "renew", "scep_action_id": "7"},
        NOBODY,
        T0,
        OPEN,
        {},
        "enroll",
    ),
    (
        "action revoke",
        {"scep_action": "revoke", "scep_action_id": "7"},
        _active(),
        T0,
        OPEN,
        {},
        "revoke",
    ),
    (
        "action done",
        {"scep_action": "renew", "scep_action_id": "7"},
        _active(),
        T0,
        OPEN,
        {"action_done": 7},
        "none",
    ),
    (
        "action of an older number",
        {"scep_action": "renew", "scep_action_id": "6"},
        _active(),
        T0,
        OPEN,
        {"action_done": 7},
        "none",
    ),
    ("action without a number", {"scep_action": "renew"}, _active(), T0, OPEN, {}, "none"),
    ("CA outlives us", {}, _active(ca_not_after=T0 + 9 * YEAR), T0 + DAY, OPEN, {}, "none"),
    ("CA ends first", {}, _active(**SHORT_CA), T0 + 2 * DAY, OPEN, {}, "rollover"),
    (
        "asked for the next CA today",
        {},
        _active(**SHORT_CA),
        T0 + 2 * DAY,
        OPEN,
        {"rollover_at": UP + 1},
        "none",
    ),
    (
        "next CA known",
        {},
        _active(next_ca=True, **SHORT_CA),
        T0 + 2 * DAY,
        OPEN,
        {},
        "none",
    ),
    (
        "just renewed: is there a next CA",
        {},
        _active(ca_not_after=T0 + 9 * YEAR),
        T0 + 2 * DAY,
        OPEN,
        {"renewed": True},
        "rollover",
    ),
    ("renewal before rollover", {}, _active(**SHORT_CA), T0 + YEAR // 2, OPEN, {}, "renew"),
)


def test_what_is_due():
    for name, values, identity, now, port, fields, expected in TABLE:
        config = Config()
        for source in (URL, values):
            for key, value in source.items():
                config.set(key, value)
        action, reason = due(config, identity, now, port, _state(**fields))
        assert action == expected, (name, action, reason)
        assert reason


def test_renewal_point_is_exact_beyond_2038():
    assert renew_at(0, 100, 50) == 50
    assert renew_at(4000000000, 4000000000 + YEAR, 80) == 4000000000 + YEAR * 4 // 5


def test_waits_double_up_to_the_limit_and_are_drawn_in_full():
    spans = []
    for failures in (1, 2, 3, 6, 7, 30):
        assert backoff.wait(failures, lambda n: 0) == 0
        spans.append(backoff.wait(failures, lambda n: n))
    assert spans == [60, 120, 240, 1920, 3600, 3600]


def test_too_many_attempts_in_a_row_wait_the_whole_limit_first():
    assert backoff.wait(backoff.PER_DAY, lambda n: 0) == backoff.LIMIT


def test_retry_after_is_waited_at_least_but_not_for_ever():
    assert backoff.wait(1, lambda n: 0, 300) == 300
    assert backoff.wait(1, lambda n: n, 300) == 360
    assert backoff.wait(1, lambda n: 0, 10**9) == backoff.RETRY_AFTER_LIMIT
    assert backoff.wait(1, lambda n: 0, -5) == 0


def test_what_a_server_asks_for():
    # (evidence, now, seconds): its own clock first, ours where it does not tell, else nothing
    for evidence, now, seconds in (
        (None, 1000, None),
        (b"octets", 1000, None),
        ({"status": 500}, 1000, None),
        ({"retry_after": 90, "retry_at": None}, None, 90),
        ({"retry_after": 90, "retry_at": 5000}, 1000, 90),
        ({"retry_after": None, "retry_at": 5000}, 1000, 4000),
        ({"retry_after": None, "retry_at": 5000}, None, None),
    ):
        assert backoff.asked(evidence, now) == seconds, evidence


def test_the_first_wave_of_retries_is_half_as_long_again_as_the_spread():
    assert backoff.wait(1, lambda n: n, None, 600) == 900
    assert backoff.wait(2, lambda n: n, None, 600) == 1800
    assert backoff.wait(1, lambda n: n, None, 30) == backoff.BASE
    assert backoff.wait(1, lambda n: n, None, 604800) == backoff.LIMIT


def test_draws_are_within_bounds_and_reach_both_ends():
    count = [0]

    def random(n):
        count[0] += 1
        return bytes([(count[0] * 73 + i * 151) & 0xFF for i in range(n)])

    draw = backoff.uniform(random)
    assert {draw(3) for _ in range(200)} == {0, 1, 2, 3}
    assert draw(0) == 0
    # values past the last whole multiple are drawn again, not folded
    raws = [b"\xff\xff\xff", b"\x00\x00\x05"]
    assert backoff.uniform(lambda n: raws.pop(0))(9) == 5
