"""Renewal: the ladder from RenewalReq down to what old servers can.

For phone/lifecycle.py and tools.  RFC 8894 section 2.5; draft-nourse-scep-23 appendix D.
"""

from errors import Error
from scep import policy, registry
from scep import transaction as transactions
from scep.client import is_refusal
from scep.http_response import excerpt_text

# words by which servers say that it is too early (in failInfoText or a refusal's body)
_EARLY = ("too early", "early", "not yet", "too soon", "not allowed until")


class RenewalError(Error):
    """The CA does not renew: code `renewal-refused`.

    evidence: dict with `early` bool: try again later, else enrol anew; `reason` str.
    """


def renew(client, transaction, challenge=None, save=None):
    """Generator: renew a certificate by the best way that the CA knows.

    client: client.Client; transaction: Transaction, signed_by() the current identity and with
    its SHA-256 in `replaced`; challenge, save: as of Client.enrol.
    Returns Issued, or None while the CA waits for an approval.
    Raises RenewalError where the CA refuses on every rung or finds it too early, and what
    Client.enrol raises for anything but a refusal (network, forged answers): try again later.
    What worked is in client.learned.rung: the next renewal begins there.
    """
    yield from client.prepare()
    if transaction.state != transactions.NEW:
        # an answer may be lost: the old certificate may be revoked already, so the CA must first
        # be asked for this very transaction
        try:
            return (yield from _climb(client, transaction, challenge, save))
        except Error as e:
            _judge(e)
            transaction.restart()
            rung = transaction.rung + 1
    else:
        rung = policy.first_rung(client.choice, client.learned)
    failure = None
    while rung < policy.RENEWAL_ENROL:
        if rung == policy.RENEWAL_CHALLENGE and challenge is None:
            rung += 1
            continue
        transaction.rung = rung
        # without RenewalReq, a PKCSReq signed by the current certificate [draft 23, appendix D]
        typed = rung == policy.RENEWAL_REQ or (
            rung == policy.RENEWAL_CHALLENGE and client.choice.renewal
        )
        transaction.kind = registry.RENEWAL_REQ if typed else registry.PKCS_REQ
        transaction.with_challenge = rung == policy.RENEWAL_CHALLENGE
        try:
            return (yield from _climb(client, transaction, challenge, save))
        except Error as e:
            _judge(e)
            failure = e
        transaction.restart()
        rung += 1
    reason = failure.message if failure is not None else "nothing is left to try"
    raise RenewalError(
        "renewal-refused",
        "the CA does not renew the certificate: " + reason,
        {"early": False, "reason": reason},
    )


def _climb(client, transaction, challenge, save):
    """Generator: one rung; remembers it where the CA grants it or lets it wait."""
    issued = yield from client.enrol(transaction, challenge, save)
    client.learned.rung = transaction.rung
    return issued


def _judge(failure):
    """Raise again what is no refusal; RenewalError where it is only too early."""
    if not is_refusal(failure):
        raise failure
    said = failure.message
    if isinstance(failure.evidence, dict):
        said += " " + failure.evidence.get("text", "")
    said = said.lower()
    early = failure.code == "fail-badTime"
    for word in _EARLY:
        early = early or word in said
    if early:
        raise RenewalError(
            "renewal-refused",
            "the CA finds the renewal too early: " + failure.message,
            {"early": True, "reason": excerpt_text(failure.message.encode())},
        )
