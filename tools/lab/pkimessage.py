"""SCEP messages as the lab's server sees them: open a pkiMessage, build a CertRep.

For the responder; RFC 8894 section 3, CMS of RFC 5652, with asn1crypto and `cryptography`.
Everything of an answer can be set apart by the caller, since faults are made that way.
"""

import os

from asn1crypto import algos, cms, core
from asn1crypto import x509 as asn1_x509
from cryptography.hazmat.primitives import hashes, padding, serialization
from cryptography.hazmat.primitives.asymmetric import padding as rsa_padding
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

try:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
except ImportError:  # older releases keep it with the living ones
    from cryptography.hazmat.primitives.ciphers.algorithms import TripleDES

# SCEP attributes [RFC 8894 3.2.1]: VeriSign's arc, id-attributes.
MESSAGE_TYPE = "2.16.840.1.113733.1.9.2"
PKI_STATUS = "2.16.840.1.113733.1.9.3"
FAIL_INFO = "2.16.840.1.113733.1.9.4"
SENDER_NONCE = "2.16.840.1.113733.1.9.5"
RECIPIENT_NONCE = "2.16.840.1.113733.1.9.6"
TRANSACTION_ID = "2.16.840.1.113733.1.9.7"
FAIL_INFO_TEXT = "1.3.6.1.5.5.7.24.1"

for _oid, _type in (
    (MESSAGE_TYPE, core.PrintableString),
    (PKI_STATUS, core.PrintableString),
    (FAIL_INFO, core.PrintableString),
    (SENDER_NONCE, core.OctetString),
    (RECIPIENT_NONCE, core.OctetString),
    (TRANSACTION_ID, core.PrintableString),
    (FAIL_INFO_TEXT, core.UTF8String),
):
    _name = "scep_" + _oid.rsplit(".", 1)[1] + ("t" if _oid == FAIL_INFO_TEXT else "")
    cms.CMSAttributeType._map[_oid] = _name
    cms.CMSAttribute._oid_specs[_name] = type(
        "SetOf" + _name, (core.SetOf,), {"_child_spec": _type}
    )
cms.CMSAttributeType._reverse_map = None

# messageType [RFC 8894 3.2.1.2]
CERT_REP, RENEWAL_REQ, PKCS_REQ, CERT_POLL, GET_CERT, GET_CRL = "3", "17", "19", "20", "21", "22"
MESSAGE_NAMES = {
    CERT_REP: "CertRep", RENEWAL_REQ: "RenewalReq", PKCS_REQ: "PKCSReq",
    CERT_POLL: "CertPoll", GET_CERT: "GetCert", GET_CRL: "GetCRL",
}  # fmt: skip
# pkiStatus [3.2.1.3] and failInfo [3.2.1.4]
SUCCESS, FAILURE, PENDING = "0", "2", "3"
BAD_ALG, BAD_MESSAGE_CHECK, BAD_REQUEST, BAD_TIME, BAD_CERT_ID = range(5)

DIGESTS = {
    "md5": hashes.MD5, "sha1": hashes.SHA1, "sha224": hashes.SHA224, "sha256": hashes.SHA256,
    "sha384": hashes.SHA384, "sha512": hashes.SHA512,
}  # fmt: skip


class MessageError(Exception):
    """A request that the server refuses: fail_info (int) and a sentence."""

    def __init__(self, fail_info, text):
        """Keep both parts."""
        super().__init__(text)
        self.fail_info = fail_info
        self.text = text


class Request:
    """An opened and verified pkiMessage: what the responder decides on."""

    message_type = transaction_id = sender_nonce = None
    signer = None  # asn1crypto x509.Certificate that signed
    digest = cipher = None  # names as asn1crypto writes them
    payload = None  # bytes, the decrypted content


def digest_of(name, data):
    """Return the digest of `data` under a hash name such as `sha256`."""
    context = hashes.Hash(DIGESTS[name]())
    context.update(data)
    return context.finalize()


def _attributes(signer_info):
    found = {}
    for attribute in signer_info["signed_attrs"]:
        oid = attribute["type"].dotted
        if oid in found:
            raise MessageError(BAD_REQUEST, f"attribute {oid} stands twice")
        found[oid] = attribute["values"][0].native
    return found


