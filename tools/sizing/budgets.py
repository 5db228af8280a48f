"""The budgets of DESIGN.md section 8, and which of them an image exceeds.

For tools/size. Bytes. The classes' limits (image, RAM) are enforced by the link scripts as
well; a check here says how much is left.
"""

KIB = 1024

# Board: what its class allows in all.
IMAGE = {
    "NOE": 1024 * KIB,
    "VLE": 768 * KIB,
    "MPS2_AN505": 1024 * KIB,
    "W5500_EVB_PICO": 700 * KIB,
    "W5500_EVB_PICO2": 700 * KIB,
}
# The RP2 boards' RAM is 264 and 520 KiB; this is what is not Python heap, which takes the rest.
RAM = {
    "NOE": 768 * KIB,
    "VLE": 320 * KIB,
    "MPS2_AN505": 512 * KIB,
    "W5500_EVB_PICO": 88 * KIB,
    "W5500_EVB_PICO2": 96 * KIB,
}
# Flash of layers together, on the boards where it is promised.
FLASH = (
    (("core", "scep", "keystore"), 128 * KIB, ("NOE",)),
    (("phone", "errors"), 32 * KIB, ("NOE",)),
    (("mmi",), 24 * KIB, ("NOE",)),
)
# The LCD's frame buffer is a place of its own, outside the class's RAM.
OUTSIDE_RAM = ("framebuffer",)


def judge(board, sums):
    """Return [(what, bytes, limit)] of the budgets that apply to `board`.

    sums: {layer: [flash, ram]} as layers.attribute gives it.
    """
    rows = []
    if board in IMAGE:
        rows.append(("image", sum(flash for flash, _ in sums.values()), IMAGE[board]))
        ram = sum(ram for layer, (_, ram) in sums.items() if layer not in OUTSIDE_RAM)
        rows.append(("RAM", ram, RAM[board]))
    for names, limit, boards in FLASH:
        if board in boards:
            flash = sum(sums.get(name, (0, 0))[0] for name in names)
            rows.append((" + ".join(names), flash, limit))
    return rows
