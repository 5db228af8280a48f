"""What a renderer draws: one scene, in words and states, without fonts or pixels.

For renderers; views make it, tests read it.
"""

# Kinds of rows.
CHECK, VALUE, TEXT, FIELD = "check", "value", "text", "field"
BIG, NOTE = "big", "note"


class Row:
    """A line of a scene.

    kind: CHECK (label with a box, `on`), VALUE (label and value), TEXT (running
    text), FIELD (text entry: `value` with the cursor at `cursor`), BIG (digits, `:` and `-`, as
    large as there is room), NOTE (centred text); focus: whether it is chosen.
    """

    def __init__(self, kind, label="", value="", on=False, focus=False, cursor=None):
        """Keep the parts."""
        self.kind = kind
        self.label = label
        self.value = value
        self.on = on
        self.focus = focus
        self.cursor = cursor


class Scene:
    """A whole screen: title, rows, up to three softkeys, and perhaps a bar.

    top: how many lines of the body are scrolled away (pages); end: the most that this makes sense
    for, raised by each renderer to what its display needs; bar: 0..1000 or None; icon: the
    certificate's state (`none`, `wait`, `good`, `bad`) for the title line; mode: a short text at
    the right of the title (the text entry's mode, the date), or None.
    """

    def __init__(self, title, rows, softkeys, bar=None, icon=None, top=0, mode=None):
        """softkeys: tuple of three texts, empty where there is none."""
        self.title = title
        self.rows = rows
        self.softkeys = softkeys
        self.bar = bar
        self.icon = icon
        self.top = top
        self.end = 0
        self.mode = mode


def window(scene, blocks, room):
    """Return (first line, all lines): the part of a body that a display of `room` lines shows.

    blocks: a list of lines for each row of the scene. A focused row is whole in sight where it
    can be; without one the scene is a page that scrolls by lines. Raises scene.end.
    """
    lines, first = [], None
    for i in range(len(blocks)):
        start = len(lines)
        lines += blocks[i]
        if scene.rows[i].focus:
            first = min(start, max(0, len(lines) - room))
    end = max(0, len(lines) - room)
    if first is None:
        scene.end = max(scene.end, end)
        first = min(scene.top, end)
    return first, lines


def cut(text, width, advances=None):
    """Return `text` in lines of at most `width`, cut at blanks where it can be.

    advances: what the characters from the blank on take of the width (bytes), `?` standing for
    all others; None: one each.
    """
    lines = []
    while True:
        count, blank, used = 0, 0, 0
        for c in text:
            used += advances[ord(c) - 0x20 if " " <= c <= "\xff" else 31] if advances else 1
            if used > width:
                break
            count += 1
            if c == " ":
                blank = count
        if count == len(text):
            lines.append(text)
            return lines
        if text[count] == " ":
            lines.append(text[:count])
            text = text[count + 1 :]
        elif blank:
            lines.append(text[: blank - 1])
            text = text[blank:]
        else:
            lines.append(text[: max(count, 1)])
            text = text[max(count, 1) :]