def open_request(der, recipients):
    """Open a DER pkiMessage with the `recipients` (list of Entity) and return a Request.

    Raises MessageError with the failInfo that RFC 8894 wants; ValueError where it is not CMS.
    """
    info = cms.ContentInfo.load(der)
    if info["content_type"].native != "signed_data":
        raise ValueError("the message is not SignedData")
    signed = info["content"]
    if len(signed["signer_infos"]) != 1:
        raise ValueError("the message does not have one signerInfo")
    signer_info = signed["signer_infos"][0]
    attributes = _attributes(signer_info)
    request = Request()
    request.message_type = attributes.get(MESSAGE_TYPE)
    request.transaction_id = attributes.get(TRANSACTION_ID)
    request.sender_nonce = attributes.get(SENDER_NONCE)
    if not request.transaction_id or request.sender_nonce is None:
        raise ValueError("transactionID or senderNonce is missing")
    request.digest = signer_info["digest_algorithm"]["algorithm"].native
    request.signer = _find_signer(signed, signer_info)
    content = signed["encap_content_info"]["content"]
    body = content.native if content is not None else b""
    if not isinstance(body, bytes):
        body = content.contents
    if attributes.get("1.2.840.113549.1.9.4") != digest_of(request.digest, body):
        raise MessageError(BAD_MESSAGE_CHECK, "the messageDigest is not the content's")
    _verify(request.signer, signer_info, request.digest)
    request.cipher, request.payload = _decrypt(body, recipients)
    return request


def _find_signer(signed, signer_info):
    certificates = [choice.chosen for choice in signed["certificates"] or []]
    sid = signer_info["sid"]
    for certificate in certificates:
        if sid.name == "issuer_and_serial_number":
            wanted = sid.chosen
            if (
                certificate.issuer.dump() == wanted["issuer"].dump()
                and certificate.serial_number == wanted["serial_number"].native
            ):
                return certificate
        elif certificate.key_identifier == sid.chosen.native:
            return certificate
    raise MessageError(BAD_MESSAGE_CHECK, "the signer's certificate is not in the message")


def _verify(certificate, signer_info, digest):
    # The signature covers the attributes as an explicit SET OF [RFC 5652 5.4].
    signed = signer_info["signed_attrs"].untag().dump(force=True)
    key = serialization.load_der_public_key(certificate.public_key.dump())
    try:
        key.verify(
            signer_info["signature"].native, signed, rsa_padding.PKCS1v15(), DIGESTS[digest]()
        )
    except Exception as error:
        raise MessageError(BAD_MESSAGE_CHECK, "the signature does not verify") from error


def _decrypt(body, recipients):
    info = cms.ContentInfo.load(body)
    if info["content_type"].native != "enveloped_data":
        raise MessageError(BAD_MESSAGE_CHECK, "the content is not EnvelopedData")
    enveloped = info["content"]
    for choice in enveloped["recipient_infos"]:
        rid = choice.chosen["rid"]
        for entity in recipients:
            wanted = rid.chosen
            if (
                rid.name != "issuer_and_serial_number"
                or wanted["serial_number"].native != entity.certificate.serial_number
                or wanted["issuer"].dump() != entity.certificate.issuer.public_bytes()
            ):
                continue
            encrypted = enveloped["encrypted_content_info"]
            try:
                key = entity.private_key.decrypt(
                    choice.chosen["encrypted_key"].native, rsa_padding.PKCS1v15()
                )
                return _decrypt_content(encrypted, key)
            except ValueError as error:
                raise MessageError(BAD_MESSAGE_CHECK, "the envelope does not open") from error
    raise MessageError(BAD_MESSAGE_CHECK, "no recipientInfo names this server")


def _decrypt_content(encrypted, key):
    algorithm = encrypted["content_encryption_algorithm"]
    name = algorithm.encryption_cipher
    names = {"tripledes": "tripledes_3key"}
    if name == "aes":
        name = f"aes{algorithm.key_length * 8}"
    text = names.get(name, name)
    decryptor = _cipher(text, key, algorithm.encryption_iv).decryptor()
    plain = decryptor.update(encrypted["encrypted_content"].native) + decryptor.finalize()
    unpadder = padding.PKCS7(algorithm.encryption_block_size * 8).unpadder()
    return text, unpadder.update(plain) + unpadder.finalize()


