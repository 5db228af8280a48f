"""The configuration keys of the set: what each may hold, and the text they are stored as.

For the boot procedure, the console, the menu and tools (which validate with this module).
DESIGN.md section 7 (the keys are fixed there).
"""

from errors import Error
from phone import charset
from scep import altnames, http_url, is_number, names
from scep.der import Encoder

_MAX_TEXT = 512  # bytes of an ordinary value
_MAX_SECRET = 255  # bytes of a challenge
_MAX_BLOB = 16 * 1024  # base64 characters of a certificate or of a sealed value


class ConfigError(Error):
    """A key is unknown or its value is not valid; the message is one sentence that names it."""


# -- what a value may be: each returns None, or what is wrong with it -----------------------


def _one_of(value, words):
    if value not in words:
        return "must be " + ", ".join(words[:-1]) + " or " + words[-1]
    return None


def _number(value, low, high):
    if not is_number(value, 10) or not low <= int(value) <= high:
        return "must be a number from %d to %d" % (low, high)
    return None


def _text(value):
    if len(bytes(value, "utf-8")) > _MAX_TEXT:
        return "is longer than %d bytes" % _MAX_TEXT
    for c in value:
        if ord(c) < 0x20 or ord(c) == 0x7F:
            return "holds a control character"
    return None


def host_port(text):
    """Split host[:port] or [IPv6][:port]; return (host, port text or None), or None."""
    if text[:1] == "[":
        end = text.find("]")
        if end < 3:
            return None
        for c in text[1:end]:
            if c not in "0123456789abcdefABCDEF:.":
                return None
        host, rest = text[: end + 1], text[end + 1 :]
    else:
        colon = text.find(":")
        host, rest = (text, "") if colon < 0 else (text[:colon], text[colon:])
        for c in host:
            if not (c.isalpha() or c.isdigit() or c in "-._") or ord(c) > 0x7F:
                return None
    if not host or len(host) > 253:
        return None
    if not rest:
        return host, None
    port = rest[1:]
    if rest[0] != ":" or not is_number(port, 10) or not 1 <= int(port) <= 65535:
        return None
    return host, port


def _host(value):
    if host_port(value) is None:
        return "must be host or host:port"
    return None


def _urls(value):
    urls = value.split()
    if not 1 <= len(urls) <= 2:
        return "must hold one URL, or two with a blank between"
    for url in urls:
        http_url.parse(url)
    return None


def fingerprint_bytes(value):
    """Return the bytes of a fingerprint in hex (colons, dashes, blanks allowed), or None.

    16, 20, 32 or 64 bytes: MD5, SHA-1, SHA-256, SHA-512 by length.
    """
    digits = "".join([c for c in value if c not in ":- "])
    if len(digits) not in (32, 40, 64, 128):
        return None
    try:
        return bytes([int(digits[i : i + 2], 16) for i in range(0, len(digits), 2)])
    except ValueError:
        return None


def _fingerprint(value):
    if fingerprint_bytes(value) is None:
        return "must be 32, 40, 64 or 128 hex digits (MD5, SHA-1, SHA-256, SHA-512)"
    return None


def _base64(value):
    data = value.rstrip("=")
    if not data or len(value) % 4 or len(value) - len(data) > 2:
        return "must be base64"
    if len(value) > _MAX_BLOB:
        return "is longer than %d characters" % _MAX_BLOB
    for c in data:
        if not (c.isalpha() or c.isdigit() or c in "+/") or ord(c) > 0x7F:
            return "must be base64"
    return None


_SAMPLE_MAC = bytes(6)  # stands for the set's own while a template is checked


def _subject(value):
    names.encode(names.fill(value, {"mac": mac_text(_SAMPLE_MAC)}))


def _san(value):
    pairs = altnames.parse(names.fill(value, {"mac": mac_text(_SAMPLE_MAC)}))
    if not pairs:
        return "holds no name such as dns:phone.example"
    altnames.put(Encoder(bytearray(2 * _MAX_TEXT)), pairs)
    return None


# (key, what it may be, default or None), in the order in which tools show them. Constants only:
# the table then stays in flash and costs the heap nothing.
KEYS = (
    ("scep_run", "yes|no", "no"),
    ("scep_url", "urls", None),
    ("scep_challenge_password", "yes|no", None),  # None: yes where a challenge is configured
    ("scep_psk", "secret", None),
    ("scep_psk_cms", "base64", None),
    ("identity_cms", "base64", None),
    ("scep_ca_fingerprint", "fingerprint", None),
    ("scep_ca_cert", "base64", None),
    ("scep_ca_id", "text", None),
    ("scep_subject", "subject", "CN={mac}"),
    ("scep_san", "san", None),
    ("scep_key_bits", "2048|3072|4096", "2048"),
    ("scep_key_usage", "signature|both", "both"),
    ("scep_signer", "self|factory", "self"),
    ("scep_renew", "1..99", "50"),
    ("scep_renew_key", "new|same", "new"),
    ("scep_revocation", "no|crl|ocsp|both", "no"),
    ("scep_poll_max", "1..8760", "168"),
    ("scep_spread", "0..604800", "600"),
    ("scep_action", "enroll|renew|revoke", None),
    ("scep_action_id", "0..2147483647", None),
    ("scep_allow_legacy", "yes|no", "no"),
    ("set_mode", "noe|sip", "noe"),
    ("sntp_server", "host", None),
    ("call_server", "host", None),
    ("log_host", "host", None),
    ("dot1x", "yes|no", "no"),
    ("dot1x_identity", "text", None),
)
# In the stored text; no configuration key has such names.
_CHALLENGE_LINE = "@challenge"
_REFUSED_LINE = "@refused"


