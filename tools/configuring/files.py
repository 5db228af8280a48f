"""Writers of lanpbx.cfg and of DM files, and the firmware's verdict on what they wrote.

For tools/mkconfig; the grammar is the project's design, section 7.
"""

from xml.sax.saxutils import quoteattr

from phone import config, dm, lanpbx

PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/{}=,@+%?&")


class FileError(Exception):
    """One sentence: what is wrong with which key."""


def lanpbx_text(pairs):
    """Return lanpbx.cfg text of (key, value) pairs, one word a line."""
    lines = []
    for key, value in pairs:
        if set(value) <= PLAIN and value:
            lines.append(f"{key}={value}\n")
        else:
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'{key}="{escaped}"\n')
    return "".join(lines)


def dm_text(pairs):
    """Return a DM file of (key, value) pairs."""
    lines = [f"  <setting id={quoteattr(k)} value={quoteattr(v)}/>\n" for k, v in pairs]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<settings>\n'
    return head + "".join(lines) + "</settings>\n"


def judged(text, reader):
    """Return (key, value) pairs as the firmware reads `text` (str); raise FileError.

    reader: phone.lanpbx.Reader or phone.dm.Reader. Keys that the set does not know are refused
    here, where a person can correct them; the set itself keeps quiet about them.
    """
    try:
        raw = reader.feed(bytearray(text.encode())) + reader.finish()
        found = []
        for key, value in raw:
            if value is None:
                raise FileError(f"{key}: a word without a value")
            found.append((key, str(bytes(value), "utf-8")))
            config.checked(key, value)
        return found
    except (config.ConfigError, lanpbx.FormatError) as error:
        raise FileError(error.message) from error


def checked_lanpbx(pairs):
    """Return lanpbx.cfg text of `pairs` that the firmware reads back as the same pairs."""
    return _checked(pairs, lanpbx_text(pairs), lanpbx.Reader())


def checked_dm(pairs):
    """Return DM text of `pairs` that the firmware reads back as the same pairs."""
    return _checked(pairs, dm_text(pairs), dm.Reader())


def _checked(pairs, text, reader):
    if judged(text, reader) != list(pairs):
        raise FileError("the firmware reads another value than the one given")
    return text
