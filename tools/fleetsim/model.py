"""N sets power up at once and want certificates from one server: who asks when, who is served.

For tools/fleet and its test. What a set decides comes from firmware/phone/lifecycle.py and
backoff.py, the product's code; here is only the world around it: the server and the clock.
"""

import heapq
import random

from phone import backoff
from phone.config import Config
from phone.lifecycle import ENROLL, Identity, Port, State, due
from scep.http import Limits

# Enrolments a second that the PKI does.
CAPACITY = 50
# An enrolment is GetCACaps, GetCACert and PKIOperation: as many round trips, plus connects.
ROUND_TRIPS = 6
SLOW_ROUND_TRIP = 0.6
FAST_ROUND_TRIP = 0.01
# A server that refuses does so without using its capacity, and says to come back after this.
RETRY_AFTER = 60
SERVERS = ("queue", "retry-after", "bare")
# A server that queues holds this many connections (Linux: net.core.somaxconn since 5.4); what
# comes beyond is not answered. The line is 82 s long at 50 a second: a client that hangs up
# earlier makes the server work for nobody, for ever. Hence the set's patience.
BACKLOG = 4096
PATIENCE = Limits().read_ms / 1000
CONFIG = Config(b"scep_run=yes\nscep_url=http://pki.example/scep")


class Server:
    """Serves `capacity` enrolments a second; what it does beyond is its kind (SERVERS).

    Invariant: work is done in the order of arrival, also for a client that has hung up.
    """

    def __init__(self, kind, capacity=CAPACITY, patience=PATIENCE, outage=None):
        """patience: seconds after which a client gives up; outage: (start, end) or None."""
        self.kind = kind
        self.capacity = capacity
        self.patience = patience
        self.outage = outage
        self.free_at = 0.0
        self.issued = {}

    def ask(self, number, now):
        """One attempt of set `number` at `now` (s): return (served, seconds, Retry-After)."""
        if self.outage and self.outage[0] <= now < self.outage[1]:
            return False, self.patience, 0
        wait = max(self.free_at - now, 0.0)
        if wait * self.capacity > BACKLOG:
            return False, self.patience, 0
        # A second's work may stand in line before a server refuses.
        if self.kind != "queue" and wait > 1.0:
            return False, 0.1, RETRY_AFTER if self.kind == "retry-after" else 0
        self.free_at = now + wait + 1.0 / self.capacity
        took = wait + 1.0 / self.capacity
        # The repeated request carries the same transactionID: the CA answers with what it issued.
        self.issued.setdefault(number, 0)
        if took > self.patience:
            return False, self.patience, 0
        self.issued[number] += 1
        return True, took, 0


class Result:
    """What a run showed: figures as ACCEPTANCE wants them, and the load a minute for the plot."""

    def __init__(self, sets, capacity, per_minute, done, attempts, twice, start=0.0):
        """done: sorted times (s) at which sets were served; per_minute: attempts a minute."""
        self.sets = sets
        self.bound = sets / capacity
        self.per_minute = per_minute
        self.peak = max(per_minute) / 60 / capacity
        self.peak_settled = max(per_minute[2:], default=0) / 60 / capacity
        self.crowded = sum(1 for n in per_minute if n > 60 * capacity * 1.2)
        needed = -(-sets * 99 // 100)
        self.t99 = done[needed - 1] - start if len(done) >= needed else None
        self.attempts = attempts / sets
        self.twice = twice


def run(sets, server, spread, seed=1, horizon=6 * 3600, progress=None):
    """Simulate `sets` sets that boot at 0 s, until all are served or `horizon` s; return Result.

    spread: scep_spread in seconds; progress: called with the share of sets served, or None.
    """
    chance = random.Random(seed)

    def uniform(n):
        return chance.randrange(n + 1)

    memories = [State(uniform(spread)) for _ in range(sets)]
    failures = [0] * sets
    nobody, port = Identity(), Port()
    # Boots differ by a fraction of a second.
    queue = [(memory.start_at + chance.random(), n) for n, memory in enumerate(memories)]
    heapq.heapify(queue)
    per_minute, done, attempts, shown = [], [], 0, 0
    while queue:
        now, number = heapq.heappop(queue)
        if now > horizon:
            break
        memory = memories[number]
        memory.uptime = int(now)
        action, reason = due(CONFIG, nobody, None, port, memory)
        assert action == ENROLL, reason
        attempts += 1
        minute = int(now // 60)
        per_minute += [0] * (minute + 1 - len(per_minute))
        per_minute[minute] += 1
        served, took, retry_after = server.ask(number, now)
        trip = SLOW_ROUND_TRIP if number % 3 == 0 else FAST_ROUND_TRIP
        end = now + took + ROUND_TRIPS * trip
        if served:
            done.append(end)
            if progress and len(done) * 100 // sets > shown:
                shown = len(done) * 100 // sets
                progress(shown)
            continue
        failures[number] += 1
        wait = backoff.wait(failures[number], uniform, retry_after or None, spread)
        memory.retry_at = int(end) + wait
        heapq.heappush(queue, (memory.retry_at + chance.random(), number))
    done.sort()
    twice = sum(1 for count in server.issued.values() if count > 1)
    start = server.outage[1] if server.outage else 0.0
    return Result(sets, server.capacity, per_minute, done, attempts, twice, start)