def _row(key):
    for row in KEYS:
        if row[0] == key:
            return row
    return None


def _wrong(kind, value):
    """Return what is wrong with `value` (str) for a kind of KEYS, or None."""
    if "|" in kind:
        return _one_of(value, kind.split("|"))
    if ".." in kind:
        low, high = kind.split("..")
        return _number(value, int(low), int(high))
    if kind == "base64":
        return _base64(value)
    wrong = _text(value)
    if wrong is None and kind == "urls":
        wrong = _urls(value)
    elif wrong is None and kind == "host":
        wrong = _host(value)
    elif wrong is None and kind == "fingerprint":
        wrong = _fingerprint(value)
    elif wrong is None and kind == "subject":
        wrong = _subject(value)
    elif wrong is None and kind == "san":
        wrong = _san(value)
    return wrong


def known(key):
    """Tell whether `key` is one of KEYS (a file may hold others, which are kept quiet)."""
    return _row(key) is not None


def is_secret(key):
    """Tell whether the value of `key` lives in bytearrays only and is stored sealed."""
    row = _row(key)
    return row is not None and row[1] == "secret"


def checked(key, raw):
    """Return the value of `key` from UTF-8 bytearray `raw`: str, or `raw` itself for a secret.

    An empty value takes the key back to its default: None. Raises ConfigError.
    """
    row = _row(key)
    if row is None:
        raise ConfigError("config", "%s is not a configuration key" % key, key)
    if not len(raw):
        return None
    if is_secret(key):
        if len(raw) > _MAX_SECRET:
            raise ConfigError("config", "%s is longer than %d bytes" % (key, _MAX_SECRET), key)
        for c in raw:
            if c < 0x20 or c == 0x7F:
                raise ConfigError("config", "%s holds a control character" % key, key)
        return raw
    value = charset.to_str(raw)
    if row[1] == "base64":
        value = "".join(value.split())  # it may stand in lines
    try:
        wrong = _wrong(row[1], value)
    except Error as e:
        wrong = "is not usable: " + e.message
    if wrong:
        raise ConfigError("config", "%s %s" % (key, wrong), key)
    return value


class Config:
    """The values in force: key -> str. Secrets are not in here (identity/records.py seals them).

    challenge_tag: int, under which tag the key store holds the challenge, or None;
    challenge_ca: str, which CA it was given for (records.py), or None;
    challenge_refused: whether a CA refused the challenge since something was configured last.
    Invariant: every value has passed `checked`.
    """

    def __init__(self, text=None):
        """Read what encode() wrote (bytes-like UTF-8 lines KEY=VALUE), or start empty."""
        self._values = {}
        self.challenge_tag = None
        self.challenge_ca = None
        self.challenge_refused = False
        if text:
            for line in charset.to_str(text).split("\n"):
                at = line.find("=")
                if line[:at] == _CHALLENGE_LINE:
                    tag, _, self.challenge_ca = line[at + 1 :].partition(":")
                    self.challenge_tag = int(tag)
                elif line[:at] == _REFUSED_LINE:
                    self.challenge_refused = True
                elif at > 0 and known(line[:at]):
                    self._values[line[:at]] = line[at + 1 :]

    def get(self, key):
        """Return the value of `key`, its default, or None."""
        if key in self._values:
            return self._values[key]
        return _row(key)[2]

    def explicit(self, key):
        """Tell whether `key` was configured (and does not just stand at its default)."""
        return key in self._values

    def number(self, key):
        """Return the value of a numeric `key` as int, or None."""
        value = self.get(key)
        return None if value is None else int(value)

    def yes(self, key):
        """Tell whether a yes|no `key` says yes."""
        return self.get(key) == "yes"

    def set(self, key, value):
        """Put `value` (str that `checked` returned, or None) in force; return the old value."""
        old = self._values.get(key)
        if value is None:
            self._values.pop(key, None)
        else:
            self._values[key] = value
        return old

    def encode(self):
        """Return the configured values as bytes, one KEY=VALUE a line, for the key store."""
        lines = []
        for key, _kind, _default in KEYS:
            if key in self._values:
                lines.append(key + "=" + self._values[key])
        if self.challenge_tag is not None:
            line = (_CHALLENGE_LINE, self.challenge_tag, self.challenge_ca or "")
            lines.append("%s=%d:%s" % line)
        if self.challenge_refused:
            lines.append(_REFUSED_LINE + "=yes")
        return bytes("\n".join(lines), "utf-8")

    def urls(self):
        """Return the list of scep_url: the first, and the fall-back where there is one."""
        value = self.get("scep_url")
        return value.split() if value else []

    def expand(self, key, mac):
        """Return the value of `key` with {mac} replaced by `mac` (6 bytes) as 00809F59E1A0."""
        value = self.get(key)
        if value is None:
            return None
        try:
            return names.fill(value, {"mac": mac_text(mac) if mac else None})
        except Error as e:
            raise ConfigError("config", "%s: %s" % (key, e.message), key)


def mac_text(mac):
    """Return 6 bytes as the 12 capital hex digits that subjects and file names use."""
    return "".join(["%02X" % b for b in mac])
