"""How tools/setctl shows events and results: JSON lines, or words for people.

For main.py; ACCEPTANCE.md section 1 (the JSON, fixed).
"""

import json
import sys


class JsonOutput:
    """One JSON object a line on standard output."""

    def event(self, event):
        """Print an event or the result; "event" stands first."""
        ordered = {"event": event["event"]}
        ordered.update(event)
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
            words = ", ".join(f"{key} {_word(value)}" for key, value in sorted(fields.items()))
            print(f"{name}: {words}" if words else name, file=sys.stderr, flush=True)

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
        for key, value in fields.items():
            print(f"{key}: {_word(value)}")


def _word(value):
    if value is None:
        return "-"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_word(item)}" for key, item in value.items())
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
