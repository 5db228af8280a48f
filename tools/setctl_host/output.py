"""How tools/setctl shows events and results: JSON lines, or words for people.

For main.py; ACCEPTANCE.md section 1 (the JSON, fixed).
"""

import json
import sys

# The order in which people read a result; what is not here follows by name (MicroPython's dict
# keeps none).
_ORDER = [
    *("state", "slot", "subject", "issuer", "serial", "not_before", "not_after", "sha256"),
    *("pending", "last_error", "clock", "boots", "wear"),
]
# How people read the events that come often; others show their fields.
_SENTENCES = {
    "boot": lambda f: f"step {f['step']}, {f['name']} {f.get('ip') or f.get('time') or 'up'}",
    "config": lambda f: f"{f['key']}: {_word(f['old'])} -> {_word(f['new'])}",
    "http": lambda f: f"{f['op']}: status {f['status']}, {f['bytes']} bytes",
    "keygen": lambda f: f"{f['candidates']} candidates, {f['primes']} primes",
    "progress": lambda f: f["what"],
    "slot": lambda f: f"{f['slot']} has a new identity",
    "warning": lambda f: f"{f['code']}: {f['message']}",
}


class JsonOutput:
    """One JSON object a line on standard output."""

    def event(self, event):
        """Print an event or the result; "event" stands first."""
        ordered = {"event": event["event"]}
        ordered.update((key, event[key]) for key in sorted(event, key=_place))
        print(json.dumps(ordered, ensure_ascii=False), flush=True)

    def failure(self, failure):
        """Print a reported error."""
        self.event({"event": "error", "error": failure.code, "message": failure.message})


class TextOutput:
    """Results on standard output, progress and errors on standard error."""

    def event(self, event):
        """Print an event as `name: field value, ...`, a result as its text or its fields."""
        name = event["event"]
        fields = {key: value for key, value in event.items() if key != "event"}
        if name == "error":
            self._error(event["error"], event["message"], event.get("help"))
        elif name == "result":
            self._result(fields)
        else:
            print(f"{name}: {_sentence(name, fields)}", file=sys.stderr, flush=True)

    def failure(self, failure):
        """Print a reported error."""
        self._error(failure.code, failure.message, None)

    def _error(self, code, message, advice):
        print(f"error: {code}: {message}", file=sys.stderr)
        if advice:
            print(advice, file=sys.stderr)

    def _result(self, fields):
        for whole in ("pem", "text"):
            if whole in fields:
                print(fields[whole].rstrip("\n"))
                return
        for key in sorted(fields, key=_place):
            print(f"{key}: {_word(fields[key])}")


def _sentence(name, fields):
    try:
        return _SENTENCES[name](fields)
    except KeyError:  # a newer firmware's event, or one with other fields
        return ", ".join(f"{key} {_word(value)}" for key, value in sorted(fields.items()))


def _place(key):
    return (_ORDER.index(key), "") if key in _ORDER else (len(_ORDER), key)


def _word(value):
    if value is None:
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_word(item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
