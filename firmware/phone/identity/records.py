"""What the set keeps in its key store, by the names the set has for it.

For main.py, actions.py and enrol.py; the only module that knows the store's slots and tags.
DESIGN.md section 6.
"""

import binascii
import json

import scepcore
from keystore import Store, slots
from phone import charset
from phone.clock import DAY
from phone.config import Config, ConfigError
from scep import asn1time
from scep.der import SEQUENCE, Reader
from scep.transaction import OTHER, Transaction
from scep.x509 import Certificate

# The challenge stands under one of two tags; the settings name which. So a change of both is one
# commit, and no power cut leaves an old challenge with a new URL.
_CHALLENGE_TAGS = (slots.CHALLENGE, 64)
_LANGUAGE = 65  # of the menus
_FORMER_CA = 66  # the one whose successor took over: servers follow in their own time
# A message on the flash is for people; a longer one would only wear it.
_LONGEST_MESSAGE = 160


class Records:
    """The set's values. Every method that writes is power-cut safe: before or after.

    config: config.Config, the settings in force; damaged: None, or the KeystoreError for which
    only the factory's values can be read until wipe().
    """

    def __init__(self, device):
        """Mount the store on a block device. Raises KeystoreError."""
        self.store = Store(device)
        self.store.mount()
        self.damaged = self.store.error
        self.config = Config()
        if self.damaged is None:
            self.config = Config(self.store.get("config", slots.SETTINGS))

    # -- the factory's -------------------------------------------------------------------------

    def mac(self):
        """Return the MAC address of the factory record (6 bytes), or None."""
        value = self.store.get("factory", slots.MAC)
        return bytes(value) if value else None

    def factory_certificate(self):
        """Return the DER of the factory certificate (bytes)."""
        return bytes(self.store.get("factory", slots.CERTIFICATE))

    def factory_key(self):
        """Return the factory key (scepcore.RSAKey)."""
        return self.store.get("factory", slots.KEY)

    # -- configuration -------------------------------------------------------------------------

    def configure(self, changes, trusted=True):
        """Put checked values in force: changes is a list of (key, str, bytearray or None).

        trusted: somebody at the set; an unauthenticated file is not, and does not get a challenge
        that was given for one CA released to another. One commit for all; no change costs
        nothing. Returns a list of (key, old, new) of what changed; a secret shows as "********"
        or None.
        """
        store, fresh = self.store, Config(self.config.encode())
        said = []
        given = False
        old_tag = tag = fresh.challenge_tag
        for key, value in changes:
            if key == "scep_psk":
                given = True
                if not self._same_challenge(value):
                    tag = self._put_challenge(value, old_tag)
                    said.append((key, old_tag and "********", tag and "********"))
                continue
            old = fresh.set(key, value)
            if old != value:
                said.append((key, old, value))
        fresh.challenge_tag = tag
        if tag is not None and (trusted or given):
            fresh.challenge_ca = _ca_of(fresh)
        if not said and fresh.challenge_ca == self.config.challenge_ca:
            return said
        fresh.challenge_refused = False
        store.put("config", slots.SETTINGS, fresh.encode())
        self.config = fresh
        if old_tag is not None and old_tag != tag:
            store.delete("config", old_tag)
        for key, _old, _new in said:
            if key in ("scep_url", "scep_ca_fingerprint", "scep_ca_cert"):
                # what another CA could do says nothing of this one
                store.delete("state", slots.CAPABILITIES)
        return said

    def has_challenge(self):
        """Tell whether a challenge is stored."""
        return self.config.challenge_tag is not None

    def check_challenge(self):
        """Raise ConfigError where the challenge was given for another CA than is configured."""
        if self.config.challenge_ca != _ca_of(self.config):
            raise ConfigError(
                "config",
                "scep_psk was given for another CA than the one that is configured now",
                "scep_psk",
            )

    def keep_challenge_refused(self, refused):
        """Store with the settings whether the CA refused the challenge: until the next change."""
        if self.config.challenge_refused != refused:
            self.config.challenge_refused = refused
            self.store.put("config", slots.SETTINGS, self.config.encode())

    def challenge(self):
        """Return the challenge in a bytearray that the caller wipes."""
        return self.store.get("config", self.config.challenge_tag)

    # -- the menus' ----------------------------------------------------------------------------

    def password(self):
        """Return the record of the admin password (phone/mmi/password.py), or None."""
        return self.store.get("config", slots.PASSWORD)

    def keep_password(self, record):
        """Store the record of the admin password, sealed."""
        self.store.put("config", slots.PASSWORD, record, secret=True)

    def language(self):
        """Return the language of the menus (str), or None where none was chosen."""
        value = self.store.get("config", _LANGUAGE)
        return None if value is None else str(bytes(value), "ascii")

    def keep_language(self, word):
        """Store the language of the menus."""
        self.store.put("config", _LANGUAGE, word.encode())

    # -- a transaction -------------------------------------------------------------------------

    def transaction(self):
        """Return the transaction that waits (scep Transaction with its keys), or None."""
        record = self.store.get("next", slots.TRANSACTION)
        key = self.store.get("next", slots.KEY)
        if record is None or key is None:
            return None
        transaction = Transaction.from_bytes(record, key)
        if transaction.role == OTHER:
            factory = transaction.certificate == self.factory_certificate()
            transaction.signer_key = self.store.get("factory" if factory else "active", slots.KEY)
        return transaction

    def waiting(self):
        """Return the transaction that waits without its keys, to look at, or None."""
        record = self.store.get("next", slots.TRANSACTION)
        return None if record is None else Transaction.from_bytes(record, None)

    def begin(self, transaction):
        """Store a new transaction with its key; whatever waited before is forgotten first."""
        self.store.discard_next()
        self.store.put_key("next", transaction.key)
        self.save(transaction)

    def save(self, transaction):
        """Store the transaction's state."""
        self.store.put("next", slots.TRANSACTION, transaction.to_bytes())

    def abandon(self):
        """Forget the transaction that waits."""
        self.store.discard_next()

    def activate(self, issued, authorities, now):
        """Make the issued certificate and the waiting key the set's identity: one commit.

        issued: scep Issued; authorities: list of DER, the anchor first; now: int or None. Stored is
        the time that the CA bears witness to: a clock that was moved ahead must not bind the true
        time, once it comes.
        """
        store = self.store
        store.put("next", slots.CERTIFICATE, issued.certificate)
        store.put("next", slots.CHAIN, b"".join(issued.chain))
        former = self.current_ca()
        if former not in (None, bytes(authorities[0])):
            store.put("anchors", _FORMER_CA, former)
        elif former is None and store.get("anchors", _FORMER_CA) is not None:
            store.delete("anchors", _FORMER_CA)
        store.put("anchors", slots.CA, authorities[0])
        store.put("anchors", slots.CA_CHAIN, b"".join([bytes(der) for der in authorities[1:]]))
        self._keep_life("ca_of", _ca_of(self.config))
        store.activate()
        self.suspend(None)
        store.delete("state", slots.LAST_ERROR)
        if now is not None:
            self.keep_time(min(now, Certificate(issued.certificate).not_before + DAY))

    def take_over(self, key, chain, mark):
        """Make a key (scepcore.RSAKey) and its certificates (list of DER) the active identity.

        mark: str, what handed() returns from then on. One commit activates it.
        """
        store = self.store
        store.discard_next()
        store.put_key("next", key)
        store.put("next", slots.CERTIFICATE, chain[0])
        store.put("next", slots.CHAIN, b"".join(chain[1:]))
        store.activate()
        self.suspend(None)
        self._keep_life("handed", mark)

    def handed(self):
        """Return the mark of the sealed identity that was taken over last (str), or None."""
        return self._life().get("handed")

    # -- the identity --------------------------------------------------------------------------

    def active_certificate(self):
        """Return the DER of the active certificate (bytes), or None."""
        value = self.store.get("active", slots.CERTIFICATE)
        return None if value is None else bytes(value)

    def active_key(self):
        """Return the active key (scepcore.RSAKey), or None."""
        return self.store.get("active", slots.KEY)

    def active_chain(self):
        """Return the DER of the active certificate's issuers, one after the other (bytes)."""
        value = self.store.get("active", slots.CHAIN)
        return bytes(value) if value else b""

    def active_issuers(self):
        """Return the issuers of the active certificate (list of memoryview DER), lowest first."""
        reader, found = Reader(self.active_chain()), []
        while not reader.empty():
            found.append(reader.tlv(SEQUENCE))
        return found

    def anchors(self):
        """Return the CAs (list of bytes DER) that servers of the active identity may hang on.

        That is the one that the identity was enrolled with, whatever is configured by now, the one
        before it, and the successor that it named: not that of a CA configured meanwhile.
        """
        found, life = [], self._life()
        for tag in (slots.CA, slots.NEXT_CA, _FORMER_CA):
            value = self.store.get("anchors", tag)
            own = tag != slots.NEXT_CA or life.get("next_of") == life.get("ca_of")
            if value is not None and own:
                found.append(bytes(value))
        return found

    def is_of_configured_ca(self):
        """Tell whether the active identity is not known to be of another CA than the configured."""
        return self._life().get("ca_of") in (None, _ca_of(self.config))

    def next_ca(self):
        """Return the DER of the CA that takes over (bytes), or None.

        What another CA than the configured one named as its successor does not count.
        """
        return self._succession(slots.NEXT_CA, "next_of")

    def keep_next_ca(self, der):
        """Store the CA that takes over from the configured one, or from its successor."""
        self.store.put("anchors", slots.NEXT_CA, der)
        self._keep_life("next_of", _ca_of(self.config))

    def current_ca(self):
        """Return the DER of the anchor that the identity was enrolled with (bytes), or None.

        None, too, where another CA has been configured since. It differs from the configured CA
        once that one's successor has taken over.
        """
        return self._succession(slots.CA, "ca_of")

    def suspended(self):
        """Return why the active identity is suspended (str), or None."""
        return self._life().get("suspended")

    def suspend(self, reason):
        """Withdraw the active identity for `reason` (str), or give it back: None."""
        self._keep_life("suspended", reason)

    def action_done(self):
        """Return the highest scep_action_id that was carried out, -1 for none."""
        return self._life().get("action", -1)

    def keep_action_done(self, number):
        """Store that scep_action_id `number` was carried out."""
        self._keep_life("action", number)

    # -- state ---------------------------------------------------------------------------------

    def learned(self, ca):
        """Return what was learned about the CA with SHA-256 `ca` (bytes), or None."""
        value = self.store.get("state", slots.CAPABILITIES)
        if value is None or value[:32] != ca:
            return None
        return bytes(value[32:])

    def keep_learned(self, ca, record):
        """Store what was learned about the CA with SHA-256 `ca`; unchanged costs nothing."""
        if self.learned(ca) != record:
            self.store.put("state", slots.CAPABILITIES, bytes(ca) + record)

    def last_error(self):
        """Return {"code", "message", "time"} of the last error, or None."""
        value = self.store.get("state", slots.LAST_ERROR)
        return None if value is None else json.loads(bytes(value))

    def keep_error(self, code, message, now):
        """Store the last error; the same one again costs nothing."""
        message = message[:_LONGEST_MESSAGE]
        old = self.last_error()
        if old is None or (old["code"], old["message"]) != (code, message):
            when = None if now is None else asn1time.iso(now)
            self._put_json(slots.LAST_ERROR, {"code": code, "message": message, "time": when})

    def committed_time(self):
        """Return the last time that was stored (int seconds since 1970), or None."""
        if self.damaged is not None:
            return None
        value = self.store.get("state", slots.CLOCK)
        return None if value is None else int(str(bytes(value), "utf-8"))

    def keep_time(self, now):
        """Store the time, so that a later boot does not believe one long before it."""
        self.store.put("state", slots.CLOCK, str(now).encode())

    def wipe(self):
        """Back to factory: customer identity, anchors, configuration and state are erased."""
        self.store.wipe()
        self.damaged = None
        self.config = Config()

    # -- private

    def _same_challenge(self, value):
        if value is None or not self.has_challenge():
            return value is None and not self.has_challenge()
        stored = self.challenge()
        same = scepcore.equal(stored, value)
        charset.wipe(stored)
        return same

    def _put_challenge(self, value, old_tag):
        """Store a challenge under the tag that is not in force; return the tag, None for none."""
        if value is None:
            return None
        tag = _CHALLENGE_TAGS[1] if old_tag == _CHALLENGE_TAGS[0] else _CHALLENGE_TAGS[0]
        self.store.put("config", tag, value, secret=True)
        return tag

    def _life(self):
        value = self.store.get("state", slots.LIFECYCLE)
        return {} if value is None else json.loads(bytes(value))

    def _keep_life(self, *pairs):
        """Store names and values, one after the other, in one commit; unchanged costs nothing."""
        life = self._life()
        changed = False
        for i in range(0, len(pairs), 2):
            if life.get(pairs[i]) != pairs[i + 1]:
                life[pairs[i]] = pairs[i + 1]
                changed = True
        if changed:
            self._put_json(slots.LIFECYCLE, life)

    def _succession(self, tag, of):
        value = self.store.get("anchors", tag)
        if value is None or self._life().get(of) != _ca_of(self.config):
            return None
        return bytes(value)

    def _put_json(self, tag, value):
        self.store.put("state", tag, json.dumps(value).encode())


def _ca_of(config):
    """Return the text that stands for the configured CA: a change of it is another CA."""
    digest = scepcore.hash("sha256")
    for key in ("scep_ca_fingerprint", "scep_ca_cert"):
        digest.update((config.get(key) or "").lower().encode() + b"|")
    return str(binascii.hexlify(digest.digest()[:8]), "ascii")


def summary(der):
    """Return the fields by which status, results and the menu show a certificate (dict)."""
    certificate = Certificate(der)
    return {
        "subject": certificate.subject_text,
        "issuer": certificate.issuer_text,
        "serial": certificate.serial_hex,
        "not_before": asn1time.iso(certificate.not_before),
        "not_after": asn1time.iso(certificate.not_after),
        "sha256": "".join(["%02x" % b for b in certificate.fingerprint()]),
    }
