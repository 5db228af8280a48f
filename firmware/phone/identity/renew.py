"""The renewal action: a new certificate in place of the active one, which stays until then.

For actions.py and the lifecycle. RFC 8894 section 2.5; the ladder is scep/client_renew.py's.
"""

import gc

from errors import Error
from phone import network
from phone.identity import enrol, keys
from scep import client_renew
from scep import transaction as transactions
from scep.transaction import Transaction
from scep.x509 import Certificate


def renew(set_):
    """Generator: renew the active certificate; returns the result's fields.

    At another CA than the one that it was enrolled with, that is an enrolment: a file that names
    a CA of its own must not get what a renewal gives without a challenge. Goes on with a renewal
    that a reboot left. Raises Error(`no-certificate`), RenewalError (`renewal-refused`), and what
    an enrolment raises.
    """
    records = set_.records
    if records.active_certificate() is None:
        raise Error("no-certificate", "there is no certificate to renew: enrol first")
    enrol.check(records.config, records)
    if records.current_ca() is None:
        return (yield from enrol.enroll(set_))
    keys.need_randomness()
    yield from network.up(set_)
    client = yield from enrol.reached(set_)
    transaction = records.transaction()
    if transaction is None or not _goes_on(set_, transaction):
        enrol.wipe_keys(transaction)
        transaction = yield from _begin(set_)
    gc.collect()
    challenge = None
    if not records.config.challenge_refused:
        challenge = enrol.challenge_for(set_, client)
    try:
        issued = yield from client_renew.renew(client, transaction, challenge, records.save)
    except client_renew.RenewalError:
        records.abandon()  # a definite refusal: the next try is a new transaction
        raise
    finally:
        enrol.wipe_keys(transaction)
        records.keep_learned(client.authority.sha256(), client.learned.to_bytes())
    return (yield from enrol.conclude(set_, transaction, issued, client))


# -- private, in the order of use


def _goes_on(set_, transaction):
    """Tell whether a stored transaction renews the certificate that is active now."""
    if transaction.state == transactions.NEW:
        return False
    active = Certificate(set_.records.active_certificate())
    return transaction.replaced == active.fingerprint()


def _begin(set_):
    """Generator: make the renewal's transaction, signed by the active identity; store it."""
    records = set_.records
    config = records.config
    der = records.active_certificate()
    active_key = records.active_key()
    if config.get("scep_renew_key") == "same":
        key = active_key
    else:
        key = yield from keys.generate(config.number("scep_key_bits"))
    active = Certificate(der)
    san = config.expand("scep_san", set_.mac()) or ""
    # the same subject as before: a CA renews what it knows
    transaction = Transaction(key, active.subject, san, config.get("scep_key_usage"))
    transaction.signed_by(active_key, der)
    transaction.replaced = active.fingerprint()
    records.begin(transaction)
    yield {"event": "progress", "what": "key stored"}
    return transaction
