"""CertReps written octet by octet, right or wrong in any part, in DER or BER.

For tests under both Pythons.  It shares no code with the product's encoder; that its plain
answers are right is shown with openssl in test_cms_oracle.py.
"""

import scepcore
from scep import oid
from scep.signatures import HASH_OF_DIGEST

if not scepcore.seeded():
    scepcore.seed(b"tests need no secrets, only repetition.........." * 2)

TRANSACTION = b"0123456789abcdef0123456789ABCDEF"
NONCE = b"0123456789abcdef"
CIPHERS = {
    "des-cbc": (oid.DES_CBC, 8, 8),
    "des-ede3-cbc": (oid.DES_EDE3_CBC, 24, 8),
    "aes-128-cbc": (oid.AES128_CBC, 16, 16),
    "aes-192-cbc": (oid.AES192_CBC, 24, 16),
    "aes-256-cbc": (oid.AES256_CBC, 32, 16),
}
SIGNED = {
    "md5": oid.MD5_RSA,
    "sha1": oid.SHA1_RSA,
    "sha256": oid.SHA256_RSA,
    "sha512": oid.SHA512_RSA,
}


def tlv(tag, *contents, ber=False):
    """Return an element; with ber, an indefinite length where the element is constructed."""
    content = b"".join([bytes(c) for c in contents])
    if ber and tag & 0x20:
        return bytes((tag, 0x80)) + content + b"\0\0"
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = b""
    while size:
        octets = bytes((size & 0xFF,)) + octets
        size >>= 8
    return bytes((tag, 0x80 | len(octets))) + octets + content


def loosened(der, how):
    """Rewrite DER elements as BER. how: None, "long" (each length in four octets) or
    "indefinite" (of each constructed element).
    """
    if how is None:
        return der
    out = b""
    at = 0
    while at < len(der):
        tag, size = der[at], der[at + 1]
        at += 2
        if size > 0x80:
            count = size & 0x7F
            size = int.from_bytes(der[at : at + count], "big")
            at += count
        content = der[at : at + size]
        at += size
        if tag & 0x20:
            content = loosened(content, how)
        if how == "indefinite":
            out += tlv(tag, content, ber=True)
        else:
            out += bytes((tag, 0x84)) + len(content).to_bytes(4, "big") + content
    return out


def octet_string(content, tag=0x04, ber=False, piece=97):
    """Return an OCTET STRING; with ber, constructed of pieces, the second one nested."""
    if not ber:
        return tlv(tag, content)
    pieces = [tlv(4, content[at : at + piece]) for at in range(0, len(content), piece)]
    if len(pieces) > 1:
        pieces[1] = tlv(0x24, pieces[1], b"\x04\x00", ber=True)
    return tlv(tag | 0x20, *pieces, ber=True)


def algorithm(kind, parameters=b"\x05\x00"):
    return tlv(0x30, tlv(6, kind), parameters)


def digest_oid(name):
    for kind, known in HASH_OF_DIGEST.items():
        if known == name:
            return kind


def hashed(name, data):
    state = scepcore.hash(name)
    state.update(data)
    return state.digest()


def run(work):
    """Drive a stepwise operation of scepcore to its end."""
    while True:
        result = work.step()
        if result is not None:
            return result


def certs_only(certificates, crls=(), ber=False, signers=b""):
    """Return a degenerate SignedData; certificates, crls: sequences of bytes-like."""
    return tlv(
        0x30,
        tlv(6, oid.SIGNED_DATA),
        tlv(
            0xA0,
            tlv(
                0x30,
                b"\x02\x01\x01",
                tlv(0x31),
                tlv(0x30, tlv(6, oid.DATA), ber=ber),
                tlv(0xA0, *certificates, ber=ber) if certificates else b"",
                tlv(0xA1, *crls, ber=ber) if crls else b"",
                tlv(0x31, signers),
                ber=ber,
            ),
            ber=ber,
        ),
        ber=ber,
    )


def enveloped(plain, recipient, **o):
    """Return EnvelopedData for a certificate.

    o: cipher, ber, piece, padding (bytes instead of the right one), key (the content key), named
    (another certificate for the rid), key_algorithm (OID), by_key_id, size (cut the ciphertext),
    encrypted_key (sent in place of the key's ciphertext), empty (no content at all), loose (how
    the RecipientInfo is loosened).
    """
    ber = o.get("ber", False)
    kind, key_octets, block = CIPHERS[o.get("cipher", "aes-128-cbc")]
    count = block - len(plain) % block
    plain = bytes(plain) + o.get("padding", bytes((count,)) * count)
    key = o.get("key", bytes(range(1, key_octets + 1)))
    vector = bytes(range(block))
    used = (key + bytes(key_octets))[:key_octets]
    content = scepcore.cipher(o.get("cipher", "aes-128-cbc"), used, vector, True)
    content = content.update(plain)[: o.get("size", len(plain))]
    named = o.get("named", recipient)
    rid = tlv(0x30, named.issuer, tlv(2, named.serial))
    if o.get("by_key_id"):
        rid = tlv(0x80, named.subject_key_id)
    modulus, exponent = recipient.public_key()
    info = tlv(
        0x30,
        b"\x02\x01\x00",
        rid,
        algorithm(o.get("key_algorithm", oid.RSA_ENCRYPTION)),
        tlv(4, o.get("encrypted_key") or scepcore.rsa_encrypt(modulus, exponent, key)),
    )
    return tlv(
        0x30,
        tlv(6, oid.ENVELOPED_DATA),
        tlv(
            0xA0,
            tlv(
                0x30,
                b"\x02\x01\x00",
                tlv(
                    0x31,
                    o.get("other_recipients", b""),
                    loosened(info, o.get("loose")),
                    ber=ber,
                ),
                tlv(
                    0x30,
                    tlv(6, oid.DATA),
                    algorithm(o.get("cipher_oid", kind), tlv(4, vector)),
                    b"" if o.get("empty") else octet_string(content, 0x80, ber, o.get("piece", 97)),
                    ber=ber,
                ),
                ber=ber,
            ),
            ber=ber,
        ),
        ber=ber,
    )