def _cipher(name, key, iv):
    if name == "des":
        # Single DES is 3DES with one key three times [NIST SP 800-67].
        return Cipher(TripleDES(key * 3), modes.CBC(iv))
    if name == "tripledes_3key":
        return Cipher(TripleDES(key), modes.CBC(iv))
    return Cipher(AES(key), modes.CBC(iv))


CIPHERS = {
    # name: (content encryption OID as asn1crypto names it, key octets, block octets)
    "des": ("des", 8, 8),
    "tripledes_3key": ("tripledes_3key", 24, 8),
    "aes128": ("aes128_cbc", 16, 16),
    "aes192": ("aes192_cbc", 24, 16),
    "aes256": ("aes256_cbc", 32, 16),
}


def envelope(content, certificate, cipher="aes128", encrypted_key=None, iv=None, spoil=None):
    """Return DER ContentInfo(EnvelopedData) of `content` for an RSA `certificate` (asn1crypto).

    encrypted_key and spoil (a function on the ciphertext) are for faults.
    """
    oid, key_size, block = CIPHERS[cipher]
    key, iv = os.urandom(key_size), iv or os.urandom(block)
    padder = padding.PKCS7(block * 8).padder()
    encryptor = _cipher(cipher, key, iv).encryptor()
    padded = padder.update(content) + padder.finalize()
    ciphertext = encryptor.update(padded) + encryptor.finalize()
    if spoil:
        ciphertext = spoil(ciphertext)
    public = serialization.load_der_public_key(certificate.public_key.dump())
    recipient = cms.KeyTransRecipientInfo(
        {
            "version": "v0",
            "rid": cms.RecipientIdentifier(
                "issuer_and_serial_number",
                cms.IssuerAndSerialNumber(
                    {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
                ),
            ),
            "key_encryption_algorithm": {"algorithm": "rsaes_pkcs1v15"},
            "encrypted_key": encrypted_key or public.encrypt(key, rsa_padding.PKCS1v15()),
        }
    )
    enveloped = cms.EnvelopedData(
        {
            "version": "v0",
            "recipient_infos": [cms.RecipientInfo("ktri", recipient)],
            "encrypted_content_info": {
                "content_type": "data",
                "content_encryption_algorithm": {
                    "algorithm": oid,
                    "parameters": core.OctetString(iv),
                },
                "encrypted_content": ciphertext,
            },
        }
    )
    return cms.ContentInfo({"content_type": "enveloped_data", "content": enveloped}).dump()


def certs_only(certificates, crls=(), sort=True):
    """Return a degenerate SignedData in DER: DER certificates and DER CRLs [RFC 8894 3.4]."""
    certificates = list(certificates)
    if sort:
        certificates.sort()
    signed = {
        "version": "v1",
        "digest_algorithms": [],
        "encap_content_info": {"content_type": "data"},
        "signer_infos": [],
    }
    if certificates:
        signed["certificates"] = [
            cms.CertificateChoices("certificate", asn1_x509.Certificate.load(der))
            for der in certificates
        ]
    if crls:
        from asn1crypto import crl as asn1_crl

        signed["crls"] = [cms.RevocationInfoChoice("crl", _load(asn1_crl, der)) for der in crls]
    info = {"content_type": "signed_data", "content": cms.SignedData(signed)}
    return cms.ContentInfo(info).dump()


def _load(asn1_crl, der):
    return asn1_crl.CertificateList.load(der)


def attribute(oid, value):
    """Return one CMSAttribute of type `oid` with the asn1crypto value `value`."""
    return cms.CMSAttribute({"type": oid, "values": [value]})


def cert_rep_attributes(request, server_nonce, status, fail_info=None, fail_text=None):
    """Return {oid: asn1crypto value} of a CertRep's SCEP attributes [RFC 8894 3.2.1, 3.3.2]."""
    found = {
        MESSAGE_TYPE: core.PrintableString(CERT_REP),
        TRANSACTION_ID: core.PrintableString(request.transaction_id),
        SENDER_NONCE: core.OctetString(server_nonce),
        RECIPIENT_NONCE: core.OctetString(request.sender_nonce),
        PKI_STATUS: core.PrintableString(status),
    }
    if fail_info is not None:
        found[FAIL_INFO] = core.PrintableString(str(fail_info))
    if fail_text is not None:
        found[FAIL_INFO_TEXT] = core.UTF8String(fail_text)
    return found


def sign(content, entity, attributes, digest="sha256", options=None):
    """Return DER ContentInfo(SignedData) over `content` (bytes or None), signed by `entity`.

    attributes: {oid: asn1crypto value}, beside contentType and messageDigest.
    options (dict, for faults): message_digest, content_type, no_attributes, signed_content,
    certificates (list of DER), signature, twice, repeat (OIDs), digest_label, name_with_hash.
    """
    options = options or {}
    body = content or b""
    table = {
        "1.2.840.113549.1.9.3": cms.ContentType(options.get("content_type", "data")),
        "1.2.840.113549.1.9.4": core.OctetString(
            options.get("message_digest", digest_of(digest, options.get("signed_content", body)))
        ),
        **attributes,
    }
    entries = [attribute(oid, value) for oid, value in table.items() if value is not None]
    for oid in options.get("repeat", ()):
        entries.append(attribute(oid, table[oid]))
    signed_attrs = cms.CMSAttributes(entries)
    to_sign = signed_attrs.dump()
    if options.get("no_attributes"):
        to_sign = body
    signature = entity.private_key.sign(to_sign, rsa_padding.PKCS1v15(), DIGESTS[digest]())
    signature = options.get("signature", signature)
    label = options.get("digest_label", digest)
    certificate = asn1_x509.Certificate.load(entity.der)
    signer_info = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            "issuer_and_serial_number",
            cms.IssuerAndSerialNumber(
                {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
            ),
        ),
        "digest_algorithm": algos.DigestAlgorithm({"algorithm": label}),
        "signature_algorithm": algos.SignedDigestAlgorithm(
            {"algorithm": label + "_rsa" if options.get("name_with_hash") else "rsassa_pkcs1v15"}
        ),
        "signature": signature,
    }
    if not options.get("no_attributes"):
        signer_info["signed_attrs"] = signed_attrs
    encap = {"content_type": "data"}
    if content is not None:
        encap["content"] = core.OctetString(content)
    certificates = options.get("certificates", [entity.der])
    signed = {
        "version": "v1",
        "digest_algorithms": [algos.DigestAlgorithm({"algorithm": label})],
        "encap_content_info": encap,
        "signer_infos": [cms.SignerInfo(signer_info)] * (2 if options.get("twice") else 1),
    }
    if certificates:
        signed["certificates"] = [
            cms.CertificateChoices("certificate", asn1_x509.Certificate.load(der))
            for der in certificates
        ]
    info = {"content_type": "signed_data", "content": cms.SignedData(signed)}
    return cms.ContentInfo(info).dump()


