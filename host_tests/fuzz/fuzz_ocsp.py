"""Fuzz scep.ocsp.read_response: nothing but a signed answer is believed, errors are declared."""

import target

with target.instrumented():
    from errors import Error
    from scep import ocsp
    from small_pki import START, Authority

import libcrypto
from asn1crypto import ocsp as asn1
from fuzz_certificate import reencoded
from seeds_ocsp import LEAF_SERIAL, NONCE

CA = Authority("CN=CA", 0)
LEAF = CA.issue("CN=leaf", CA.key, LEAF_SERIAL)
# the signature of these was made with the CA's key; any other answer that is believed is a forgery
VERDICTS = (ocsp.GOOD, ocsp.REVOKED, ocsp.UNKNOWN)


def check(data):
    structure(data)
    try:
        found = ocsp.read_response(data, LEAF, CA.certificate, NONCE, START + 1000)
    except Error as error:
        assert error.code in ("asn1", "ocsp", "algorithm"), error.code
        return
    assert found.status in VERDICTS
    assert libcrypto.ocsp_response(data, lambda pointer: True)


def structure(data):
    """What is taken apart, before any signature, is what asn1crypto finds."""
    try:
        basic = ocsp._basic(data)
        responses = ocsp._response_data(basic.tlv(0x30))[1]
        serials = []
        while not responses.empty():
            single = responses.enter()
            cert_id = single.enter()
            cert_id.skip()
            cert_id.octet_string()
            cert_id.octet_string()
            serials.append(bytes(cert_id.integer_body()))
            cert_id.finish()
            ocsp._single(single)
    except Error:
        return
    try:
        answer = asn1.OCSPResponse.load(data)["response_bytes"]["response"].parsed
        theirs = [
            single["cert_id"]["serial_number"].contents
            for single in answer["tbs_response_data"]["responses"]
        ]
    except ValueError:
        # it reads more of the structure than was asked of us above
        return
    assert theirs == serials
    assert reencoded(data) == data


if __name__ == "__main__":
    target.run(check)
