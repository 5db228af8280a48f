"""What a renderer draws: one scene, in words and states, without fonts or pixels.

For renderers; views make it, tests read it.
"""

# Kinds of rows.
ITEM, CHECK, VALUE, TEXT, FIELD = "item", "check", "value", "text", "field"


class Row:
    """A line of a scene.

    kind: ITEM (a label), CHECK (label with a box, `on`), VALUE (label and value), TEXT (running
    text), FIELD (text entry: `value` with the cursor at `cursor`); focus: whether it is chosen.
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

    top: index of the first row that is shown (pages scroll); bar: 0..1000 or None; icon: the
    certificate's state (`none`, `wait`, `good`, `bad`) for the title line; mode: the text
    entry's mode word, or None.
    """

    def __init__(self, title, rows, softkeys, bar=None, icon=None, top=0, mode=None):
        """softkeys: tuple of three texts, empty where there is none."""
        self.title = title
        self.rows = rows
        self.softkeys = softkeys
        self.bar = bar
        self.icon = icon
        self.top = top
        self.mode = mode
