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

from phone.mmi.strings import line

# A menu a line: its id, then its items: kind, text id and binding; `!` before an admin's. One text
# for all, as in strings.py: tuples would cost three times the flash.
MENUS = (
    "\nmenu=menu scep scep,page status status,page certificate certificate,"
    "menu language language,!password password -,page licences licences"
    "\nscep=!check scep_run scep_run,!check scep_challenge_password scep_challenge_password,"
    "!text scep_url scep_url,!action launch enroll,!text scep_ca_fingerprint scep_ca_fingerprint,"
    "!secret scep_psk scep_psk,!action renew renew,action check check,page status status"
    "\nlanguage=language english en,language french fr"
    "\n"
)


def items(name):
    """Return the items of a menu: a list of (kind, text id, binding, bool). KeyError: no menu."""
    found = []
    for item in line(MENUS, name).split(","):
        kind, label, binding = item.split(" ")
        admin = kind[0] == "!"
        found.append((kind[1:] if admin else kind, label, binding, admin))
    return found
