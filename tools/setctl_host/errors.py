"""How a command of tools/setctl ends when it does not succeed.

For the whole package; DESIGN.md section 10 (exit status).
"""

import os

REPO = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))


class Failure(Exception):
    """A reported error: a code of firmware/errors.py and a sentence. Exit status 1."""

    status = 1

    def __init__(self, code, message):
        """Keep both."""
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Down(Failure):
    """The set crashed, hung or lost power; `report` is what it last said. Exit status 3."""

    status = 3

    def __init__(self, message, report=""):
        """`message` says which of the three."""
        super().__init__("internal", message)
        self.report = report
