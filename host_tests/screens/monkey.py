# firmware.elf monkey.py SEED KEYS. For host_tests/test_mmi_monkey.py; the set's flash and secret
# are the environment's, as for any UNIX set.
#
# A real set (phone.main.Set) with its menus gets random keys. Printed: one line of JSON: what was
# changed, what changed without being confirmed, CPU time of the slowest turn, views that were seen.

import gc
import json
import sys
import time

import board
from phone.main import Set
from phone.mmi import vt100
from phone.mmi.strings import LANGUAGES, text

# Keys as a hand finds them: the ways into the menus come more often than letters.
KEYS = ["up", "down", "down", "left", "right", "ok", "ok", "ok", "back", "soft1", "soft3", "soft3"]
KEYS += ["soft2", "delete"] + ["t" + c for c in "ahz:/. \xe9"] + ["k" + c for c in "0123456789*#"]
PASSWORD, URL = "monkey-1", "http://127.0.0.1:1/"  # nobody listens there
CONFIRMED = [text(key, language) for key in ("save", "yes", "ok") for language in LANGUAGES]


class Dice:
    def __init__(self, seed):
        self.seed = seed

    def roll(self, sides):
        self.seed = (self.seed * 1103515245 + 12345) & 0x3FFFFFFF
        return (self.seed >> 8) % sides


def main(seed, count):
    board.idle = lambda: None
    s = Set(board)
    s._open()
    lines = []
    s.console.event = lambda name, fields=None: lines.append((name, fields))
    s._front()
    s.scheduler = None
    control, dice = s.panel.control, Dice(seed)
    said, changed, unconfirmed, views, slow = [], {}, [], {}, [0]
    s.listeners.append(lambda name, fields: said.append((name, fields)))
    drawn = 0
    typing = []  # a monkey would need ages to find a password twice: now and then it knows one
    for number in range(count):
        view = control.view().__class__.__name__
        if not typing and view in ("PasswordView", "NewPasswordView") and not dice.roll(8):
            typing = ["t" + c for c in PASSWORD] + ["soft3"]
        if not typing and view == "EditView" and not dice.roll(8):
            typing = ["t" + c for c in URL] + ["soft3"]
        key = typing.pop(0) if typing else KEYS[dice.roll(len(KEYS))]
        views[view] = views.get(view, 0) + 1
        softkey = control.scene().softkeys[2]
        before = s.records.password()
        del said[:]
        gc.collect() if not number % 500 else None
        began = time.clock()
        control.key(key)
        s.turn()
        drawn += len(vt100.lines_of(control.scene()))
        took = time.clock() - began
        if took > slow[-1]:
            slow.append(took)
        for name, fields in said:
            if name == "config":
                changed[fields["key"]] = changed.get(fields["key"], 0) + 1
                if key not in ("ok", "soft3") or softkey not in CONFIRMED:
                    unconfirmed.append((number, view, key, fields["key"]))
        if before != s.records.password() and view != "NewPasswordView":
            unconfirmed.append((number, view, key, "password"))
        # a few turns let what was started run on; seldom a person goes away for a while
        for _ in range(dice.roll(3)):
            s.turn()
        if not dice.roll(400):
            control.tick(130000)
            control.tick(600000)
    print(
        json.dumps(
            {
                "keys": count,
                "drawn": drawn,
                "changed": changed,
                "unconfirmed": unconfirmed,
                "views": views,
                "slowest": slow[-1],
                "faults": [
                    f for n, f in lines if n == "error" and f["error"] in ("internal", "memory")
                ],
            }
        )
    )


main(int(sys.argv[1]), int(sys.argv[2]))
