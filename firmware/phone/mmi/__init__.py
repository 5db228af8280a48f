"""The set's menus: what the screen shows and what the keys do, without knowing any display.

    subject.py   what the menus need of the set: values, actions, state
    strings.py   every text, in English and French
    menus.py     the menus as data
    views.py     lists, text entry, pages, questions, progress
    control.py   the stack of views; keys in, a scene out
    entry.py     text entry by keypad or keyboard
    scene.py     what a renderer draws
    vt100.py, lcd.py, keyboard.py   renderers and keys

DESIGN.md section 7 (MMI). Nothing here blocks: long actions run in the set's main loop.
"""


def const(value):
    """Return `value`; MicroPython's compiler puts a private constant in place of its name."""
    return value
