"""The menus as data: what stands in each, what it is bound to, who may change it.

For views.py. An item is (kind, text id, binding, access):

    menu     opens the menu `binding`
    page     opens the page `binding`
    check    a yes|no configuration key, shown as a check box
    text     a configuration key, edited as text; `secret` likewise, masked, never shown
    choice   a configuration key with fixed words: binding is (key, ((word, text id), ...))
    action   starts the set's action `binding`
"""

ANYBODY, ADMIN = range(2)

MENUS = {
    "menu": (
        ("menu", "scep", "scep", ANYBODY),
        ("page", "status", "status", ANYBODY),
        ("page", "certificate", "certificate", ANYBODY),
        ("menu", "language", "language", ANYBODY),
        ("password", "password", None, ADMIN),
        ("page", "licences", "licences", ANYBODY),
    ),
    "scep": (
        ("check", "scep_run", "scep_run", ADMIN),
        ("check", "scep_challenge_password", "scep_challenge_password", ADMIN),
        ("text", "scep_url", "scep_url", ADMIN),
        ("action", "launch", "enroll", ADMIN),
        ("text", "scep_ca_fingerprint", "scep_ca_fingerprint", ADMIN),
        ("secret", "scep_psk", "scep_psk", ADMIN),
        ("action", "renew", "renew", ADMIN),
        ("action", "check", "check", ANYBODY),
        ("page", "status", "status", ANYBODY),
    ),
    "language": (
        ("language", "english", "en", ANYBODY),
        ("language", "french", "fr", ANYBODY),
    ),
}
