"""What the menus need of a set: the contract, and nothing else.

For control.py; phone/mmi/binding.py fulfils it with the real set, tests with a small one.
"""


class Subject:
    """A set as the menus see it; each method is quick, none waits.

    language: `en` or `fr`; boot_step: 0 while not booting, else 1..5; running: name of the action
    that runs (`enroll`, `renew`, `check`, `poll`, `rollover`), or None; question: None, or
    (subject text, SHA-256 bytes) of a CA that a person must accept before the action goes on.

    A subject also has (texts here, not stubs, so that the contract costs an image nothing):

    get(key)            the value of a configuration key (str) or None; for a secret whether it is
                        set
    put(key, raw)       store UTF-8 bytearray `raw` under a key; raises errors.Error; wipes nothing
    start(action)       begin an action; raises errors.Error
    cancel()            end the action that runs at its next step
    answer(yes)         answer `question`
    progress()          (text id of `work.*`, share 0..1000 or None) of the action that runs
    outcome()           None, or once after an action: (True, None) or (False, errors.Error)
    status()            the dict of `setctl status`; with the key store unusable its texts are None
    next_poll()         seconds until the CA is asked again (int), or None while none waits
    licences()          the licence texts (str)
    number()            the set's directory number or MAC address (str), for the idle screen
    has_password()      whether an admin password is set
    password_is(raw)    whether bytearray `raw` is the admin password
    set_password(raw)   store bytearray `raw` as the admin password (its hash, sealed)
    """

    language = "en"
    boot_step = 0
    running = None
    question = None
