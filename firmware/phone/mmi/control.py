"""The menus' controller: a stack of views, keys in, a scene out.

For the set's main loop. Nothing waits: `key`, `tick` and `scene` return at once.
"""

from phone.mmi.strings import text
from phone.mmi.views import BootView, IdleView, ProgressView, QuestionView

# Milliseconds without a key after which the set shows its idle screen again.
IDLE_MS = 120000
# An admin stays one for so long after the last key.
ADMIN_MS = 300000
# Wrong passwords that are free; then each doubles the wait, up to LONGEST_WAIT_MS.
FREE_TRIES = 3
FIRST_WAIT_MS = 2000
LONGEST_WAIT_MS = 600000


class Control:
    """Invariant: `views` holds at least the idle view; the last one is shown and gets the keys."""

    def __init__(self, subject):
        """subject: subject.Subject."""
        self.subject = subject
        self.views = [IdleView()]
        self.changed = True  # the scene differs from the one drawn last
        self._quiet = 0
        self._admin = 0
        self._wrong = 0
        self._locked = 0

    # -- for the main loop ---------------------------------------------------------------------

    def key(self, name):
        """Act on one key: `up` `down` `left` `right` `ok` `back` `soft1`..`soft3`, text keys."""
        self._quiet = 0
        self._admin = ADMIN_MS if self._admin else 0
        self._follow()
        softkeys = self.view().softkeys(self)
        if name in ("soft1", "soft2", "soft3"):
            action = softkeys[int(name[4]) - 1]
        elif name == "back":
            action = "delete" if self.view().edits else softkeys[0]
        elif name == "ok":
            action = softkeys[2]
        else:
            action = None
        if action:
            self.view().act(self, action)
        else:
            self.view().key(self, name)
        self.changed = True

    def tick(self, ms):
        """Let `ms` pass: time-outs, progress, questions."""
        self._locked = max(0, self._locked - ms)
        self._admin = max(0, self._admin - ms)
        self._quiet += ms
        self._follow()
        if self.view().tick(self, ms):
            self.changed = True
        if self._quiet >= IDLE_MS and len(self.views) > 1 and self.subject.running is None:
            self.home()

    def scene(self):
        """Return the Scene to draw and take it for drawn."""
        self._follow()
        self.changed = False
        view = self.view()
        drawn = view.scene(self)
        drawn.softkeys = tuple([self.say(key) if key else "" for key in view.softkeys(self)])
        return drawn

    # -- for views -----------------------------------------------------------------------------

    def view(self):
        """Return the view that is shown."""
        return self.views[-1]

    def say(self, key):
        """Return a text in the subject's language."""
        return text(key, self.subject.language)

    def show(self, view):
        """Put a view on top."""
        self.views.append(view)
        self.changed = True

    def leave(self):
        """Take the top view away; what it held is wiped."""
        if len(self.views) > 1:
            self.views.pop().close()
        self.changed = True

    def home(self):
        """Take all views away but the idle one."""
        while len(self.views) > 1:
            self.leave()
        self._admin = 0

    def is_admin(self):
        """Tell whether the password was entered a while ago."""
        return self._admin > 0

    def locked_ms(self):
        """Return the milliseconds until another password may be tried."""
        return self._locked

    def password(self, raw):
        """Try bytearray `raw` as password; return whether it was right. Wrong ones slow down."""
        if self._locked:
            return False
        if self.subject.password_is(raw):
            self._wrong = 0
            self._admin = ADMIN_MS
            return True
        self._wrong += 1
        if self._wrong >= FREE_TRIES:
            self._locked = min(LONGEST_WAIT_MS, FIRST_WAIT_MS << min(self._wrong - FREE_TRIES, 16))
        return False

    def admit(self):
        """Take the person for an admin: a password was just chosen."""
        self._admin = ADMIN_MS

    # -- private -------------------------------------------------------------------------------

    def _follow(self):
        """Show what the set does by itself: boot, actions, questions."""
        subject, top = self.subject, self.view()
        if subject.boot_step and len(self.views) == 1:
            self.show(BootView())
        elif subject.running and isinstance(top, IdleView):
            self.show(ProgressView())
        if subject.question is not None and not isinstance(self.view(), QuestionView):
            self.show(QuestionView(subject.question))
