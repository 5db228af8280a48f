"""The set's front: keys in, screens out, on whatever displays there are.

For phone/main.py, which turns it once a turn of its loop. DESIGN.md section 7 (MMI).
A board with a display has "lcd" in FEATURES and display() (lcd.py says what that is); one with
keys has "keys" and keys_read(buf) -> number of scan codes now there.
The serial line becomes a screen by the command `mmi`, and a line again by Ctrl-].
"""

from phone.clock import between, ticks
from phone.mmi import const
from phone.mmi.binding import Binding
from phone.mmi.control import Control
from phone.mmi.keyboard import Keyboard, Terminal

# The menus follow the set this often; keys are taken at once.
_TICK_MS = const(50)
_LEAVE = const(0x1D)  # Ctrl-]
_BEGIN = const(b"\x1b[?25l\x1b[2J")
_END = const(b"\x1b[2J\x1b[H\x1b[?25h")


class Panel:
    """Invariant: `_terminal` is None or the line is lent to the menus (console.lent)."""

    def __init__(self, set_):
        """set_: phone.main.Set."""
        self._set = set_
        self.control = Control(Binding(set_))
        board = set_.board
        self._lcd = self._pad = self._terminal = None
        if "lcd" in board.FEATURES:
            from phone.mmi.lcd import Lcd  # framebuf is not on every board

            self._lcd = Lcd(board.display())
        if "keys" in board.FEATURES:
            self._pad = Keyboard()
        self._codes = bytearray(16)
        self._last = ticks()

    def turn(self):
        """Take the keys that came, let time pass, draw what changed. Nothing here ends the set."""
        try:
            self._keys()
            passed = between(ticks(), self._last)
            if passed >= _TICK_MS:
                self._last = ticks()
                self.control.tick(passed)
            if self.control.changed:
                self._draw()
        except Exception as e:
            self.control.home()
            self.control.changed = False  # what fails is said once, not at every turn
            self._set.report(self._set.failure(e))

    def at_rest(self):
        """Tell whether nobody is in the menus."""
        return len(self.control.views) == 1

    def attach(self):
        """Show the menus on the serial line."""
        self._terminal = Terminal()
        console = self._set.console
        console.lent = True
        console.write(_BEGIN)
        self.control.changed = True

    # -- private

    def _keys(self):
        codes = self._codes
        if self._pad is not None:
            self._feed(self._set.board.keys_read(codes), self._pad)
        if self._terminal is not None:
            self._feed(self._set.console.take(codes), self._terminal)

    def _feed(self, count, source):
        """Act on `count` codes of a source; what was typed is not kept."""
        codes = self._codes
        for i in range(count):
            code, codes[i] = codes[i], 0
            if code == _LEAVE and source is self._terminal:
                self._detach()
                return
            name = source.feed(code)
            if name is not None:
                self.control.key(name)

    def _detach(self):
        self._terminal = None
        for i in range(len(self._codes)):
            self._codes[i] = 0
        if self._lcd is None:
            self.control.home()
        console = self._set.console
        console.write(_END)
        console.lent = False
        self._set.say("result")

    def _draw(self):
        scene = self.control.scene()
        if self._lcd is not None:
            self._lcd.draw(scene)
        if self._terminal is not None:
            from phone.mmi import vt100  # a set with a display seldom needs it

            vt100.draw(scene, self._set.console.write)
