"""The servers that the lab CA plays: their quirks as data, one row a server.

For the lab CA's responder. What each quirk is and where it was seen stands in the row; the
era's drafts are draft-nourse-scep-05 to -23, then RFC 8894.
"""

# SHA-384 is here because strongSwan 5.9.8 reads its bit as AES' (seen: without it, `AES_CBC
# encryption algorithm not supported by CA`).
MODERN_CAPS = (
    "AES", "DES3", "GetNextCACert", "POSTPKIOperation", "Renewal", "SHA-1", "SHA-224", "SHA-256",
    "SHA-384", "SHA-512", "SCEPStandard",
)  # fmt: skip


class Profile:
    """One server's behaviour; every field has the modern server's value unless the row differs."""

    # GetCACaps keywords [RFC 8894 3.5.2]; None: the server does not know the operation.
    caps = MODERN_CAPS
    # URL paths that answer, the first one is announced.
    paths = ("/scep",)
    post = True
    get = True
    # `ca`: the CA signs and decrypts; `ra`: one RA certificate; `ra-pair`: signing + encryption.
    front = "ca"
    # Certificates above the issuing CA: 0 is a self-signed issuing CA.
    levels = 0
    # Answers: content cipher and digest, or None: what the request used.
    cipher = None
    digest = None
    # Answers in BER (indefinite lengths, constructed strings), as Java servers send.
    ber = False
    # `standard`: RenewalReq; `draft`: PKCSReq signed by the old certificate; None: refused.
    renewal = "standard"
    renewal_needs_challenge = False
    next_ca = True
    get_cert = True
    get_crl = True
    # A repeated PKCSReq of a finished transaction: `answer` again, `pending`, or `refuse`.
    repeat = "answer"
    manual = False
    one_time = False
    challenge_digits = 16
    # A challenge in UTF8String is refused (NDES; sscep issue 59).
    printable_challenge_only = False
    # MIME type of GetCACert with more than one certificate.
    ca_ra_mime = "application/x-x509-ca-ra-cert"
    # The CA's fingerprint on the admin page: hash name.
    thumbprint = "sha256"
    # What refuses an operation that the server does not know.
    unknown_status = 400
    # Lowest TLS version with --tls.
    tls = "1.2"


class Rfc8894(Profile):
    """A modern server: everything of RFC 8894, one CA certificate in front."""


class Ndes2003(Profile):
    """Windows 2003 mscep: GET only, RA pair, 3DES/SHA-1, MD5 thumbprint, one-time challenges."""

    caps = None
    paths = ("/certsrv/mscep/mscep.dll", "/certsrv/mscep/mscep.dll/pkiclient.exe")
    post = False
    front = "ra-pair"
    cipher = "tripledes_3key"
    digest = "sha1"
    renewal = None
    next_ca = False
    get_cert = False
    one_time = True
    printable_challenge_only = True
    repeat = "pending"
    ca_ra_mime = "application/x-x509-ra-ca-certs"
    thumbprint = "md5"
    unknown_status = 500
    tls = "1.0"


class Ndes2008(Ndes2003):
    """Windows 2008 NDES: POST too, reusable or one-time challenge, MD5 thumbprint."""

    post = True
    one_time = False
    get_cert = False
    ca_ra_mime = "application/x-x509-ca-ra-cert"


class Ndes2008R2(Ndes2008):
    """Windows 2008 R2 with the hotfix: GetCACaps and renewal by PKCSReq, SHA-1 thumbprint."""

    caps = ("POSTPKIOperation", "Renewal", "SHA-512", "SHA-256", "SHA-1", "DES3")
    digest = None
    renewal = "standard"
    challenge_digits = 32
    thumbprint = "sha1"


class OpenScep(Profile):
    """OpenSCEP: drafts 5 to 11, GET, one certificate, DES answers, approval by hand, GetCRL."""

    caps = None
    paths = ("/cgi-bin/pkiclient.exe",)
    post = False
    cipher = "des"
    digest = "sha1"
    renewal = None
    next_ca = False
    manual = True
    thumbprint = "md5"
    unknown_status = 404


class OpenTrust(Profile):
    """OpenTrust PKI: an RA beside a two-level CA, PSK or approval by hand, OCSP, BER answers."""

    caps = ("POSTPKIOperation", "AES", "DES3", "SHA-1", "SHA-256", "SHA-384", "Renewal")
    paths = ("/ra/scep/pkiclient.exe",)
    front = "ra"
    levels = 1
    ber = True
    renewal = "draft"
    next_ca = False


PROFILES = {
    "rfc8894": Rfc8894,
    "ndes2003": Ndes2003,
    "ndes2008": Ndes2008,
    "ndes2008r2": Ndes2008R2,
    "openscep": OpenScep,
    "opentrust": OpenTrust,
}
