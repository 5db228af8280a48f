"""Which algorithms and methods the client uses with a CA, and which it takes in an answer.

For client.py and message.py.  RFC 8894 sections 2.9 and 3.5.2; draft-nourse-scep-23 appendix D.
Pure decisions over small integers: no input or output, no state but `Learned`.
"""

from errors import Error
from scep import caps as caps_

# Content ciphers and digests by rank.  Ranks are stored in learned records: never renumber.
CIPHERS = ("des-cbc", "des-ede3-cbc", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc")
DIGESTS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")

# Strength classes.  A later answer in a lower class is a downgrade; within a class a server may
# change its mind (SHA-512 yesterday, SHA-256 today).
_CIPHER_CLASS = (0, 1, 2, 2, 2)
_DIGEST_CLASS = (0, 1, 2, 2, 2, 2)

# The rungs of the renewal ladder (INTEROP), tried from the first that the CA can.
RENEWAL_REQ = 0  # RenewalReq(17) signed by the current certificate
RENEWAL_PKCSREQ = 1  # PKCSReq(19) signed by the current certificate
RENEWAL_CHALLENGE = 2  # the same with the challenge password
RENEWAL_ENROL = 3  # a fresh enrolment
_RUNGS = 4


class PolicyError(Error):
    """An algorithm is too weak or a CA answers weaker than it once did: code `algorithm`."""


class Choice:
    """How to speak to a CA.

    cipher: str of CIPHERS, for the envelope that we send.
    digest: str of DIGESTS, for digest and signature that we send.
    post: bool, PKIOperation by POST; else GET.
    renewal: bool, RenewalReq(17) is announced.
    warnings: list of str, what a person should know.
    """

    def __init__(self, cipher, digest, post, renewal, warnings=None):
        """Keep the decision."""
        self.cipher = cipher
        self.digest = digest
        self.post = post
        self.renewal = renewal
        self.warnings = warnings or []


class Learned:
    """What a CA has shown that it can, remembered against downgrades.

    GetCACaps is not authenticated (RFC 8894 section 7.6): only what an authenticated answer has
    confirmed is learned.  The keeper stores `to_bytes()` under the URL and the CA certificate,
    and forgets it when either is reconfigured.

    Invariant: the strength fields never fall; `rung` is the rung that worked last or the first
    that is worth a try.
    """

    VERSION = 1

    def __init__(self):
        """Know nothing yet."""
        self.caps = caps_.NONE  # union of the capability bits that were confirmed
        self.cipher = -1  # rank of the strongest cipher that the CA accepted from us
        self.digest = -1  # rank of the strongest digest that the CA accepted from us
        self.answered = -1  # rank of the strongest digest that the CA has signed an answer with
        self.rung = RENEWAL_REQ

    def confirm(self, found, choice, answered):
        """Learn from an authenticated answer.

        found: int, the capability set in force; choice: the Choice in force;
        answered: str of DIGESTS, the answer's digest.  Returns True if something changed.
        """
        before = self.to_bytes()
        self.caps |= found
        self.cipher = max(self.cipher, CIPHERS.index(choice.cipher))
        self.digest = max(self.digest, DIGESTS.index(choice.digest))
        self.answered = max(self.answered, DIGESTS.index(answered))
        return self.to_bytes() != before

    def to_bytes(self):
        """Return the record for the key store: 7 octets."""
        return bytes(
            (
                self.VERSION,
                self.caps >> 8,
                self.caps & 0xFF,
                self.cipher + 1,
                self.digest + 1,
                self.answered + 1,
                self.rung,
            )
        )

    @classmethod
    def from_bytes(cls, record):
        """Read a record; an empty, foreign or damaged one means that nothing is known."""
        new = cls()
        if record is None or len(record) != 7 or record[0] != cls.VERSION:
            return new
        sane = (
            record[3] <= len(CIPHERS)
            and record[4] <= len(DIGESTS)
            and record[5] <= len(DIGESTS)
            and record[6] < _RUNGS
        )
        if sane:
            new.caps = record[1] << 8 | record[2]
            new.cipher = record[3] - 1
            new.digest = record[4] - 1
            new.answered = record[5] - 1
            new.rung = record[6]
        return new


def choose(found, learned, allow_legacy):
    """Decide what we send to a CA.

    found: int, the answer to GetCACaps (`caps.NONE` without one); learned: Learned;
    allow_legacy: bool, the key scep_allow_legacy.
    Returns a Choice.  Raises PolicyError where the CA announces less than it once had, unless
    legacy is allowed: then the weaker choice carries a warning.
    """
    found = caps_.implied(found)
    choice = Choice(
        _best_cipher(found),
        _best_digest(found),
        bool(found & caps_.POST),
        bool(found & caps_.RENEWAL),
    )
    lost = []
    if _class(_CIPHER_CLASS, CIPHERS.index(choice.cipher)) < _class(_CIPHER_CLASS, learned.cipher):
        lost.append(CIPHERS[learned.cipher])
    if _class(_DIGEST_CLASS, DIGESTS.index(choice.digest)) < _class(_DIGEST_CLASS, learned.digest):
        lost.append(DIGESTS[learned.digest])
    if lost:
        text = "the CA no longer announces " + " and ".join(lost) + ", which it has used before"
        if not allow_legacy:
            raise PolicyError("algorithm", text, caps_.names(found))
        choice.warnings.append(text)
    return choice


def legacy(choice, allow_legacy):
    """Decide what to send after the CA refused `choice` with badAlg.

    Returns a Choice with single DES and MD5 where scep_allow_legacy permits it and the choice
    was already the weakest of the others; else None: there is nothing left to try.
    """
    if not allow_legacy or choice.cipher != "des-ede3-cbc" or choice.digest != "sha1":
        return None
    return Choice(
        "des-cbc", "md5", choice.post, choice.renewal, ["single DES and MD5 are sent to the CA"]
    )


def accept_digest(digest, learned, choice, allow_legacy):
    """Judge the digest of an answer's signature; the signature is its authenticity.

    digest: str of DIGESTS; learned: Learned of this CA; choice: the Choice in force or None.
    Returns a warning (str) or None.  Raises PolicyError.
    """
    rank = DIGESTS.index(digest)
    if digest == "md5" and not allow_legacy:
        raise PolicyError("algorithm", "the answer is signed with MD5", digest)
    if rank < 2 and _class(_DIGEST_CLASS, rank) < _class(_DIGEST_CLASS, learned.answered):
        text = "the answer is signed with %s, but the CA has answered with %s" % (
            digest,
            DIGESTS[learned.answered],
        )
        if not allow_legacy:
            raise PolicyError("algorithm", text, digest)
        return text
    asked = DIGESTS.index(choice.digest) if choice else -1
    if digest == "md5" or _class(_DIGEST_CLASS, rank) < _class(_DIGEST_CLASS, asked):
        return "the answer is signed with " + digest
    return None


def accept_cipher(cipher, choice):
    """Judge the cipher of an answer's envelope.

    The envelope protects only a public certificate or CRL, so DES, 3DES and AES are all read.
    cipher: str of CIPHERS; choice: the Choice in force.  Returns a warning (str) or None.
    """
    rank = _class(_CIPHER_CLASS, CIPHERS.index(cipher))
    if rank < _class(_CIPHER_CLASS, CIPHERS.index(choice.cipher)):
        return "the answer is encrypted with " + cipher
    return None


def first_rung(choice, learned):
    """Return the rung of the renewal ladder to begin with: what is announced, what worked."""
    if choice.renewal:
        # a server that announces RenewalReq now is worth the first rung, unless it refused it
        return learned.rung
    return max(learned.rung, RENEWAL_PKCSREQ)


def _best_cipher(found):
    # with nothing announced (NDES 2003): DES-EDE3
    return "aes-128-cbc" if found & caps_.AES else "des-ede3-cbc"


def _best_digest(found):
    # the standard's own choice first (RFC 8894 section 3.5.2), else the best announced
    if found & caps_.STANDARD:
        return "sha256"
    for bit, name in (
        (caps_.SHA512, "sha512"),
        (caps_.SHA384, "sha384"),
        (caps_.SHA256, "sha256"),
        (caps_.SHA224, "sha224"),
    ):
        if found & bit:
            return name
    return "sha1"


def _class(table, rank):
    return table[rank] if rank >= 0 else -1
