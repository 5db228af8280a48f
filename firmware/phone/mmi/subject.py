"""What the menus need of a set: the contract, and nothing else.

For control.py; phone/mmi/binding.py fulfils it with the real set, tests with a small one.
"""


class Subject:
    """A set as the menus see it; each method is quick, none waits.

    language: `en` or `fr`; boot_step: 0 while not booting, else 1..5; running: name of the action
    that runs (`enroll`, `renew`, `check`, `poll`), or None; question: None, or (subject text,
    SHA-256 bytes) of a CA that a person must accept before the action goes on.
    """

    language = "en"
    boot_step = 0
    running = None
    question = None

    def get(self, key):
        """Return the value of a configuration key (str) or None; for a secret whether it is set."""
        raise NotImplementedError

    def put(self, key, raw):
        """Store UTF-8 bytearray `raw` under a key. Raises errors.Error; wipes nothing."""
        raise NotImplementedError

    def start(self, action):
        """Begin an action."""
        raise NotImplementedError

    def cancel(self):
        """End the action that runs at its next step."""
        raise NotImplementedError

    def answer(self, yes):
        """Answer `question`."""
        raise NotImplementedError

    def progress(self):
        """Return (text id of `work.*`, share 0..1000 or None) of the action that runs."""
        raise NotImplementedError

    def outcome(self):
        """Return None, or once after an action: (True, None) or (False, errors.Error)."""
        raise NotImplementedError

    def status(self):
        """Return the dict of `setctl status`; with the key store unusable its texts are None."""
        raise NotImplementedError

    def next_poll(self):
        """Return the seconds until the CA is asked again (int), or None while none waits."""
        return None

    def licences(self):
        """Return the licence texts (str)."""
        raise NotImplementedError

    def number(self):
        """Return the set's directory number or MAC address (str), for the idle screen."""
        raise NotImplementedError

    def has_password(self):
        """Tell whether an admin password is set."""
        raise NotImplementedError

    def password_is(self, raw):
        """Tell whether bytearray `raw` is the admin password."""
        raise NotImplementedError

    def set_password(self, raw):
        """Store bytearray `raw` as the admin password (its hash, sealed)."""
        raise NotImplementedError
