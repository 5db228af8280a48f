"""The lab CA's keys: root, issuing CA, RA pair; certificates, CRLs, OCSP answers, roll-over.

For the responder; RFC 5280 and RFC 6960, made with `cryptography`.
"""

import datetime
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID as AIA
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

YEAR = 365 * 86400
SAN_OID = x509.ExtensionOID.SUBJECT_ALTERNATIVE_NAME
USAGE_OID = x509.ExtensionOID.KEY_USAGE
EKU_OID = x509.ExtensionOID.EXTENDED_KEY_USAGE


def _moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC)


def key_usage(*names):
    """Return an x509.KeyUsage with the named bits set, all others clear."""
    bits = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
        "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{bit: bit in names for bit in bits})


def serial_hex(certificate):
    """Return a certificate's serial number as the log and the state write it: lower-case hex."""
    return f"{certificate.serial_number:x}"


class Entity:
    """A certificate with its private key, one role of one generation."""

    def __init__(self, role, generation, certificate, private_key):
        """Keep the parts: role (str), generation (int), x509.Certificate, RSA private key."""
        self.role = role
        self.generation = generation
        self.certificate = certificate
        self.private_key = private_key

    @property
    def der(self):
        """Return the certificate in DER."""
        return self.certificate.public_bytes(serialization.Encoding.DER)


