"""What must hold of any configuration file, whichever of the two readers it goes to.

For fuzz_lanpbx.py and fuzz_dm.py. The set behind it is a stand-in that stores nothing.
"""

import target

with target.instrumented():
    from errors import HELP, Error
    from phone import filed, lanpbx
    from phone.config import Config, known
    from phone.identity import pemfile  # noqa: F401


class Store:
    """Takes what a file changes; `config` is what stands in force afterwards."""

    def __init__(self):
        self.config = Config()
        self.secrets = []

    def configure(self, changes, trusted):
        """Put values in force as Records.configure does."""
        assert not trusted, "a file is never trusted"
        for key, value in changes:
            if isinstance(value, bytearray):
                self.secrets.append(value)
            else:
                self.config.set(key, value)
        return [(key, None, None) for key, _ in changes]

    def handed(self):
        """Nothing was taken over before."""

    def take_over(self, key, chain, mark):
        """Take an identity that came as PEM blocks."""
        assert key.bits >= 1024 and chain and mark


class Device:
    """A set, as filed.py sees it."""

    def __init__(self):
        self.records = Store()
        self.said = []

    def configured(self, said):
        """Keep what changed."""
        self.said += said


def outcome(kind, data, step):
    """Return the pairs that a reader makes of a file in pieces of `step`, or the code."""
    reader, pairs = kind(), []
    try:
        for at in range(0, len(data), step):
            pairs += reader.feed(data, at, min(at + step, len(data)))
        pairs += reader.finish()
    except lanpbx.FormatError as error:
        assert error.code in ("config", "too-large"), error.code
        assert not any(holds(reader)), "what was read stands in the reader"
        return error.code
    assert not any(holds(reader))
    for key, value in pairs:
        bytes(value or b"").decode("utf-8")
        assert len(value or b"") <= 2 * lanpbx.MAX_VALUE and key == key.encode().decode()
    return [(key, None if value is None else bytes(value)) for key, value in pairs]


def holds(reader):
    """Return the buffer in which a reader keeps a value."""
    return reader._val if isinstance(reader, lanpbx.Reader) else reader._tag


def check(kind, data):
    """Read a file in pieces and whole, and put it in force."""
    first = outcome(kind, data, 7)
    assert outcome(kind, data, 100000) == first
    if isinstance(first, str):
        return
    device = Device()
    events = filed.apply(device, filed.pairs(kind(), bytearray(data)))
    for event in events:
        assert event["event"] == "slot" or event["code"] in HELP, event
    assert not any(any(secret) for secret in device.records.secrets), "a secret was not wiped"
    changed = {key for key, _, _ in device.said}
    assert all(known(key) for key in changed)
    # what was believed survives the key store
    config = device.records.config
    again = Config(config.encode())
    assert all(again.get(key) == config.get(key) for key in changed)
    for key in ("scep_subject", "scep_san"):
        try:
            config.expand(key, bytes(6))
        except Error as error:
            raise AssertionError((key, config.get(key))) from error
