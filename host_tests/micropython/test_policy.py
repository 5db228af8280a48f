"""What the client sends, what it accepts, and what it remembers of a CA."""

from scep import caps, policy


def knowing(cipher=-1, digest=-1, answered=-1, rung=0):
    learned = policy.Learned()
    learned.cipher = cipher
    learned.digest = digest
    learned.answered = answered
    learned.rung = rung
    return learned


AES = policy.CIPHERS.index("aes-128-cbc")
DES3 = policy.CIPHERS.index("des-ede3-cbc")
SHA1 = policy.DIGESTS.index("sha1")
SHA256 = policy.DIGESTS.index("sha256")
SHA512 = policy.DIGESTS.index("sha512")

# (name, announced, learned, legacy allowed, expected: (cipher, digest, post, warnings) or code)
CHOICES = (
    (
        "nothing announced: NDES 2003",
        caps.NONE,
        knowing(),
        False,
        ("des-ede3-cbc", "sha1", False, 0),
    ),
    ("standard", caps.STANDARD, knowing(), False, ("aes-128-cbc", "sha256", True, 0)),
    (
        "standard prefers its own digest",
        caps.STANDARD | caps.SHA512,
        knowing(),
        False,
        ("aes-128-cbc", "sha256", True, 0),
    ),
    (
        "best announced digest",
        caps.SHA1 | caps.SHA256 | caps.SHA512,
        knowing(),
        False,
        ("des-ede3-cbc", "sha512", False, 0),
    ),
    ("sha-224", caps.SHA224 | caps.SHA1, knowing(), False, ("des-ede3-cbc", "sha224", False, 0)),
    ("aes by get", caps.AES | caps.SHA1, knowing(), False, ("aes-128-cbc", "sha1", False, 0)),
    ("des3 and post", caps.DES3 | caps.POST, knowing(), False, ("des-ede3-cbc", "sha1", True, 0)),
    (
        "legacy allowed sends no weaker",
        caps.NONE,
        knowing(),
        True,
        ("des-ede3-cbc", "sha1", False, 0),
    ),
    ("stripped answer", caps.NONE, knowing(AES, SHA256), False, "algorithm"),
    ("stripped cipher", caps.SHA256, knowing(AES, SHA256), False, "algorithm"),
    ("stripped digest", caps.AES, knowing(AES, SHA256), False, "algorithm"),
    (
        "stripped, legacy allowed",
        caps.NONE,
        knowing(AES, SHA256),
        True,
        ("des-ede3-cbc", "sha1", False, 1),
    ),
    ("as learned", caps.STANDARD, knowing(AES, SHA256), False, ("aes-128-cbc", "sha256", True, 0)),
    (
        "sha-512, then standard: no downgrade",
        caps.STANDARD,
        knowing(AES, SHA512),
        False,
        ("aes-128-cbc", "sha256", True, 0),
    ),
    ("upgrade", caps.STANDARD, knowing(DES3, SHA1), False, ("aes-128-cbc", "sha256", True, 0)),
)


def outcome(function, *args):
    try:
        return function(*args)
    except policy.PolicyError as e:
        return e.code


def test_choices():
    for name, found, learned, legacy, expected in CHOICES:
        choice = outcome(policy.choose, found, learned, legacy)
        if not isinstance(choice, str):
            choice = (choice.cipher, choice.digest, choice.post, len(choice.warnings))
        assert choice == expected, (name, choice)


STRONG = policy.Choice("aes-128-cbc", "sha256", True, True)
OLD = policy.Choice("des-ede3-cbc", "sha1", False, False)

