"""Read GNU ld's map file: which input section of which object took how many bytes.

For tools/size. The part 'Linker script and memory map' lists output sections at column 0 and
input sections one blank in; long names stand on a line of their own; merged string sections
are followed by their size before merging.
"""

import re

# Output sections that take RAM only, and those that take flash (their initial values) and RAM.
RAM_ONLY = (".bss", ".heap", ".stack", ".mmu", ".framebuffer", ".noinit", ".tbss")
BOTH = (".data", ".tdata")
# Not loaded: debugging and notes on the build. `.ARM.attributes` and the like have address 0.
NOT_LOADED = re.compile(r"\.(comment|debug|stab|gnu\.build|ARM\.attributes|note\.GNU|gnu_debug)")

_OUTPUT = re.compile(r"^([._a-zA-Z][^\s]*)(?:\s+0x([0-9a-f]+)\s+0x([0-9a-f]+))?")
_INPUT = re.compile(r"^ ([^\s*(][^\s]*)\s+0x[0-9a-f]+\s+0x([0-9a-f]+) (.+)$")
_INPUT_NAME = re.compile(r"^ ([^\s*(][^\s]*)$")
_CONTINUED = re.compile(r"^\s+0x([0-9a-f]+)\s+0x([0-9a-f]+)(?: (.+))?$")
_FILL = re.compile(r"^ \*fill\*\s+0x[0-9a-f]+\s+0x([0-9a-f]+)")
_BEFORE = re.compile(r"^\s+0x([0-9a-f]+) \(size before relaxing\)$")


class Piece:
    """One input section in the image: output and input section, object file, bytes.

    Invariant: the `size` of all pieces of an output section add up to that section's size;
    what belongs to no object (alignment, space that the link script sets aside) has file "".
    """

    def __init__(self, output, section, file, size):
        """Note where `size` bytes of `section` of the object `file` went."""
        self.output = output
        self.section = section
        self.file = file
        self.size = size
        self.merged = 0

    @property
    def flash(self):
        """Bytes of the image."""
        return 0 if self.output.startswith(RAM_ONLY) else self.size

    @property
    def ram(self):
        """Bytes of RAM."""
        return self.size if self.output.startswith(RAM_ONLY) or self.output in BOTH else 0


def read(text):
    """Return the Pieces of a map file's text, loaded sections only."""
    _, found, text = text.partition("\nLinker script and memory map\n")
    if not found:
        raise ValueError("this is no map file of GNU ld")
    pieces = []
    for name, size, lines in _output_sections(text):
        if size and not NOT_LOADED.match(name):
            pieces += _settle(name, size, list(_inputs(name, lines)))
    return pieces


def _output_sections(text):
    """Yield (name, size, lines within) for each output section."""
    name = size = None
    lines = []
    for line in text.splitlines():
        if line.startswith(("OUTPUT(", "LOAD ")):
            continue
        match = _OUTPUT.match(line)
        if match:
            if size:
                yield name, size, lines
            name, size, lines = match[1], match[3] and int(match[3], 16), []
        elif name:
            if size is None:
                # The name was too long for one line.
                match = _CONTINUED.match(line)
                size = int(match[2], 16) if match else 0
            else:
                lines.append(line)
    if size:
        yield name, size, lines


def _inputs(output, lines):
    """Yield the Pieces that the lines of one output section name."""
    pending = last = None
    for line in lines:
        match = _INPUT.match(line)
        if match:
            last, pending = Piece(output, match[1], match[3], int(match[2], 16)), None
            yield last
        elif match := _FILL.match(line):
            pending = None
            yield Piece(output, "*fill*", last.file if last else "", int(match[1], 16))
        elif match := _INPUT_NAME.match(line):
            pending = match[1]
        elif match := _BEFORE.match(line):
            if last:
                last.merged = int(match[1], 16)
        elif pending and (match := _CONTINUED.match(line)) and match[3]:
            last, pending = Piece(output, pending, match[3], int(match[2], 16)), None
            yield last
        else:
            pending = None


def _settle(output, size, pieces):
    """Spread merged strings over who brought them; account for the rest of the section."""
    merging = [piece for piece in pieces if piece.merged or ".str1." in piece.section]
    weight = sum((piece.merged or piece.size) for piece in merging)
    total = sum(piece.size for piece in merging)
    if weight:
        left = total
        for piece in merging:
            share = total * (piece.merged or piece.size) // weight
            piece.size = share
            left -= share
        merging[0].size += left
    rest = size - sum(piece.size for piece in pieces)
    if rest:
        pieces.append(Piece(output, output, "", rest))
    return pieces
