"""The commands of the set's line, by name: what each does and what it answers.

For main.py; DESIGN.md section 10 (the commands), ACCEPTANCE.md section 1 (the answers).
An action returns the result's fields (dict), or a generator that yields events and returns them.
What only some actions need is imported by them: a module costs a small set heap once it is loaded.
"""

from errors import Error
from phone import network
from phone.config import checked
from phone.identity import enrol
from phone.identity.records import summary
from scep import caps, pem
from scep import transaction as transactions
from scep.x509 import Certificate


def start(set_, command):
    """Begin the action of a console.Command; raises Error where there is none or it cannot be."""
    action = _ACTIONS.get(command.name)
    if action is None:
        raise Error("unsupported", "this firmware does not know the command " + command.name)
    if command.name in _NEWBORN:
        return action(set_, command)
    if set_.fault is not None:
        raise set_.fault
    if set_.records.damaged is not None and command.name != "wipe":
        raise set_.records.damaged
    options = _options(command)
    set_.trace = options.get("trace") == "yes"
    if command.name in _ASKING:
        return network.again(set_, lambda: action(set_, command))
    return action(set_, command)


# -- one function a command ------------------------------------------------------------------------


def _config(set_, command):
    """Check every value first, then store all in one commit; an event for each change."""
    changes = []
    for key, raw in command.pairs:
        changes.append((key, checked(key, raw)))
    said = set_.records.configure(changes)
    set_.configured(said)
    return {"changed": len(said)}


def _boot(set_, command):
    from phone import boot

    options = _options(command)
    return boot.boot(set_, options.get("until", "idle"), options)


def _enroll(set_, command):
    if not set_.records.config.urls() and set_.records.config.get("identity_cms"):
        from phone.identity import handed

        if handed.is_due(set_):
            return handed.take_over(set_)
    return enrol.enroll(set_)


def _poll(set_, command):
    transaction = set_.records.waiting()
    if transaction is None:
        raise Error("no-certificate", "no transaction waits: enrol first")
    return _renew(set_, command) if transaction.replaced else enrol.enroll(set_)


def _renew(set_, command):
    from phone.identity import renew

    return renew.renew(set_)


def _rollover(set_, command):
    from phone.identity import query

    return query.rollover(set_)


def _check(set_, command):
    from phone.identity import revocation

    return revocation.check(set_)


def _getcrl(set_, command):
    from phone.identity import query

    return query.get_crl(set_)


def _getcert(set_, command):
    if len(command.words) != 1:
        raise Error("unsupported", "getcert wants one serial number in hex")
    from phone.identity import query

    return query.get_cert(set_, command.words[0])


def _getcaps(set_, command):
    return _asking(set_, _caps_of)


def _caps_of(client):
    found = yield from client.get_ca_caps()
    return {"text": "\n".join(caps.names(found))}


def _getca(set_, command):
    return _asking(set_, _ca_of)


def _ca_of(client):
    authority = yield from client.get_ca_cert()
    return {"pem": "".join([pem.encode(der) for der in authority.to_list()])}


def _asking(set_, operation):
    """Generator: one operation at the first URL of the configuration."""
    urls = set_.records.config.urls()
    if not urls:
        raise Error("config", "scep_url is not configured", "scep_url")
    yield from network.up(set_)
    return (yield from operation(enrol.client_for(set_, urls[0])))


def _status(set_, command):
    """Return what ACCEPTANCE.md section 1 fixes."""
    records = set_.records
    active = records.active_certificate()
    transaction = records.waiting()
    state = _state(set_, active, transaction)
    result = summary(active if active else records.factory_certificate())
    result["state"] = state
    result["slot"] = "active" if active else "factory"
    result["pending"] = _pending(transaction)
    result["last_error"] = records.last_error()
    result["clock"] = set_.clock.iso()
    result["boots"] = records.store.boots
    low, high = records.store.wear
    result["wear"] = {"min": low, "max": high}
    return result


def _state(set_, active, transaction):
    if active is not None:
        now = set_.clock.now()
        expired = now is not None and now > Certificate(active).not_after
        return "suspended" if expired or set_.records.suspended() else "active"
    if transaction is None or transaction.state == transactions.NEW:
        return "factory"
    return "pending" if transaction.state == transactions.PENDING else "enrolling"


def _pending(transaction):
    if transaction is None or transaction.state == transactions.NEW:
        return None
    name = str(transaction.transaction_id, "ascii")
    return {"transaction_id": name, "polls": transaction.polls}


def _cert(set_, command):
    active = set_.records.active_certificate()
    if active is None:
        raise Error("no-certificate", "the set has no certificate of the customer's CA")
    text = pem.encode(active)
    if "chain" in command.words:
        for der in set_.records.active_issuers():
            text += pem.encode(der)
    return {"pem": text}


def _wipe(set_, command):
    set_.records.wipe()
    return {"state": "factory"}


def _fault(set_, command):
    """Generator: fail as no command should, so that a test sees what the set then says."""
    if "repl" not in set_.board.FEATURES:
        raise Error("unsupported", "only development builds know the command fault")
    yield None
    if "memory" in command.words:
        bytearray(1 << 29)  # more than any heap
    raise RuntimeError


def _licences(set_, command):
    import licences

    return {"text": licences.text(getattr(set_.board, "LINKED", ()))}


def _factory(set_, command):
    return _provision(set_).make_key(set_, _options(command).get("mac", ""))


def _born(set_, command):
    options = _options(command)
    provision = _provision(set_)
    return provision.take_certificate(set_, options["certificate"], options["chain"])


def _provision(set_):
    if not hasattr(set_.board, "secret"):
        raise Error("unsupported", "this board's flash image is made by tools/mkflash")
    import provision  # firmware/port/rp2: only boards with a secret of their own hold it

    return provision


# -- the rest --------------------------------------------------------------------------------------

_ACTIONS = {
    "config": _config,
    "boot": _boot,
    "enroll": _enroll,
    "renew": _renew,
    "poll": _poll,
    "rollover": _rollover,
    "check": _check,
    "getcaps": _getcaps,
    "getca": _getca,
    "getcrl": _getcrl,
    "getcert": _getcert,
    "status": _status,
    "cert": _cert,
    "wipe": _wipe,
    "licences": _licences,
    "fault": _fault,
    "factory": _factory,
    "born": _born,
}
# What talks to a CA, and begins again where 802.1X took its connection's place.
_ASKING = ("enroll", "renew", "poll", "rollover", "check", "getcaps", "getca", "getcrl", "getcert")
# What a board without a key store is for.
_NEWBORN = ("factory", "born")


def _options(command):
    """Return the pairs of a command that are no configuration as {key: str}."""
    if command.name == "config":
        return {}
    return {key: str(bytes(value), "utf-8") for key, value in command.pairs}
