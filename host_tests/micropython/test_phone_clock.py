"""The set's clock: which times are believed, and how it counts on."""

from errors import HELP
from phone import clock
from phone.clock import DAY, LONGEST_LIFE, Clock, ClockError
from phone.release import BUILD_TIME

# (name, committed time or None, offered time, believed?)
TIMES = (
    ("the build date", None, BUILD_TIME, True),
    ("a second before", None, BUILD_TIME - 1, False),
    ("1970", None, 0, False),
    ("25 years on", None, BUILD_TIME + LONGEST_LIFE, True),
    ("a second later", None, BUILD_TIME + LONGEST_LIFE + 1, False),
    ("2076", None, 3345000000, False),
    ("past 2038", None, 2200000000, True),
    ("a day before the stored time", BUILD_TIME + 9 * DAY, BUILD_TIME + 8 * DAY, True),
    ("a day and a second", BUILD_TIME + 9 * DAY, BUILD_TIME + 8 * DAY - 1, False),
    ("years after the stored time", BUILD_TIME, BUILD_TIME + 4000 * DAY, True),
)


def test_a_time_is_believed_only_where_it_can_be_true():
    for name, committed, offered, good in TIMES:
        c = Clock(committed)
        assert c.now() is None and c.iso() is None
        try:
            c.set(offered, "test")
        except ClockError as e:
            assert not good, (name, e.message)
            assert e.code == "clock" and e.code in HELP and c.now() is None
        else:
            assert good, name
            assert offered <= c.now() <= offered + 1 and c.source == "test"


def test_a_time_that_is_not_believed_leaves_the_clock_running():
    c = Clock()
    c.set(BUILD_TIME + 5, "call server")
    try:
        c.set(BUILD_TIME * 3, "sntp")
        raise AssertionError("believed")
    except ClockError as e:
        assert "sntp" in e.message
    assert c.now() - BUILD_TIME in (5, 6) and c.source == "call server"


def test_it_counts_on_by_the_millisecond_counter_across_its_wrap():
    class Ticks:
        now = (1 << 30) - 700

    saved = clock.ticks, clock.between
    clock.ticks = lambda: Ticks.now & ((1 << 30) - 1)
    clock.between = lambda a, b: (a - b) & ((1 << 30) - 1)
    try:
        c = Clock()
        c.set(BUILD_TIME, "test")
        for _ in range(10):  # 10 x 700 ms: fractions add up, the counter wraps
            Ticks.now += 700
            c.tick()
        assert c.now() == BUILD_TIME + 7
    finally:
        clock.ticks, clock.between = saved
