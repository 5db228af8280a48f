"""The configuration keys: what each takes and refuses, defaults, storage, expansion of {mac}."""

from errors import HELP
from phone import config
from phone.config import Config, ConfigError

# (key, value accepted)
GOOD = (
    ("scep_run", "yes"),
    ("scep_url", "http://10.0.2.2:8080/scep"),
    ("scep_url", "https://ca.example/certsrv/mscep/mscep.dll http://[fd00::1]:80/scep"),
    ("scep_url", "HTTP://ca.example"),
    ("scep_ca_fingerprint", "0" * 32),
    ("scep_ca_fingerprint", "AB:cd-01 23" * 5),
    ("scep_ca_fingerprint", "12345678 " * 8),
    ("scep_ca_fingerprint", "f" * 128),
    ("scep_ca_cert", "MIIB"),
    ("scep_ca_id", "my ca & co"),
    ("scep_subject", "CN={mac},O=Ministère des Affaires Etrangères,C=FR"),
    ("scep_subject", "CN=a\\,b, OU=x=y"),
    ("scep_san", "dns:a.example upn:{mac}@example uri:tag:microsoft.com,2022-09-14:sid:S-1-5-21"),
    ("scep_key_bits", "4096"),
    ("scep_renew", "99"),
    ("scep_spread", "0"),
    ("scep_action_id", "2147483647"),
    ("call_server", "10.0.0.1:5000"),
    ("log_host", "log.example"),
)

# (key, value refused)
BAD = (
    ("scep_run", "YES"),
    ("scep_run", "1"),
    ("scep_url", "ftp://x/"),
    ("scep_url", "http://"),
    ("scep_url", "http:///scep"),
    ("scep_url", "http://x:0/"),
    ("scep_url", "http://x:65536/"),
    ("scep_url", "http://x:8o/"),
    ("scep_url", "http://user@x/"),
    ("scep_url", "http://x/\x7f"),
    ("scep_url", "http://a/ http://b/ http://c/"),
    ("scep_url", "http://[::1/"),
    ("scep_url", "http://x/" + "y" * 600),
    ("scep_ca_fingerprint", "0" * 33),
    ("scep_ca_fingerprint", "g" * 64),
    ("scep_ca_cert", "MII"),
    ("scep_ca_cert", "M!IB"),
    ("scep_ca_cert", "===="),
    ("scep_subject", "phone"),
    ("scep_subject", "CN=a,,O=b"),
    ("scep_subject", "XX=a"),
    ("scep_subject", "CN={serial}"),
    ("scep_subject", "CN=a\\"),
    ("scep_san", "a.example"),
    ("scep_san", "mx:a.example"),
    ("scep_san", "ip:10.0.0.256"),
    ("scep_key_bits", "1024"),
    ("scep_renew", "0"),
    ("scep_renew", "100"),
    ("scep_renew", "5 0"),
    ("scep_renew", "-1"),
    ("scep_renew", "\xb2"),
    ("scep_action", "format"),
    ("scep_action_id", "2147483648"),
    ("call_server", "a b"),
    ("dot1x_identity", "a\nb"),
    ("no_such_key", "x"),
)


def _raw(value):
    return bytearray(bytes(value, "utf-8"))


def test_each_key_takes_its_good_values():
    for key, value in GOOD:
        assert config.checked(key, _raw(value)) == value, (key, value)


def test_each_bad_value_is_one_sentence_that_names_the_key():
    for key, value in BAD:
        try:
            config.checked(key, _raw(value))
        except ConfigError as e:
            assert e.code == "config" and e.code in HELP
            assert e.message.startswith(key + " "), (key, e.message)
            assert "\n" not in e.message and len(e.message) < 160, e.message
        else:
            raise AssertionError(key + "=" + value + " was accepted")


def test_defaults_are_themselves_valid():
    for key, _kind, default in config.KEYS:
        assert Config().get(key) == default
        if default is not None:
            assert config.checked(key, _raw(default)) == default


def test_every_kind_of_the_table_is_checked():
    for key, kind, _default in config.KEYS:
        if kind not in ("secret", "text"):
            try:
                config.checked(key, _raw("\x7f"))
            except ConfigError:
                continue
            raise AssertionError(key + " takes anything")


def test_a_secret_stays_the_callers_bytearray_and_its_fault_does_not_show_it():
    raw = _raw("Top Secret")
    assert config.checked("scep_psk", raw) is raw
    for bad in (_raw("Top\nSecret"), _raw("TopSecret" * 40)):
        try:
            config.checked("scep_psk", bad)
        except ConfigError as e:
            assert "Secret" not in str(e) and "Secret" not in repr(e.evidence)
        else:
            raise AssertionError("accepted")
    assert "scep_psk" not in str(Config().encode())


def test_an_empty_value_takes_a_key_back_to_its_default():
    c = Config(b"scep_renew=80")
    assert c.number("scep_renew") == 80 and c.explicit("scep_renew")
    assert c.set("scep_renew", config.checked("scep_renew", bytearray())) == "80"
    assert c.number("scep_renew") == 50 and not c.explicit("scep_renew")


def test_what_is_stored_reads_back_and_unknown_keys_of_a_newer_firmware_are_left_out():
    c = Config()
    for key, value in GOOD:
        c.set(key, value)
    text = c.encode()
    assert Config(text).encode() == text
    assert Config(text).get("scep_subject") == "CN=a\\,b, OU=x=y"
    assert Config(bytearray(text + b"\nfuture_key=1")).encode() == text


def test_mac_is_expanded_in_the_form_of_the_label_on_the_set():
    c = Config()
    mac = bytes([0x00, 0x80, 0x9F, 0x59, 0xE1, 0xA0])
    assert c.expand("scep_subject", mac) == "CN=00809F59E1A0"
    try:
        c.expand("scep_subject", None)
    except ConfigError as e:
        assert "{mac}" in e.message
    else:
        raise AssertionError("expanded without a MAC")


def test_fingerprint_lengths_are_those_of_the_four_hashes():
    for size in (16, 20, 32, 64):
        assert config.fingerprint_bytes("0f" * size) == bytes([15] * size)
    assert config.fingerprint_bytes("0f" * 28) is None
