"""A set's life as a list of operations on the store, each with the state that it leads to.

For the power-cut closure. A state is a dict {(slot, tag): bytes}; roles are resolved.
"""

from keystore import slots

MAC = b"\x00\x80\x9f\x59\xe1\xa0"


class Operation:
    """One commit: act(store) does it, after(state) returns the state it leads to."""

    def __init__(self, name, act, after):
        self.name, self.act, self.after = name, act, after


def _put(slot, tag, value, secret=False):
    def after(state):
        return {**state, (slot, tag): value}

    name = f"put {slot} {tag}"
    return Operation(name, lambda store: store.put(slot, tag, value, secret=secret), after)


def _delete(slot, tag):
    def after(state):
        return {k: v for k, v in state.items() if k != (slot, tag)}

    return Operation(f"delete {slot} {tag}", lambda store: store.delete(slot, tag), after)


def _activate():
    def after(state):
        kept = {k: v for k, v in state.items() if k[0] not in ("active", "next")}
        for (slot, tag), value in state.items():
            if slot == "next" and tag != slots.TRANSACTION:
                kept["active", tag] = value
        return kept

    return Operation("activate", lambda store: store.activate(), after)


def _discard():
    def after(state):
        return {k: v for k, v in state.items() if k[0] != "next"}

    return Operation("discard next", lambda store: store.discard_next(), after)


def _identity(n):
    """A key, a pending transaction, its answer, activation: an enrolment or a renewal."""
    return [
        _put("next", slots.KEY, b"key %d" % n, secret=True),
        _put("next", slots.TRANSACTION, b"pending %d" % n),
        _put("next", slots.CERTIFICATE, b"certificate %d" % n * 3),
        _activate(),
    ]


LIFE = (
    [
        _put("config", slots.SETTINGS, b"scep_url=http://ca/scep"),
        _put("config", slots.CHALLENGE, b"secret psk", secret=True),
        _put("anchors", slots.CA, b"CA certificate"),
    ]
    + _identity(1)
    + [_put("state", slots.CLOCK, b"1700000000")]
    + _identity(2)
    + [_put("config", slots.SETTINGS, b"scep_url=http://other/scep")]
    + _identity(3)
    + _identity(4)
    + [
        _put("anchors", slots.NEXT_CA, b"next CA"),
        _put("anchors", slots.CA, b"next CA"),
        _delete("anchors", slots.NEXT_CA),
        _put("state", slots.LIFECYCLE, b"revoked"),
        _put("next", slots.KEY, b"a key given up", secret=True),
        _discard(),
    ]
    + _identity(5)
    + [
        _delete("state", slots.LIFECYCLE),
        Operation("wipe", lambda store: store.wipe(), lambda state: {}),
        _put("config", slots.SETTINGS, b"scep_url=http://new/scep"),
    ]
)


def view(store):
    """Return the state that the store shows."""
    state = {}
    for slot in ("active", "next", "anchors", "config", "state"):
        for tag in store.tags(slot):
            state[slot, tag] = bytes(store.get(slot, tag))
    return state
