"""A CertRep that was altered in one bit or cut off anywhere is never accepted as another one."""

import pytest

import certrep
from errors import Error
from rsa_keys import key
from scep import message, registry
from scep.signatures import finish
from small_pki import Authority

CA = Authority("CN=CA")
OWN = CA.issue("CN=phone", key(2), b"\x07")
ISSUED = CA.issue("CN=phone", key(2), b"\x2a")
SIGNER = message.Signer(key(2), OWN)
BODIES = {
    "der": bytes(certrep.success(CA, OWN, (CA.certificate.der, ISSUED.der))),
    "ber": bytes(certrep.success(CA, OWN, (CA.certificate.der, ISSUED.der), ber=True)),
}
EXPECTED = [bytes(CA.certificate.der), bytes(ISSUED.der)]


def outcome(body):
    """Return the certificates that the client would see, or the code of its error."""
    try:
        reply = finish(
            message.open_reply(
                bytearray(body), SIGNER, [CA.certificate], certrep.TRANSACTION, certrep.NONCE
            )
        )
        if reply.status != registry.SUCCESS:
            return reply.status
        certificates, _ = message.read_certificates(reply.content)
        return [bytes(c.der) for c in certificates]
    except Error as e:
        return e.code


def flip_bits(body, step, first=0):
    for bit in range(first, 8 * len(body), step):
        altered = bytearray(body)
        altered[bit // 8] ^= 1 << bit % 8
        got = outcome(altered)
        # bytes that nothing covers (version numbers, certificates that came along) may change
        assert isinstance(got, str) or got == EXPECTED, (bit, got)


@pytest.mark.parametrize("form", BODIES)
def test_bit_flips_in_a_sample(form):
    flip_bits(BODIES[form], 13)


# Two minutes each: a quarter of all flips in check, every one in soak.
EIGHTHS = [
    pytest.param(n, marks=pytest.mark.check if n < 2 else pytest.mark.soak) for n in range(8)
]


@pytest.mark.parametrize("eighth", EIGHTHS)
@pytest.mark.parametrize("form", BODIES)
def test_every_bit_flip(form, eighth):
    flip_bits(BODIES[form], 8, eighth)


@pytest.mark.parametrize("form", BODIES)
def test_truncation_at_every_byte(form):
    for size in range(len(BODIES[form])):
        assert isinstance(outcome(BODIES[form][:size]), str), size


@pytest.mark.parametrize("form", BODIES)
def test_bytes_removed_and_doubled(form):
    body = BODIES[form]
    for at in range(0, len(body), 7):
        for altered in (body[:at] + body[at + 1 :], body[: at + 1] + body[at:]):
            got = outcome(altered)
            assert isinstance(got, str) or got == EXPECTED, (at, got)
