"""What a configuration file changes: it comes unauthenticated, so little and nothing for good.

For boot.py (step 3). DESIGN.md section 7: a bad or forged file never disturbs a working set.
"""

from errors import Error
from phone import charset
from phone.config import checked, known


def pairs(reader, data):
    """Return the (key, bytearray) pairs of a whole file; raises FormatError. `data` is wiped."""
    try:
        return reader.feed(data) + reader.finish()
    finally:
        if isinstance(data, bytearray):
            charset.wipe(data)


def apply(set_, found):
    """Put what is known and valid of `found` in force; return the list of events.

    A bad value is a warning and leaves its key as it was; a key that stands twice counts as it
    stood last; unknown keys are kept quiet. Values that are not used are wiped.
    """
    events = []
    changes = {}
    blocks = []
    for key, raw in found:
        if raw is None or not known(key):
            if raw is not None and key.startswith("pem:"):
                blocks.append((key[4:], raw))
            elif raw is not None:
                charset.wipe(raw)
            continue
        try:
            value = checked(key, raw)
        except Error as e:
            events.append(e.warning())
            continue
        if key in changes:
            events.append(Error("config", key + " stands twice; the last one counts").warning())
        changes[key] = value
    set_.configured(set_.records.configure(list(changes.items()), trusted=False))
    for value in changes.values():
        if isinstance(value, bytearray):
            charset.wipe(value)
    if blocks:
        from phone.identity import pemfile  # few files have any

        events += pemfile.apply(set_, blocks)
    return events
