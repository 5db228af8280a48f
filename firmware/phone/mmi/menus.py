"""The menus as data: what stands in each, what it is bound to, who may change it.

For listview.py. An item is (kind, text id, binding, whether it is an admin's):

    menu     opens the menu `binding`
    page     opens the page `binding`
    check    a yes|no configuration key, shown as a check box
    text     a configuration key, edited as text; `secret` likewise, masked, never shown
    action   starts the set's action `binding`
    language makes `binding` the language of the menus
    password has a new admin password chosen
"""

# Constants only: the whole table stays in flash.
MENUS = (
    (
        "menu",
        (
            ("menu", "scep", "scep", False),
            ("page", "status", "status", False),
            ("page", "certificate", "certificate", False),
            ("menu", "language", "language", False),
            ("password", "password", None, True),
            ("page", "licences", "licences", False),
        ),
    ),
    (
        "scep",
        (
            ("check", "scep_run", "scep_run", True),
            ("check", "scep_challenge_password", "scep_challenge_password", True),
            ("text", "scep_url", "scep_url", True),
            ("action", "launch", "enroll", True),
            ("text", "scep_ca_fingerprint", "scep_ca_fingerprint", True),
            ("secret", "scep_psk", "scep_psk", True),
            ("action", "renew", "renew", True),
            ("action", "check", "check", False),
            ("page", "status", "status", False),
        ),
    ),
    (
        "language",
        (
            ("language", "english", "en", False),
            ("language", "french", "fr", False),
        ),
    ),
)


def items(name):
    """Return the items of a menu."""
    for menu in MENUS:
        if menu[0] == name:
            return menu[1]
    raise KeyError(name)
