"""Whose the names and texts of the frozen modules are, from the C that MicroPython makes of them.

For tools/size. The linker's map shows them as one piece; the generated frozen_content.c tells which
module uses which name (its const_qstr_table_data) and which text is an object of its own.
"""

import re

_POOL = re.compile(r"const qstr_pool_t mp_qstr_frozen_const_pool = \{(.*?)\n\};", re.DOTALL)
_NEW = re.compile(r"^ +(MP_QSTR_\w+)(?: = MP_QSTRnumber_of)?,", re.MULTILINE)
_LITERAL = re.compile(r'^ +"((?:[^"\\]|\\.)*)",', re.MULTILINE)
_TABLE = re.compile(r"const_qstr_table_data_(\w+)\[\d+\] = \{(.*?)\n\};", re.DOTALL)
_TEXT = re.compile(r"mp_obj_str_t (const_obj_\w+) = \{\{&\w+\}, \d+, (\d+), ")
# What a name costs besides its letters: pointer, hash, length, final NUL.
_NAME = 8


def weights(text, layer_of):
    """Return {layer: octets} of the names and texts in frozen_content.c.

    text: the file's; layer_of: function (name of a piece of frozen data) -> layer or None. What
    several layers use is shared out evenly.
    """
    sums = {}
    names = _names(text)
    users = {}
    for module, body in _TABLE.findall(text):
        layer = layer_of("const_qstr_table_data_" + module)
        for name in set(re.findall(r"MP_QSTR_\w+", body)) & names.keys():
            users.setdefault(name, set()).add(layer)
    for name, layers in users.items():
        for layer in layers:
            sums[layer] = sums.get(layer, 0) + names[name] / len(layers)
    for piece, size in _TEXT.findall(text):
        layer = layer_of(piece)
        sums[layer] = sums.get(layer, 0) + int(size) + 1
    return sums


def _names(text):
    """Return {C name: octets} of the names that only frozen modules know."""
    pool = _POOL.search(text)
    if not pool:
        return {}
    letters = _LITERAL.findall(pool[1])
    new = _NEW.findall(text[: pool.start()])[: len(letters)]
    return {
        name: len(re.sub(r"\\x..|\\.", ".", literal)) + _NAME
        for name, literal in zip(new, letters, strict=True)
    }