def to_ber(der, keep=()):
    """Rewrite DER into BER: indefinite lengths, constructed OCTET STRINGs in two pieces.

    keep: DER values left as they are (certificates and signed attributes stay DER).
    """
    output = bytearray()
    position = 0
    while position < len(der):
        header, length, end = _header(der, position)
        whole = der[position:end]
        contents = der[end - length : end]
        tag = der[position]
        if whole in keep or tag == 0xA0 and contents[:1] == b"\x30" and _is_attributes(contents):
            output += whole
        elif tag & 0x20:
            output += bytes((tag, 0x80)) + to_ber(contents, keep) + b"\0\0"
        elif tag in (0x04, 0x80) and length > 64:
            piece = length // 2
            output += bytes((tag | 0x20, 0x80))
            for part in (contents[:piece], contents[piece:]):
                output += core.OctetString(part).dump()
            output += b"\0\0"
        else:
            output += whole
        position = end
    return bytes(output)


def _is_attributes(contents):
    # signedAttrs start with an attribute: SEQUENCE { OID of PKCS#9 or SCEP ... }
    _, length, end = _header(contents, 0)
    inner = contents[end - length :]
    return (
        inner[:1] == b"\x06"
        and inner[2:5] in (b"\x2a\x86\x48", b"\x60\x86\x48")
        and (inner[5:8] == b"\x86\xf7\x0d" or inner[5:7] == b"\x01\x86")
    )


def _header(der, position):
    first = der[position + 1]
    if first < 0x80:
        return 2, first, position + 2 + first
    count = first & 0x7F
    length = int.from_bytes(der[position + 2 : position + 2 + count], "big")
    return 2 + count, length, position + 2 + count + length
