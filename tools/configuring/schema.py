"""A JSON schema of all configuration keys, which a management system can import.

For tools/mkconfig; JSON Schema 2020-12. Made from the firmware's own table, so that no key is
missing; the firmware's parser stays the judge of what a value may be.
"""

from phone import config

ABOUT = {
    "scep_run": "whether the set fetches and keeps a certificate",
    "scep_url": "the SCEP server; a second one, after a blank, is the fall-back",
    "scep_challenge_password": "whether a challenge password is sent",
    "scep_psk": "the challenge password",
    "scep_psk_cms": "the challenge, sealed to the set's factory certificate (tools/wrap psk)",
    "identity_cms": "a key, certificate and CA, sealed likewise (tools/wrap identity)",
    "scep_ca_fingerprint": "MD5, SHA-1, SHA-256 or SHA-512 of the CA certificate, in hex",
    "scep_ca_cert": "the CA certificate, base64 of its DER",
    "scep_ca_id": "`message` of GetCACaps, GetCACert and GetNextCACert",
    "scep_subject": "the certificate's subject; {mac} is the set's MAC address",
    "scep_san": "alternative names: dns:, ip:, email:, upn:, uri:",
    "scep_key_bits": "size of the RSA key",
    "scep_key_usage": "digitalSignature alone, or with keyEncipherment",
    "scep_signer": "who signs the first request: a self-signed or the factory certificate",
    "scep_renew": "percent of the validity after which the certificate is renewed",
    "scep_renew_key": "whether a renewal makes a new key",
    "scep_revocation": "how the set looks whether its certificate is revoked",
    "scep_poll_max": "hours for which a pending request is polled",
    "scep_spread": "seconds over which sets spread their first request after a boot",
    "scep_action": "something to do once",
    "scep_action_id": "number of that order; done once for each higher number",
    "scep_allow_legacy": "may send single DES or MD5, may speak TLS 1.0",
    "set_mode": "personality of the set",
    "sntp_server": "where a SIP set asks for the time",
    "call_server": "the call server",
    "log_host": "where events are sent (RFC 5424 over UDP)",
    "dot1x": "whether the set authenticates to the network (EAP-TLS)",
    "dot1x_identity": "EAP identity; default: from the certificate",
}
WORDS = {
    "scep_key_bits": ["2048", "3072", "4096"],
    "scep_key_usage": ["signature", "both"],
    "scep_signer": ["self", "factory"],
    "scep_renew_key": ["new", "same"],
    "scep_revocation": ["no", "crl", "ocsp", "both"],
    "scep_action": ["enroll", "renew", "revoke"],
    "set_mode": ["noe", "sip"],
}
NUMBERS = {
    "scep_renew": (1, 99),
    "scep_poll_max": (1, 8760),
    "scep_spread": (0, 604800),
    "scep_action_id": (0, 2147483647),
}
SECRETS = ("scep_psk",)


def schema():
    """Return the schema as a dict; every key is a string, as files hold them."""
    properties = {}
    for key, check, default in config.KEYS:
        entry = {"type": "string", "description": ABOUT[key]}
        if check == "yes|no":
            entry["enum"] = ["yes", "no"]
        if key in WORDS:
            entry["enum"] = WORDS[key]
        if key in NUMBERS:
            entry["pattern"] = "^[0-9]{1,10}$"
            low, high = NUMBERS[key]
            entry["description"] += f" ({low} to {high})"
        if key in SECRETS:
            entry["writeOnly"] = True
        if default is not None:
            entry["default"] = default
        properties[key] = entry
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "microscep configuration",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