class Authority:
    """All keys of one lab CA, kept in its State; makes them at first use.

    Invariant: generation `current()` issues; a generation above it is the announced next CA.
    """

    def __init__(self, state, profile, bits=2048):
        """Open the keys in `state` (State) for `profile` (Profile); new keys have `bits`."""
        self._state = state
        self._profile = profile
        self._bits = bits
        self._cache = {}
        if not state.authorities():
            self._make_generation(0, state.now())
            state.set_setting("generation", 0)

    def now(self):
        """Return the lab's time in int seconds since 1970."""
        return self._state.now()

    # -- who is who ------------------------------------------------------------------------

    def entities(self):
        """Return every Entity, oldest generation first."""
        found = []
        for row in self._state.authorities():
            key = (row["role"], row["generation"])
            if key not in self._cache:
                self._cache[key] = Entity(
                    row["role"],
                    row["generation"],
                    x509.load_der_x509_certificate(row["certificate"]),
                    serialization.load_der_private_key(row["private_key"], None),
                )
            found.append(self._cache[key])
        return found

    def entity(self, role, generation=None):
        """Return the Entity of a role in a generation (default: the current one) or None."""
        if generation is None:
            generation = self.current()
        for entity in self.entities():
            if (entity.role, entity.generation) == (role, generation):
                return entity
        return None

    def current(self):
        """Return the generation that issues now; an announced next CA starts at its time."""
        generation = self._state.setting("generation", 0)
        following = self._state.setting("next_generation")
        if following is not None and self._state.now() >= self._state.setting("next_at"):
            self._state.set_setting("generation", following)
            self._state.set_setting("next_generation", None)
            return following
        return generation

    def ca(self, generation=None):
        """Return the issuing CA."""
        return self.entity("ca", generation)

    def signer(self):
        """Return who signs CertReps: the RA's signing certificate, else the CA."""
        return self.entity("ra-sign") or self.entity("ra") or self.ca()

    def recipient(self):
        """Return whom requests are encrypted to: the RA's encryption certificate, else the CA."""
        return self.entity("ra-enc") or self.entity("ra") or self.ca()

    def published(self, generation=None):
        """Return the Entities that GetCACert names: issuing CA, RAs, then the root."""
        roles = ("ca", "ra", "ra-sign", "ra-enc", "root")
        found = [self.entity(role, generation) for role in roles]
        return [entity for entity in found if entity is not None]

    def trust_anchor(self):
        """Return the self-signed certificate at the top."""
        return self.entity("root") or self.ca()

    # -- making keys -----------------------------------------------------------------------

    def _make_generation(self, generation, start):
        suffix = f" G{generation + 1}"
        top = None
        if self._profile.levels:
            root_generation = self.entity("root", 0)
            top = root_generation or self._make("root", generation, "Lab Root CA", None, start, 30)
            if root_generation:
                self._store(Entity("root", generation, top.certificate, top.private_key))
        ca = self._make("ca", generation, "Lab Issuing CA" + suffix, top, start, 20)
        if self._profile.front == "ra":
            self._make("ra", generation, "Lab RA" + suffix, ca, start, 2)
        elif self._profile.front == "ra-pair":
            self._make("ra-sign", generation, "Lab RA signing" + suffix, ca, start, 2)
            self._make("ra-enc", generation, "Lab RA encryption" + suffix, ca, start, 2)

    def _make(self, role, generation, common_name, issuer, start, years):
        key = rsa.generate_private_key(65537, self._bits)
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "microscep lab"),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            ]
        )
        is_ca = role in ("root", "ca")
        usage = {
            "ra": ("digital_signature", "key_encipherment"),
            "ra-sign": ("digital_signature",),
            "ra-enc": ("key_encipherment",),
        }.get(role, ("digital_signature", "key_cert_sign", "crl_sign"))
        if role == "ca" and self._profile.front == "ca":
            usage += ("key_encipherment",)
        issuer_name = issuer.certificate.subject if issuer else name
        issuer_key = issuer.private_key if issuer else key
        length = (1 if role == "root" else 0) if is_ca else None
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(issuer_name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_moment(start - 3600))
            .not_valid_after(_moment(start + years * YEAR))
            .add_extension(x509.BasicConstraints(is_ca, length), critical=True)
            .add_extension(key_usage(*usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        )
        if issuer:
            builder = builder.add_extension(_aki(issuer), critical=False)
        entity = Entity(role, generation, builder.sign(issuer_key, hashes.SHA256()), key)
        self._store(entity)
        return entity

    def _store(self, entity):
        self._state.add_authority(
            entity.role,
            entity.generation,
            entity.der,
            entity.private_key.private_bytes(
                serialization.Encoding.DER,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ),
        )

    def roll_over(self, at=None):
        """Announce the next CA, in force at `at` (int seconds) or at the next roll_over().

        A roll_over() with a CA announced already puts that one in force at once.
        Returns the next CA's Entity.
        """
        following = self._state.setting("next_generation")
        if following is None:
            following = self.current() + 1
            self._make_generation(following, self._state.now())
            self._state.set_setting("next_at", at if at is not None else 1 << 40)
            self._state.set_setting("next_generation", following)
        else:
            self._state.set_setting("next_at", at if at is not None else self._state.now())
        return self.ca(following)

    def next_ca(self):
        """Return the announced next CA's Entity, or None."""
        self.current()
        following = self._state.setting("next_generation")
        return None if following is None else self.ca(following)

    # -- certificates ----------------------------------------------------------------------

    def issue(self, csr, base_url, transaction_id, lifetime, subject=None, public_key=None):
        """Issue and record a certificate for a PKCS#10 request.

        csr: x509.CertificateSigningRequest; base_url: where CRL and OCSP are, as the client sees
        it; lifetime: seconds. subject and public_key replace the request's (faults only).
        Requested SAN, keyUsage and EKU are taken over; EKU clientAuth is the default.
        """
        ca = self.ca()
        now = self._state.now()
        wanted = {extension.oid: extension for extension in csr.extensions}
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject or csr.subject)
            .issuer_name(ca.certificate.subject)
            .public_key(public_key or csr.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_moment(now - 300))
            .not_valid_after(_moment(now + lifetime))
            .add_extension(x509.BasicConstraints(False, None), critical=True)
            .add_extension(_aki(ca), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(csr.public_key()), False)
            .add_extension(
                x509.CRLDistributionPoints(
                    [
                        x509.DistributionPoint(
                            [x509.UniformResourceIdentifier(f"{base_url}/crl/{ca.generation}")],
                            None, None, None,
                        )
                    ]
                ),
                critical=False,
            )
            .add_extension(
                x509.AuthorityInformationAccess(
                    [
                        x509.AccessDescription(
                            AIA.OCSP, x509.UniformResourceIdentifier(f"{base_url}/ocsp")
                        )
                    ]
                ),
                critical=False,
            )
        )  # fmt: skip
        default_usage = key_usage("digital_signature", "key_encipherment")
        usage = wanted[USAGE_OID].value if USAGE_OID in wanted else default_usage
        client_auth = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
        purpose = wanted[EKU_OID].value if EKU_OID in wanted else client_auth
        builder = builder.add_extension(usage, critical=True)
        builder = builder.add_extension(purpose, critical=False)
        if SAN_OID in wanted:
            builder = builder.add_extension(wanted[SAN_OID].value, critical=False)
        certificate = builder.sign(ca.private_key, hashes.SHA256())
        self._state.add_issued(
            serial_hex(certificate),
            ca.generation,
            certificate.public_bytes(serialization.Encoding.DER),
            certificate.subject.rfc4514_string(),
            transaction_id,
        )
        return certificate

    def server_certificate(self, hosts):
        """Return (certificate, private key) for HTTPS, issued by the current CA.

        hosts: names and IP addresses (str) for the subjectAltName.
        """
        ca = self.ca()
        now = self._state.now()
        key = rsa.generate_private_key(65537, 2048)
        names = []
        for host in hosts:
            try:
                names.append(x509.IPAddress(ipaddress.ip_address(host)))
            except ValueError:
                names.append(x509.DNSName(host))
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])]))
            .issuer_name(ca.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(_moment(now - 3600))
            .not_valid_after(_moment(now + 5 * YEAR))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(key_usage("digital_signature", "key_encipherment"), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
            .add_extension(_aki(ca), critical=False)
            .sign(ca.private_key, hashes.SHA256())
        )
        return certificate, key

    # -- revocation ------------------------------------------------------------------------

    def crl(self, generation=None, signer=None, this_update=None, lifetime=86400, delta=False):
        """Return the DER CRL of a generation's CA [RFC 5280 5].

        signer (Entity), this_update (int seconds) and delta differ from the CA's own only for
        faults.
        """
        ca = self.ca(generation)
        signer = signer or ca
        now = self._state.now() if this_update is None else this_update
        number = self._state.setting("crl_number", 0) + 1
        self._state.set_setting("crl_number", number)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(ca.certificate.subject)
            .last_update(_moment(now - 60))
            .next_update(_moment(now + lifetime))
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(_aki(ca), critical=False)
        )
        if delta:
            builder = builder.add_extension(x509.DeltaCRLIndicator(1), critical=True)
        for row in self._state.issued():
            if row["revoked_at"] is None or row["generation"] != ca.generation:
                continue
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder()
                .serial_number(int(row["serial"], 16))
                .revocation_date(_moment(row["revoked_at"]))
                .add_extension(x509.CRLReason(x509.ReasonFlags(row["reason"])), critical=False)
                .build()
            )
        crl = builder.sign(signer.private_key, hashes.SHA256())
        return crl.public_bytes(serialization.Encoding.DER)

    def ocsp(self, request_der, signer=None, this_update=None, nonce=True, known=True):
        """Return a DER OCSPResponse [RFC 6960 4.2] to a DER request.

        signer, this_update, nonce (False: left out; bytes: another one) and known=False differ
        only for faults.
        """
        try:
            request = ocsp.load_der_ocsp_request(request_der)
        except ValueError:
            refusal = ocsp.OCSPResponseBuilder.build_unsuccessful(
                ocsp.OCSPResponseStatus.MALFORMED_REQUEST
            )
            return refusal.public_bytes(serialization.Encoding.DER)
        row = self._state.issued(f"{request.serial_number:x}") if known else None
        now = self._state.now() if this_update is None else this_update
        ca = self.ca(row["generation"] if row else None)
        revoked = row is not None and row["revoked_at"] is not None
        status = ocsp.OCSPCertStatus.UNKNOWN
        if row is not None:
            status = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response_by_hash(
                request.issuer_name_hash,
                request.issuer_key_hash,
                request.serial_number,
                request.hash_algorithm,
                status,
                _moment(now - 60),
                _moment(now + 3600),
                _moment(row["revoked_at"]) if revoked else None,
                x509.ReasonFlags(row["reason"]) if revoked else None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, (signer or ca).certificate)
        )
        for extension in request.extensions:
            if extension.oid == x509.OCSPNonce.oid and nonce:
                value = extension.value if nonce is True else x509.OCSPNonce(nonce)
                builder = builder.add_extension(value, critical=False)
        response = builder.sign((signer or ca).private_key, hashes.SHA256())
        return response.public_bytes(serialization.Encoding.DER)


def _aki(issuer):
    identifier = issuer.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier.value)
