"""The lab CA answers as its profile says, and every fault bends its answer.

What it accepts and builds is judged by foreign clients in peers/test_labca_*.py; here are its own
decisions: challenges, approval, revocation, renewal, roll-over, faults.
"""

import datetime
import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request
from base64 import b64encode

import pytest
from asn1crypto import cms, core
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from matrix import faults as table
from tools.lab import asn1faults, certfaults, cmsfaults, faults, wirefaults
from tools.lab import pkimessage as pki
from tools.lab.authority import Entity
from tools.lab.commands import describe, start
from tools.lab.profiles import PROFILES
from tools.lab.responder import IssuerAndSubject

assert asn1faults and certfaults and cmsfaults
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DER = serialization.Encoding.DER


class Client:
    """A bare requester on asn1crypto: just enough to ask the lab CA one thing at a time."""

    def __init__(self, lab, key=None, name="0080 test"):
        self.lab, self.key = lab, key or _KEYS[0]
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.signer = self._self_signed()
        self.transaction_id = "t-" + name

    def _self_signed(self):
        builder = x509.CertificateBuilder().subject_name(self.name).issuer_name(self.name)
        builder = builder.public_key(self.key.public_key()).serial_number(1)
        now = datetime.datetime(2026, 1, 1)
        builder = builder.not_valid_before(now).not_valid_after(now.replace(year=2050))
        return Entity("self", 0, builder.sign(self.key, hashes.SHA256()), self.key)

    def csr(self, challenge=None, key=None, tag="printable"):
        builder = x509.CertificateSigningRequestBuilder().subject_name(self.name)
        if challenge:
            oid = x509.oid.AttributeOID.CHALLENGE_PASSWORD
            value = {"_tag": x509.name._ASN1Type.PrintableString} if tag == "printable" else {}
            builder = builder.add_attribute(oid, challenge.encode(), **value)
        return builder.sign(key or self.key, hashes.SHA256()).public_bytes(DER)

    def send(self, message_type, payload, signer=None, method="POST"):
        signer = signer or self.signer
        recipient = asn1_x509.Certificate.load(self.lab.authority.recipient().der)
        attributes = {
            pki.MESSAGE_TYPE: core.PrintableString(message_type),
            pki.TRANSACTION_ID: core.PrintableString(self.transaction_id),
            pki.SENDER_NONCE: core.OctetString(b"n" * 16),
        }
        cipher = "aes128" if self.lab.profile.caps else "tripledes_3key"
        digest = "sha256" if self.lab.profile.caps else "sha1"
        message = pki.sign(
            pki.envelope(payload, recipient, cipher), signer, attributes, digest,
            {"certificates": [signer.der]},
        )  # fmt: skip
        return self.get("PKIOperation", message, method)

    def get(self, operation, message=b"", method="GET"):
        url = f"{describe_url(self.lab)}?operation={operation}"
        if method == "GET" and message:
            url += "&message=" + urllib.parse.quote(b64encode(message).decode(), safe="")
        data = message if method == "POST" else None
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data), timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def enrol(self, challenge=None, method=None, **csr):
        method = method or ("POST" if self.lab.profile.post else "GET")
        return self.opened(self.send(pki.PKCS_REQ, self.csr(challenge, **csr), method=method))

    def opened(self, answer, signer=None):
        """Return (pkiStatus, failInfo, certificates) of a CertRep, read by asn1crypto."""
        status, body = answer
        assert status == 200, (status, body)
        signed = cms.ContentInfo.load(body)["content"]
        attributes = {
            a["type"].dotted: a["values"][0].native
            for a in signed["signer_infos"][0]["signed_attrs"]
        }
        content = signed["encap_content_info"]["content"].native
        found = []
        if content:
            _, plain = pki._decrypt(content, [signer or self.signer])
            inner = cms.ContentInfo.load(plain)["content"]
            found = [x509.load_der_x509_certificate(c.chosen.dump()) for c in inner["certificates"]]
        return attributes[pki.PKI_STATUS], attributes.get(pki.FAIL_INFO), found


_KEYS = [rsa.generate_private_key(65537, 2048) for _ in range(2)]


def describe_url(lab):
    return f"http://127.0.0.1:{lab.port}{lab.profile.paths[0]}"


@pytest.fixture
def lab(request, tmp_path):
    started = []

    def make(profile="rfc8894", **flags):
        started.append(start(profile, state=str(tmp_path / f"s{len(started)}"), **flags))
        return started[-1]

    yield make
    for each in started:
        each.close()


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_every_profile_issues_to_the_right_challenge_only(lab, profile):
    running = lab(profile, challenge="S3cret")
    assert Client(running, name="wrong").enrol("other")[:2] == ("2", "2")
    status, _, found = Client(running, name="right").enrol("S3cret")
    assert status == "0"
    leaf = [c for c in found if c.public_key() == _KEYS[0].public_key()]
    assert len(leaf) == 1
    leaf[0].verify_directly_issued_by(running.authority.ca().certificate)


def test_one_time_challenge_serves_one_transaction_and_its_repetition(lab):
    running = lab(one_time=True)
    challenge = describe(running)["challenge"]
    first = Client(running, name="first")
    assert first.enrol(challenge)[0] == "0"
    assert first.enrol(challenge)[0] == "0"
    assert Client(running, name="second").enrol(challenge)[:2] == ("2", "2")


def test_ndes_refuses_a_challenge_in_utf8string(lab):
    running = lab("ndes2008r2", challenge="ABCD")
    assert Client(running, name="utf8").enrol("ABCD", tag="utf8")[:2] == ("2", "2")