def attributes(**o):
    """Return the SCEP attributes of a CertRep as [(OID, value element)].

    o: message_type, transaction, nonce, status, fail, text.
    """
    found = [
        (oid.MESSAGE_TYPE, tlv(0x13, o.get("message_type", b"3"))),
        (oid.TRANSACTION_ID, tlv(0x13, o.get("transaction", TRANSACTION))),
        (oid.RECIPIENT_NONCE, tlv(4, o.get("nonce", NONCE))),
        (oid.SENDER_NONCE, tlv(4, b"server's nonce..")),
        (oid.PKI_STATUS, tlv(0x13, o.get("status", b"0"))),
    ]
    if "fail" in o:
        found.append((oid.FAIL_INFO, tlv(0x13, o["fail"])))
    if "text" in o:
        found.append((oid.FAIL_INFO_TEXT, tlv(0x0C, o["text"])))
    return found


def signed(body, by, by_key, scep_attributes, **o):
    """Return SignedData over body.

    by: Certificate that is named; by_key: RSAKey that signs; scep_attributes: [(OID, value)].
    o: digest, ber, drop (sequence of OIDs), twice (OID), change (a function on the list of
    (OID, value)), sort (False: signed and sent unsorted),
    shuffled (with ber: sent unsorted, signed sorted), bare (no attributes), infos (number of
    SignerInfos), signature_oid, digest_value, tamper (sent content), enclosed (certificates),
    sid_by_key, loose (how the SignerInfo is loosened).
    """
    ber = o.get("ber", False)
    name = o.get("digest", "sha256")
    listed = [
        (oid.CONTENT_TYPE, tlv(6, o.get("content_type", oid.DATA))),
        (oid.MESSAGE_DIGEST, tlv(4, o.get("digest_value", hashed(name, body)))),
    ] + list(scep_attributes)
    listed = [pair for pair in listed if pair[0] not in o.get("drop", ())]
    listed += [pair for pair in listed if pair[0] == o.get("twice")]
    if "change" in o:
        listed = o["change"](listed)
    encoded = [tlv(0x30, tlv(6, kind), tlv(0x31, value)) for kind, value in listed]
    ordered = encoded if not o.get("sort", True) else sorted(encoded)
    to_sign = tlv(0x31, *ordered)
    sent = b"".join(ordered)
    if ber:
        # the same attributes in BER: RFC 5652 section 5.4 says to sign the DER
        if not o.get("shuffled"):
            listed = sorted(listed, key=lambda pair: encoded[listed.index(pair)])
        loose = [tlv(0x30, tlv(6, k), tlv(0x31, v, ber=True), ber=True) for k, v in listed]
        sent = b"".join(loose)
    if o.get("bare"):
        to_sign = body
    signature = run(by_key.start("sign", name, hashed(name, to_sign)))
    signature = o.get("signature", signature)
    sid = tlv(0x30, by.issuer, tlv(2, by.serial))
    if o.get("sid_by_key"):
        sid = tlv(0x80, by.subject_key_id)
    info = tlv(
        0x30,
        b"\x02\x01\x01",
        sid,
        algorithm(o.get("digest_oid", digest_oid(name)), o.get("parameters", b"\x05\x00")),
        b"" if o.get("bare") else tlv(0xA0, sent, ber=ber),
        algorithm(o.get("signature_oid", oid.RSA_ENCRYPTION)),
        octet_string(signature),
        o.get("unsigned", b""),
    )
    return tlv(
        0x30,
        tlv(6, oid.SIGNED_DATA),
        tlv(
            0xA0,
            tlv(
                0x30,
                b"\x02\x01\x01",
                tlv(0x31, algorithm(digest_oid(name))),
                tlv(
                    0x30,
                    tlv(6, o.get("sent_content_type", oid.DATA)),
                    tlv(
                        0xA0,
                        octet_string(o.get("tamper", body), 4, ber, o.get("piece", 97)),
                        ber=ber,
                    ),
                    ber=ber,
                ),
                tlv(0xA0, *o.get("enclosed", (by.der,)), ber=ber),
                tlv(0x31, loosened(info, o.get("loose")) * o.get("infos", 1), ber=ber),
                ber=ber,
            ),
            ber=ber,
        ),
        ber=ber,
    )


def success(ca, recipient, certificates, crls=(), **o):
    """Return a CertRep SUCCESS as bytearray.

    ca: small_pki.Authority that signs; recipient: Certificate; certificates, crls: what the
    answer holds.  o: as certs_only, enveloped, attributes and signed take them.
    """
    inner = o.get("inner")
    if inner is None:
        inner = certs_only(certificates, crls, o.get("ber", False))
    content = o.get("content")
    if content is None:
        content = enveloped(inner, recipient, **o)
    signer = o.get("signer", ca.certificate)
    return bytearray(signed(content, signer, o.get("signer_key", ca.key), attributes(**o), **o))


def refusal(ca, status=b"2", **o):
    """Return a CertRep FAILURE (or PENDING) as bytearray; o: as success."""
    content = o.get("content", b"")
    signer = o.get("signer", ca.certificate)
    return bytearray(
        signed(content, signer, o.get("signer_key", ca.key), attributes(status=status, **o), **o)
    )