# (name, digest, learned, choice, legacy allowed, expected: None, "warning" or a code)
DIGESTS = (
    ("sha256 as asked", "sha256", knowing(), STRONG, False, None),
    ("sha512 above what was asked", "sha512", knowing(), STRONG, False, None),
    ("sha224 is in the class", "sha224", knowing(), STRONG, False, None),
    ("sha1 where sha256 was asked", "sha1", knowing(), STRONG, False, "warning"),
    ("sha1 where sha1 was asked", "sha1", knowing(), OLD, False, None),
    ("sha1 after better", "sha1", knowing(answered=SHA256), STRONG, False, "algorithm"),
    (
        "sha1 after better, though sha1 was asked",
        "sha1",
        knowing(answered=SHA256),
        OLD,
        False,
        "algorithm",
    ),
    ("sha1 after better, legacy", "sha1", knowing(answered=SHA256), STRONG, True, "warning"),
    ("md5", "md5", knowing(), OLD, False, "algorithm"),
    ("md5, legacy", "md5", knowing(), OLD, True, "warning"),
    ("md5 after sha1", "md5", knowing(answered=SHA1), OLD, True, "warning"),
)


def test_accepted_digests():
    for name, digest, learned, choice, legacy, expected in DIGESTS:
        got = outcome(policy.accept_digest, digest, learned, choice, legacy)
        if expected == "warning":
            assert got and got != "algorithm", name
        else:
            assert got == expected, (name, got)


def test_weaker_envelopes_are_read_with_a_warning():
    for cipher, choice, warned in (
        ("des-cbc", STRONG, True),
        ("des-ede3-cbc", STRONG, True),
        ("aes-128-cbc", STRONG, False),
        ("aes-256-cbc", STRONG, False),
        ("des-cbc", OLD, True),
        ("des-ede3-cbc", OLD, False),
        ("aes-128-cbc", OLD, False),
    ):
        assert bool(policy.accept_cipher(cipher, choice)) == warned, cipher


def test_single_des_and_md5_only_with_legacy_and_only_below_the_weakest():
    weak = policy.legacy(OLD, True)
    assert (weak.cipher, weak.digest, len(weak.warnings)) == ("des-cbc", "md5", 1)
    assert policy.legacy(OLD, False) is None
    assert policy.legacy(STRONG, True) is None
    assert policy.legacy(weak, True) is None


def test_learned_records_survive_the_key_store():
    learned = policy.Learned()
    assert learned.confirm(caps.STANDARD | caps.RENEWAL, STRONG, "sha1")
    assert not learned.confirm(caps.STANDARD, STRONG, "sha1")
    learned.rung = policy.RENEWAL_CHALLENGE
    again = policy.Learned.from_bytes(learned.to_bytes())
    assert again.to_bytes() == learned.to_bytes()
    assert again.caps == caps.STANDARD | caps.RENEWAL
    assert (again.cipher, again.digest, again.answered) == (AES, SHA256, SHA1)
    assert again.rung == policy.RENEWAL_CHALLENGE


def test_a_later_weaker_success_does_not_lower_what_was_learned():
    learned = policy.Learned()
    learned.confirm(caps.STANDARD, STRONG, "sha512")
    learned.confirm(caps.NONE, OLD, "sha1")
    assert (learned.cipher, learned.digest, learned.answered) == (AES, SHA256, SHA512)


def test_damaged_learned_records_mean_that_nothing_is_known():
    fresh = policy.Learned().to_bytes()
    for record in (
        None,
        b"",
        b"\x00" * 7,
        b"\xff" * 7,
        fresh + b"\x00",
        b"\x01\0\0\x09\0\0\0",
        b"\x01\0\0\0\0\0\x04",
    ):
        assert policy.Learned.from_bytes(record).to_bytes() == fresh


def test_first_rung_of_the_renewal_ladder():
    for renewal, rung, expected in (
        (True, policy.RENEWAL_REQ, policy.RENEWAL_REQ),
        (False, policy.RENEWAL_REQ, policy.RENEWAL_PKCSREQ),
        (True, policy.RENEWAL_CHALLENGE, policy.RENEWAL_CHALLENGE),
        (False, policy.RENEWAL_ENROL, policy.RENEWAL_ENROL),
    ):
        choice = policy.Choice("aes-128-cbc", "sha256", True, renewal)
        assert policy.first_rung(choice, knowing(rung=rung)) == expected
