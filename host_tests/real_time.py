"""Operations of the product driven in real time: against servers that really take their time."""

import time


def drive(steps):
    """Run a generator of the product, idling while it waits; return its value."""
    while True:
        try:
            event = next(steps)
        except StopIteration as stop:
            return stop.value
        if event is None:
            time.sleep(0.001)
