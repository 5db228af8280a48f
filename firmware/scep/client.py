"""The SCEP client: capabilities, CA certificates, enrolment and polling, as generators.

For phone/lifecycle.py, tools and the host command.  RFC 8894; draft-nourse-scep-23 and older.

How to use it (drive a generator until StopIteration; `yield from` inside another one):

    transport = Transport(dns_servers=("10.0.2.3",))
    client = Client(transport, "http://ca:8080/scep", fingerprint=sha256_of_the_ca)
    transaction = Transaction(key, names.encode("CN=00809F59E1A0"))
    yield from request.self_sign(transaction)       # or transaction.signed_by(key, certificate)
    issued = yield from client.enrol(transaction, challenge, save)
    # issued is None: the CA waits for an approval.  Store nothing more: save() has stored
    # transaction.to_bytes().  Later, even after a reboot: Transaction.from_bytes(record, key),
    # then client.enrol(transaction, challenge, save) again: it polls.
    # else: issued.certificate (bytes), issued.chain (list of bytes, issuer first),
    # issued.warnings (list of str); client.learned.to_bytes() is worth storing too.

What a generator yields: None while it waits (idle shortly), or an event:
    {"event": "http", "op": "GetCACert", "status": 200, "bytes": 867}
    {"event": "warning", "code": "algorithm", "message": "the answer is signed with sha1"}
`challenge` is None or a function without arguments that returns a fresh bytearray (UTF-8), which
is wiped here after each use: once for its length, once for each message.
`save(transaction)` is called before a message leaves and whenever the state changes; it may return
a generator, which is then run.
Failures are subclasses of errors.Error; after one whose code begins with `fail-` the transaction
is dead (restart() it or make a new one); after any other, enrol() may be called again with it.
Renewal is in client_renew.py; GetCert, GetCRL and GetNextCACert in client_query.py.
"""

import scepcore
from errors import Error
from scep import caps, http, http_url, issued, message, policy, registry, request
from scep import transaction as transactions
from scep.authority import Authority, AuthorityError
from scep.der import SEQUENCE
from scep.message import MessageError

_CAPS = http.Limits(8192, 60000, 30000)
_ANSWER = http.Limits(65536, 120000, 30000)
_BUSY = (429, 503)
# what a server may answer to GetCACaps when it knows nothing of it [RFC 8894 section 3.5.2]
_NO_CAPS = ("http-status", "http-format", "too-large")
# codes of a definite no; see is_refusal
REFUSALS = (
    "http-status",
    "fail-badAlg",
    "fail-badMessageCheck",
    "fail-badRequest",
    "fail-badTime",
    "fail-badCertId",
)


class Issued:
    """A certificate that was verified to be ours.

    certificate: bytes, DER; chain: list of bytes, DER of its issuers, upward; warnings: list of
    str, where it is not quite what was asked for.
    """

    def __init__(self, certificate, chain, warnings):
        """Keep the parts."""
        self.certificate = certificate
        self.chain = chain
        self.warnings = warnings


