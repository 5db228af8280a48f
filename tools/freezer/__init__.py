"""Makes the Python of a production image small before it is frozen: names and constants.

For firmware/manifest.py. A name that stands in an image costs its letters, 7 bytes of tables and
two more in each module; mpy-cross keeps them all, because it compiles one module at a time and
must expect that anybody asks for any name. Here all that is frozen is known, and what looks at it
from outside, so the names can be chosen anew. The steps, each on syntax trees (`ast`), each leaving
the behaviour as it was:

    scopes.py     what each name in a module refers to: a local, a module's global, an attribute
    program.py    the modules together: what binds which name where; who may look from outside
    constants.py  puts a module's constants where they are used, in other modules, too
    leaving.py    leaves out what nobody can reach
    renaming.py   chooses short names, the same one for two that never meet
    flattening.py does the same for the modules' own names
    naming.py     short names, and those that are taken
    shrink.py     all of it: sources in, sources and a table of the names out
    image.py      the same for an image, with what else is in it

What cannot be proved is refused (`FreezeError`: a look-up by a computed name, `**`, `import *`) or
left as it is. Development images keep every name.
"""


class FreezeError(Exception):
    """A module holds what these steps cannot reason about; the sentence says what, and where."""
