"""What a CA issued to us: the right certificate of several, and whether it is what we asked for.

For the client's CertRep and the import of a sealed identity.
RFC 8894 section 3.3.2.2, RFC 5280 section 6.1; INTEROP.md item 8.
"""

from scep import names, oid, paths
from scep.der import DerError
from scep.signatures import CertError


def choose(certificates, n):
    """Return the Certificate with the RSA modulus n (bytes-like); it may stand anywhere.

    certificates: iterable of Certificate. CertError(`no-certificate`) if there is none at all,
    (`cert-key-mismatch`) if none has our key.
    """
    seen = 0
    start = 0
    while start < len(n) - 1 and n[start] == 0:
        start += 1
    ours = bytes(n[start:])
    for certificate in certificates:
        seen += 1
        try:
            if certificate.public_key()[0] == ours:
                return certificate
        except (CertError, DerError):
            # another kind of key is not ours
            continue
    if not seen:
        raise CertError("no-certificate", "the answer holds no certificate")
    raise CertError("cert-key-mismatch", "no certificate of the answer has our key", seen)


def steps(certificate, pool, anchors, subject, time=None, weak=False):
    """Generator: check a certificate issued to us; yields None between signature checks.

    pool, anchors, time, weak: as paths.validate; subject: the Name asked for (bytes-like DER).
    Returns (path [certificate, ..., anchor], warnings): warnings is a list of str, what the CA
    did otherwise than asked but may do. CertError as paths.validate; `cert-name` if the common
    name is another one; `cert-issuer` if it is a CA's certificate.
    """
    wanted = names.common_name(subject)
    if wanted is not None and names.common_name(certificate.subject) != wanted:
        raise CertError("cert-name", "the CA issued a certificate to another name than asked for")
    if certificate.is_ca:
        raise CertError("cert-issuer", "the CA issued a CA's certificate to us")
    path = yield from paths.steps(certificate, pool, anchors, time, None, weak)
    warnings = []
    if not names.equal(certificate.subject, subject):
        warnings.append("the CA changed the subject to " + certificate.subject_text)
    purposes = certificate.purposes
    if purposes is None or not (
        oid.CLIENT_AUTH in purposes or oid.ANY_EXTENDED_KEY_USAGE in purposes
    ):
        warnings.append("the certificate is not marked for client authentication")
    return path, warnings
