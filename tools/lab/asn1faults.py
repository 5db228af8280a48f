"""Answers that are ASN.1 bombs or no ASN.1 at all.

For the lab CA; X.690 section 8.1; FAULTS.md 'DER, CMS, X.509'.
"""

from tools.lab.faults import Fault, fault

_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")


def _body_fault(name, text, change):
    def body(self, der):
        return change(der)

    cls = type(name.title().replace("-", ""), (Fault,), {"body": body, "__doc__": text})
    fault(name)(cls)


def _elements(der):
    """SignedData whose digestAlgorithms hold 10,000 NULLs."""
    inner = b"\x02\x01\x01" + b"\x31\x82\x4e\x20" + b"\x05\x00" * 10000
    signed = b"\x30\x82" + len(inner).to_bytes(2, "big") + inner
    explicit = b"\xa0\x82" + len(signed).to_bytes(2, "big") + signed
    whole = _SIGNED_DATA + explicit
    return b"\x30\x82" + len(whole).to_bytes(2, "big") + whole


_body_fault("asn1-depth", "20,000 SEQUENCEs within one another", lambda der: b"\x30\x80" * 20000)
_body_fault("asn1-elements", "10,000 empty elements in one SET", _elements)
_body_fault("asn1-length-31", "a length of 2^31", lambda der: b"\x30\x84\x80\0\0\0" + der[4:])
_body_fault("asn1-length-63", "a length of 2^63", lambda der: b"\x30\x88\x80" + bytes(7) + der[4:])
_body_fault("asn1-length-127", "a length of 127 octets", lambda der: b"\x30\xff" + der)
_body_fault("asn1-trailing", "octets behind the answer", lambda der: der + b"\x05\x00")
_body_fault("asn1-tag-31", "a tag of more than one octet", lambda der: b"\x3f\x81\x01" + der[1:])