class Client:
    """One CA, as a set talks to it.

    capabilities: int of caps, None before get_ca_caps; authority: Authority, None before
    get_ca_cert; learned: policy.Learned of this CA; choice: policy.Choice, None before prepare.
    """

    def __init__(
        self,
        transport,
        url,
        ca_id=None,
        fingerprint=None,
        anchor=None,
        allow_legacy=False,
        recall=None,
        clock=None,
    ):
        """Configure; nothing is sent.

        transport: transport.Transport; url: str; ca_id: str or None, `message` of GetCACaps,
        GetCACert and GetNextCACert; fingerprint: bytes or None; anchor: bytes-like DER or None;
        allow_legacy: bool; recall: None or a function (SHA-256 of the CA, bytes) -> record of
        policy.Learned or None; clock: None or a function -> int seconds since 1970 or None.
        Raises UrlError.
        """
        self.transport = transport
        self.url = http_url.parse(url)
        self.allow_legacy = allow_legacy
        self.capabilities = None
        self.authority = None
        self.learned = policy.Learned()
        self.choice = None
        self._ca_id = ca_id
        self._fingerprint = fingerprint
        self._anchor = anchor
        self._recall = recall
        self._clock = clock

    def time(self):
        """Return the time as int seconds since 1970, None without a clock."""
        return self._clock() if self._clock is not None else None

    def operation_url(self, operation):
        """Return the Url of a GET without `message`, or of a POST."""
        path = self.url.path
        path += ("&" if "?" in path else "?") + "operation=" + operation
        return http_url.Url(self.url.secure, self.url.host, self.url.port, path)

    def get(self, operation, limits=_ANSWER):
        """Generator: GetCACaps, GetCACert or GetNextCACert; returns the http Response."""
        url = self.operation_url(operation)
        if self._ca_id:
            quoted = http_url.quote(self._ca_id.encode())
            url.path += "&message=" + str(quoted, "ascii")
        return (yield from http.exchange(self.transport, http.Request(url, operation), limits))

    def get_ca_caps(self):
        """Generator: ask what the CA can; returns the set (int of caps).

        A server that knows no GetCACaps refuses it, answers nonsense or hangs up: no
        capabilities.  Raises only where the server cannot be reached at all.
        """
        try:
            response = yield from self.get("GetCACaps", _CAPS)
            self.capabilities = caps.parse(response.body)
        except Error as e:
            hung_up = e.code == "connect" and (e.evidence or {}).get("phase") == "io"
            if e.code not in _NO_CAPS and not hung_up:
                raise
            self.capabilities = caps.NONE
        return self.capabilities

    def get_ca_cert(self):
        """Generator: fetch and authenticate the CA's certificates; returns the Authority.

        Raises AuthorityError, CmsError, DerError and what exchange raises.
        """
        authority = yield from self._fetch_authority()
        self.authority = authority
        for text in authority.warnings:
            yield warning("ca-untrusted", text)
        if self._recall is not None:
            self.learned = policy.Learned.from_bytes(self._recall(authority.sha256()))
        return authority

    def prepare(self):
        """Generator: do what must come before any message: capabilities, CA, choice.

        Raises PolicyError on a downgrade, AuthorityError, and what the two operations raise.
        """
        if self.capabilities is None:
            yield from self.get_ca_caps()
        if self.authority is None:
            yield from self.get_ca_cert()
        time = self.time()
        if time is not None:
            self.authority.check_time(time)
        if self.choice is None:
            self.choice = policy.choose(self.capabilities, self.learned, self.allow_legacy)
            for text in self.choice.warnings:
                yield warning("algorithm", text)

    def enrol(self, transaction, challenge=None, save=None):
        """Generator: bring a transaction one step on: request, repeat or poll.

        transaction: Transaction with a signer; challenge, save: see the module's text.
        Returns Issued, or None while the CA waits for an approval.
        """
        yield from self.prepare()
        self._bind(transaction)
        if transaction.state == transactions.PENDING:
            return (yield from self.poll(transaction, save))
        if transaction.state == transactions.SENT:
            # the answer to the first request may be lost: a CA that knows the transaction gives
            # it by CertPoll, without another use of the challenge
            try:
                return (yield from self.poll(transaction, save))
            except Error as e:
                # some servers hang up on a message type that they do not know
                if not is_refusal(e) and e.code != "http-format":
                    raise
        transaction.state = transactions.SENT
        yield from _save(save, transaction)
        payload = request.Pkcs10(
            transaction, challenge if transaction.with_challenge else None, self.choice.digest
        )
        reply = yield from self.operate(
            transaction.kind, transaction.transaction_id, transaction.signer(), payload
        )
        return (yield from self._conclude(transaction, reply, save))

    def poll(self, transaction, save=None):
        """Generator: CertPoll.  Returns Issued, or None while the CA still waits."""
        yield from self.prepare()
        self._bind(transaction)
        # the *subject* of the CA that issues, not its issuer [RFC 8894 section 3.3.3]
        payload = message.Payload(SEQUENCE, self.authority.issuing.subject, transaction.subject)
        reply = yield from self.operate(
            registry.CERT_POLL, transaction.transaction_id, transaction.signer(), payload
        )
        transaction.polls += 1
        return (yield from self._conclude(transaction, reply, save))

    def operate(self, kind, transaction_id, signer, payload):
        """Generator: one PKIOperation, sent again only for a reason that the RFC knows.

        The reasons: the CA's RA certificates have changed since they were fetched; legacy
        algorithms are allowed and the CA refused ours.  kind: int of registry; signer:
        message.Signer; payload: see message.build.
        Returns the Reply (its `failure` is the caller's to raise).  Raises HttpError, CmsError,
        MessageError, DerError, PolicyError and what exchange raises.
        """
        yield from self.prepare()
        choice = self.choice
        refreshed = False

        def refresh():
            # an answer by a signer that is not known yet is believed if the CA vouches for it
            # now: the request is not sent a second time
            nonlocal refreshed
            if refreshed:
                return None
            refreshed = True
            changed = yield from self._refresh()
            return self.authority.trusted() if changed else None

        while True:
            reply = None
            try:
                reply = yield from self._send(
                    kind, transaction_id, signer, payload, choice, refresh
                )
                failure = reply.failure
            except Error as e:
                failure = e
            if failure is None:
                return reply
            weaker = policy.legacy(choice, self.allow_legacy)
            if failure.code == "fail-badAlg" and weaker is not None:
                choice = weaker
                for text in choice.warnings:
                    yield warning("algorithm", text)
                continue
            if not refreshed and _may_be_stale(failure):
                refreshed = True
                if (yield from self._refresh()):
                    continue
            if reply is None:
                raise failure
            return reply

    def compose(self, kind, transaction_id, signer, payload, choice=None):
        """Generator: build a PKIOperation; returns (http.Request, senderNonce)."""
        choice = choice or self.choice
        nonce = scepcore.random(message.NONCE)
        built = yield from message.build(
            kind,
            transaction_id,
            nonce,
            signer,
            self.authority.recipient,
            choice,
            payload,
            self.time(),
        )
        url = self.operation_url("PKIOperation")
        if choice.post:
            query = http.Request(
                url, "PKIOperation", body=built, content_type="application/x-pki-message"
            )
        else:
            query = http.Request(url, "PKIOperation", message=built)
        return query, nonce

    def judge(self, reply, choice=None):
        """Generator: hold an authentic answer's algorithms against the policy, and learn.

        reply: message.Reply.  Yields warnings.  Raises PolicyError.
        """
        choice = choice or self.choice
        text = policy.accept_digest(reply.digest, self.learned, choice, self.allow_legacy)
        if text is not None:
            yield warning("algorithm", text)
        if reply.cipher is not None:
            text = policy.accept_cipher(reply.cipher, choice)
            if text is not None:
                yield warning("algorithm", text)
        self.learned.confirm(self.capabilities, choice, reply.digest)

    def _send(self, kind, transaction_id, signer, payload, choice, refresh):
        query, nonce = yield from self.compose(kind, transaction_id, signer, payload, choice)
        response = yield from http.exchange(self.transport, query, _ANSWER)
        del query
        body = http.der_body(response, "PKIOperation")
        reply = yield from message.open_reply(
            body, signer, self.authority.trusted(), transaction_id, nonce, refresh
        )
        yield from self.judge(reply, choice)
        return reply

    def _conclude(self, transaction, reply, save):
        """Generator: what an answer means for the transaction; returns Issued or None."""
        if reply.status == registry.FAILURE:
            raise reply.failure
        if reply.status == registry.PENDING:
            transaction.state = transactions.PENDING
            yield from _save(save, transaction)
            return None
        certificates, _ = message.read_certificates(reply.content)
        others = [c for c in certificates if c.fingerprint() != transaction.replaced]
        if certificates and not others:
            raise MessageError("renewal-refused", "the CA answered with the old certificate")
        own = issued.choose(others, transaction.key.public()[0])
        path, warnings = yield from issued.steps(
            own, others, self.authority.cas, transaction.subject, self.time(), self.allow_legacy
        )
        for text in warnings:
            yield warning("cert-name", text)
        chain = [bytes(c.der) for c in path[1:]]
        for above in self.authority.chain():
            if bytes(above.der) not in chain:
                chain.append(bytes(above.der))
        return Issued(bytes(own.der), chain, warnings)

    def _bind(self, transaction):
        """Tie a transaction to this CA; its answers come from no other."""
        own = self.authority.sha256()
        if transaction.ca and transaction.ca != own:
            raise AuthorityError("ca-untrusted", "the CA is not the one that was asked", own)
        transaction.ca = own

    def _fetch_authority(self):
        response = yield from self.get("GetCACert")
        certificates, _ = message.read_certificates(http.der_body(response, "GetCACert"))
        return Authority(certificates, self._fingerprint, self._anchor, self.allow_legacy)

    def _refresh(self):
        """Generator: fetch the CA's certificates again; returns whether the set changed.

        They hang on the same fingerprint or anchor as before, so the CA is the same one.
        """
        fresh = yield from self._fetch_authority()
        old = [bytes(der) for der in self.authority.to_list()]
        changed = False
        for der in fresh.to_list():
            if bytes(der) not in old:
                changed = True
        self.authority = fresh
        return changed


def warning(code, text):
    """Return a warning event."""
    return {"event": "warning", "code": code, "message": text}


def is_refusal(failure):
    """Tell whether the CA has said no (or does not understand), rather than nothing or 'later'.

    failure: errors.Error.  A broken or foreign answer (http-format) is no refusal: the request
    may have been granted; a busy server has decided nothing.
    """
    return failure.code in REFUSALS and not _is_busy(failure)


def _is_busy(failure):
    if failure.code != "http-status":
        return False
    evidence = failure.evidence
    asked = evidence["retry_after"] is not None or evidence["retry_at"] is not None
    return asked or evidence["status"] in _BUSY


def _may_be_stale(failure):
    """Tell whether a failure may come from RA certificates that have been replaced."""
    stale = failure.code in ("http-status", "fail-badMessageCheck")
    return stale and not _is_busy(failure)


def _save(save, transaction):
    if save is not None:
        steps = save(transaction)
        if steps is not None:
            yield from steps
