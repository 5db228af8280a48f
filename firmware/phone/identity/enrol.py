"""The enrolment action: from configuration to a committed identity, over reboots.

For actions.py and the lifecycle. RFC 8894 section 2.2; DESIGN.md sections 5 to 7.

What is stored, and when (a power cut between any two leaves a set that goes on):
the key and a transaction that was not sent yet, before anything is asked; `sent`, before the
first octet of a message leaves; `pending`; the certificate, in one commit that activates it.
"""

import binascii
import gc

from errors import Error
from phone import network
from phone.config import fingerprint_bytes
from phone.identity import keys
from phone.identity.records import summary
from scep import names
from scep import transaction as transactions
from scep.client import Client
from scep.request import self_sign
from scep.transaction import Transaction
from scep.x509 import Certificate

# Failures of one URL after which the second of scep_url is tried.
_NEXT_URL = ("connect", "dns", "timeout", "http-status", "http-format")


def enroll(set_):
    """Generator: get a certificate by the configuration; returns the result's fields.

    Goes on with a transaction that a reboot or a failure left. Raises Error; the identity that
    the set has stays as it is until another one is committed.
    """
    config = set_.records.config
    check(config, set_.records)
    keys.need_randomness()
    yield from network.up(set_)
    client = yield from reached(set_)
    return (yield from _with(set_, client))


def reached(set_):
    """Generator: return a Client that has authenticated its CA, at the first URL that answers.

    A URL that does not is a warning, and the second of scep_url is tried.
    """
    failure = None
    for url in set_.records.config.urls():
        try:
            return (yield from prepared(set_, url))
        except Error as e:
            if e.code not in _NEXT_URL:
                raise
            failure = failure or e
            yield e.warning(url + ": ")
    raise failure


def check(config, records):
    """Raise Error(`config`, `ca-untrusted`) where the configuration cannot lead to a certificate.

    Before a key is made and before anything is sent.
    """
    if not config.urls():
        raise Error("config", "scep_url is not configured", "scep_url")
    if not (config.get("scep_ca_fingerprint") or config.get("scep_ca_cert")):
        raise Error("ca-untrusted", "neither scep_ca_fingerprint nor scep_ca_cert is configured")
    challenge = records.has_challenge() or config.get("scep_psk_cms")
    if config.yes("scep_challenge_password") and not challenge:
        raise Error("config", "scep_challenge_password=yes, but scep_psk is empty", "scep_psk")


def client_for(set_, url, next_ca=None, trusted=None):
    """Return a scep Client for `url` by the set's configuration; the network is up.

    next_ca: DER of the only anchor, in place of the configured ones, or None; trusted: as of
    network.transport().
    """
    config = set_.records.config
    fingerprint = anchor = None
    if next_ca is None:
        fingerprint = config.get("scep_ca_fingerprint")
        anchor = config.get("scep_ca_cert")
    return Client(
        network.transport(set_, trusted),
        url,
        ca_id=config.get("scep_ca_id"),
        fingerprint=fingerprint_bytes(fingerprint) if fingerprint else None,
        anchor=binascii.a2b_base64(anchor) if anchor else next_ca,
        allow_legacy=config.yes("scep_allow_legacy"),
        recall=set_.records.learned,
        clock=set_.clock.now,
    )


def prepared(set_, url):
    """Generator: return a Client that has authenticated its CA.

    A CA that does not match the configuration is taken where it is its successor: one that the
    identity was enrolled with, or one that was named (GetNextCACert) and whose time has come.
    """
    client = client_for(set_, url)
    try:
        yield from client.prepare()
        return client
    except Error as e:
        if e.code not in ("ca-fingerprint", "ca-untrusted"):
            raise
        failure = e
    for der in _successors(set_):
        client = client_for(set_, url, der)
        try:
            yield from client.prepare()
            return client
        except Error as e:
            if e.code not in ("ca-fingerprint", "ca-untrusted"):
                raise
    raise failure


