"""Draws a scene on a VT100 terminal: the serial line of every board.

For the set's main loop and `setctl mmi`. ECMA-48 (cursor, attributes); text is UTF-8.
Layout: a title line, rows, a softkey line; 40 columns and 14 lines by default, in one frame.
"""

from phone.mmi import const
from phone.mmi.scene import BIG, CHECK, FIELD, NOTE, VALUE, cut, window

_HOME = const("\x1b[H")
_CLEAR_LINE = const("\x1b[K")
_CLEAR_DOWN = const("\x1b[J")
_BOLD = const("\x1b[1m")
_REVERSE = const("\x1b[7m")
_PLAIN = const("\x1b[0m")
_ICONS = {"none": "[ ]", "wait": "[~]", "good": "[+]", "bad": "[!]"}
COLUMNS = 40
LINES = 14


def wrap(text, width):
    """Return `text` as a list of lines of at most `width` characters, cut at blanks if it can."""
    return cut(text, width)


def lines_of(scene, columns=COLUMNS, lines=LINES):
    """Return the scene as a list of exactly `lines` (text, attribute) pairs.

    attribute: "" plain, "title", "focus" or "keys". No text is longer than `columns`.
    """
    out = [(_title(scene, columns), "title")]
    body = lines - 2 - (1 if scene.bar is not None else 0)
    out += _window(scene, columns, body)
    if scene.bar is not None:
        full = columns - 2
        filled = full * scene.bar // 1000
        out.append(("[" + "#" * filled + "." * (full - filled) + "]", ""))
    out.append((_softkeys(scene.softkeys, columns), "keys"))
    return out


def draw(scene, write, columns=COLUMNS, lines=LINES):
    """Write the scene's escape sequences. write: function (bytes)."""
    drawn = []
    for line, attribute in lines_of(scene, columns, lines):
        mark = "" if not attribute else _BOLD if attribute == "title" else _REVERSE
        drawn.append(mark + line + (_PLAIN if mark else "") + _CLEAR_LINE)
    write(bytes(_HOME + "\r\n".join(drawn) + _CLEAR_DOWN, "utf-8"))


# -- private, in the order of use


def _title(scene, columns):
    right = (scene.mode or "") + (" " + _ICONS[scene.icon] if scene.icon else "")
    room = columns - len(right) - 1
    return scene.title[:room] + " " * (columns - len(scene.title[:room]) - len(right)) + right


def _window(scene, columns, height):
    """Return the body's lines that are in sight."""
    first, out = window(scene, [_row(row, columns) for row in scene.rows], height)
    out = out[first : first + height]
    return out + [("", "")] * (height - len(out))


def _row(row, columns):
    attribute = "focus" if row.focus else ""
    lead = ""
    if row.kind == CHECK:
        lead = "[x] " if row.on else "[ ] "
    if row.kind == FIELD:
        return _field(row, columns)
    text = wrap(lead + row.label if row.label else row.value, columns)
    if row.kind in (BIG, NOTE):
        return [(" " * ((columns - len(line)) // 2) + line, attribute) for line in text]
    out = [(line, attribute) for line in text]
    if row.kind == VALUE and row.label:
        if len(text) == 1 and len(row.label) + 2 + len(row.value) <= columns:
            gap = columns - len(row.label) - len(row.value)
            return [(row.label + " " * gap + row.value, attribute)]
        out += [("  " + line, attribute) for line in wrap(row.value, columns - 2)]
    return out


def _field(row, columns):
    """Return the edited line in pieces, the cursor shown as a bar before its character."""
    text = row.value[: row.cursor] + "|" + row.value[row.cursor :]
    return [(text[i : i + columns], "focus") for i in range(0, len(text), columns)]


def _softkeys(words, columns):
    """Return the softkeys: left, middle, right."""
    third = columns // 3
    left, middle, right = [word[:third] for word in words]
    line = left + " " * (third - len(left))
    pad = columns - 2 * third - len(middle)
    line += " " * (pad // 2) + middle + " " * (pad - pad // 2)
    return line + " " * (third - len(right)) + right
