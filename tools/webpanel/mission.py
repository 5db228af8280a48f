"""How far the visitor is: the steps of the page's first hint, ticked by what really happened.

For stage.py. A pure function over the facts that were seen.
"""

# In order; page/index.html has a text for each.
STEPS = ("power", "scep", "url", "challenge", "launch", "certificate", "cut", "survived")
# A set that holds a certificate got there: its configuration was seen by an earlier panel.
_BEFORE = ("scep", "url", "challenge", "launch")
_CONFIGURED = {"scep_run": "scep", "scep_url": "url", "scep_psk": "challenge"}


def heard(facts, event):
    """Add what an event (dict) of the set proves to `facts` (set of steps)."""
    name = event["event"]
    if name == "boot":
        facts.add("power")
    elif name == "config" and event.get("key") in _CONFIGURED:
        if event.get("key") != "scep_run" or event.get("new") == "yes":
            facts.add(_CONFIGURED[event["key"]])
    elif name == "slot" and event.get("slot") == "active":
        facts.add("launch")
    if name == "boot" and "cut" in facts and event.get("step") == 5:
        facts.add("again")


def done(facts, certificate):
    """Return the steps that are done. certificate: dict of holdings.py in force now, or None."""
    found = set(facts) & set(STEPS)
    held = certificate is not None and certificate.get("slot") == "active"
    if held:
        found.update(_BEFORE)
    else:
        found -= {"certificate", "cut"}
    if held and {"cut", "again"} <= set(facts):
        found.add("survived")
    return [step for step in STEPS if step in found]