def challenge_for(set_, client):
    """Return None, or the function that opens the challenge anew for each use.

    client: Client that has authenticated its CA. Raises ConfigError where the challenge belongs
    to another one.
    """
    records = set_.records
    config = records.config
    if config.get("scep_challenge_password") == "no":
        return None
    sealed = config.get("scep_psk_cms")
    if sealed is not None:
        return lambda: _opened(set_, sealed, client.authority.sha256())
    if not records.has_challenge():
        return None
    records.check_challenge()
    return records.challenge


def conclude(set_, transaction, issued, client):
    """Generator: commit what the CA issued with its key, and say so; returns the result's fields.

    issued: scep Issued, or None while the CA waits: raises Error(`pending`).
    """
    records = set_.records
    if issued is None:
        raise Error(
            "pending",
            "the CA waits for approval of transaction %s"
            % str(transaction.transaction_id, "ascii"),
        )
    records.activate(issued, client.authority.to_list(), set_.clock.now())
    yield {"event": "slot", "slot": "active"}
    return summary(records.active_certificate())


def wipe_keys(transaction):
    """Forget the keys that a transaction holds; the key store has them. None is fine."""
    if transaction is not None:
        for key in (transaction.key, transaction.signer_key):
            if key is not None:
                key.wipe()


# -- private, in the order of use


def _successors(set_):
    """Return the DER of the CAs that stand in the configured one's place by now."""
    records = set_.records
    found = []
    current, following = records.current_ca(), records.next_ca()
    if current is not None:
        found.append(current)
    now = set_.clock.now()
    early = following is not None and now is not None and now < Certificate(following).not_before
    if following not in (None, current) and not early:
        found.append(following)
    return found


def _with(set_, client):
    """Generator: enrol with a Client that is prepared; returns the result's fields."""
    records = set_.records
    transaction = records.transaction()
    challenge = None
    try:
        if transaction is None or not _usable(set_, transaction, client):
            transaction = yield from _begin(set_, transaction)
        gc.collect()
        challenge = challenge_for(set_, client)
        issued = yield from client.enrol(transaction, challenge, records.save)
    except Error as e:
        if e.code.startswith("fail-") and transaction is not None:
            # a definite refusal: the key may be used again, the transaction may not
            transaction.restart()
            records.save(transaction)
        if e.code == "fail-badRequest" and challenge is not None:
            records.keep_challenge_refused(True)
        raise
    finally:
        wipe_keys(transaction)
    records.keep_challenge_refused(False)
    records.keep_learned(client.authority.sha256(), client.learned.to_bytes())
    return (yield from conclude(set_, transaction, issued, client))


def _opened(set_, sealed, ca_sha256):
    """Return the challenge of scep_psk_cms in a bytearray, if it is for this CA and this set."""
    from phone import handover  # a set whose challenge is not sealed does without it

    records = set_.records
    factory = Certificate(records.factory_certificate())
    key = records.factory_key()
    try:
        work = handover.open_challenge(sealed, key, factory, ca_sha256, set_.mac())
        while True:  # a few private operations of 2,048 bits: bounded, so done in one go
            try:
                next(work)
            except StopIteration as e:
                return e.value
    finally:
        key.wipe()


def _usable(set_, transaction, client):
    """Tell whether a stored transaction is the one to go on with."""
    if transaction.state == transactions.NEW or transaction.replaced:
        return False  # nothing was sent, or a renewal: begin anew by today's configuration
    return not transaction.ca or transaction.ca == client.authority.sha256()


def _begin(set_, old):
    """Generator: make a transaction and store it; the key of one that was never sent is kept."""
    config, records = set_.records.config, set_.records
    bits = config.number("scep_key_bits")
    key = None
    if old is not None:
        if old.state == transactions.NEW and not old.replaced and old.key.bits == bits:
            key = old.key
        else:
            wipe_keys(old)
    if key is None:
        key = yield from keys.generate(bits)
    subject = names.encode(config.expand("scep_subject", set_.mac()))
    san = config.expand("scep_san", set_.mac()) or ""
    transaction = Transaction(key, subject, san, config.get("scep_key_usage"))
    if config.get("scep_signer") == "factory":
        transaction.signed_by(records.factory_key(), records.factory_certificate())
    else:
        yield from self_sign(transaction)
    records.begin(transaction)
    yield {"event": "progress", "what": "key stored"}
    return transaction