def _poll_payload(client):
    ca = asn1_x509.Certificate.load(client.lab.authority.ca().der)
    subject = asn1_x509.Name.load(client.name.public_bytes())
    return IssuerAndSubject({"issuer": ca.subject, "subject": subject}).dump()


@pytest.mark.parametrize("decision, status", [("approve", "0"), ("deny", "2")])
def test_manual_approval_is_polled(lab, decision, status):
    running = lab(manual=True)
    client = Client(running)
    assert client.enrol()[0] == "3"
    assert client.opened(client.send(pki.CERT_POLL, _poll_payload(client)))[0] == "3"
    command = [sys.executable, os.path.join(ROOT, "tools", "labca"), decision, "all"]
    subprocess.run([*command, "--state", running.state.directory], check=True)
    assert client.opened(client.send(pki.CERT_POLL, _poll_payload(client)))[0] == status


def _renew(client, certificate, new_key, message_type=pki.RENEWAL_REQ):
    old = Entity("old", 0, certificate, client.key)
    client.transaction_id += "-renewal"
    answer = client.send(message_type, client.csr(key=new_key), signer=old)
    return client.opened(answer, old)


def test_renewal_revokes_the_old_certificate_when_told_to(lab):
    running = lab(challenge="x", revoke_on_renew=True)
    client = Client(running)
    old = client.enrol("x")[2][0]
    assert _renew(client, old, _KEYS[1])[0] == "0"
    assert running.state.issued(f"{old.serial_number:x}")["reason"] == "superseded"
    assert _renew(client, old, _KEYS[1])[0] == "2"


def test_crl_and_ocsp_name_a_revoked_certificate_until_the_hold_is_released(lab):
    running = lab()
    certificate = Client(running).enrol()[2][0]
    serial = f"{certificate.serial_number:x}"
    request = ocsp.OCSPRequestBuilder().add_certificate(
        certificate, running.authority.ca().certificate, hashes.SHA1()
    )
    request = request.build().public_bytes(DER)

    def verdicts():
        crl = x509.load_der_x509_crl(running.authority.crl())
        answer = ocsp.load_der_ocsp_response(running.authority.ocsp(request))
        listed = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        return listed is not None, answer.certificate_status.name

    assert verdicts() == (False, "GOOD")
    command = [sys.executable, os.path.join(ROOT, "tools", "labca")]
    state = ["--state", running.state.directory]
    subprocess.run([*command, "revoke", serial, "--hold", *state], check=True)
    assert verdicts() == (True, "REVOKED")
    subprocess.run([*command, "release", serial, *state], check=True)
    assert verdicts() == (False, "GOOD")


def test_rollover_announces_then_switches(lab):
    running = lab()
    client = Client(running)
    assert client.get("GetNextCACert")[0] != 200
    before = running.authority.ca().der
    following = running.authority.roll_over()
    status, body = client.get("GetNextCACert")
    assert status == 200 and following.der in body and running.authority.ca().der == before
    running.authority.roll_over()
    assert running.authority.ca().der == following.der
    assert client.enrol()[0] == "0"


def test_the_log_holds_one_line_per_request_with_the_fixed_fields(lab):
    running = lab(challenge="x")
    Client(running).enrol("x")
    entry = running.state.log_entries()[-1]
    assert set(entry) >= {
        "time", "operation", "message_type", "transaction_id", "signer_subject", "signer_serial",
        "digest", "cipher", "result", "issued_serial",
    }  # fmt: skip
    assert entry["issued_serial"] and "x" not in json.dumps(entry["result"]).split()


NOT_OF_ENROLMENT = {
    "caps-stripped", "ca-replaced", "ra-unchained", "next-ca-signer-other", "crl-signer-other",
    "crl-stale", "crl-delta", "ocsp-signer-other", "ocsp-stale", "ocsp-no-nonce",
    "ocsp-nonce-other", "ocsp-unknown", "ocsp-try-later",
}  # fmt: skip


def test_a_set_meets_every_fault_in_the_matrix():
    known = set(faults.FAULTS) | set(wirefaults.WIRE_FAULTS)
    tables = (table.TABLE, table.REMEMBERED, table.AFTERWARDS, table.TLS, table.SLOW)
    met = {name for one in tables for name in one}
    numbered = {name for name in met if name.rpartition("-")[2].isdigit()} - known
    assert met - numbered == known
    stems = {name.rpartition("-")[0] for name in numbered}
    assert stems == {"reset-at", "status", "truncate", "flip"}


@pytest.mark.parametrize("name", sorted(set(faults.FAULTS) - NOT_OF_ENROLMENT))
def test_every_message_fault_still_sends_an_answer(lab, name):
    """What each fault breaks is proven where a client must refuse it (test_client_faults)."""
    bent = lab(fault=name)
    status, body = Client(bent).send(pki.PKCS_REQ, Client(bent).csr())
    assert status == 200 and len(body) > 500


@pytest.mark.parametrize("name", ["retry-after", "status-418", "html", "empty", "length-short"])
def test_wire_faults_change_the_octets(lab, name):
    running = lab(fault=name)
    status, body = Client(running).send(pki.PKCS_REQ, Client(running).csr())
    assert (status, body) != Client(lab()).send(pki.PKCS_REQ, Client(running).csr())
    assert wirefaults.find(name)


def test_an_unknown_fault_is_wrong_usage():
    command = [sys.executable, os.path.join(ROOT, "tools", "labca"), "serve", "--fault", "nonsense"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 2 and "no such fault" in done.stderr
