"""Name the layer that a piece of the image belongs to.

For tools/size. The layers are those of DESIGN.md section 1 and 2; what no rule knows is
MicroPython's. Frozen modules are told apart by the names that mpy-tool gives their data.
"""

import re

# In the order shown. heap and stack are RAM that the link script sets aside.
ORDER = (
    "micropython",
    "libc",
    "core",
    "scep",
    "keystore",
    "phone",
    "mmi",
    "fonts",
    "tls",
    "supplicant",
    "errors",
    "licences",
    "board",
    "port",
    "lwip",
    "framebuffer",
    "heap",
    "stack",
)

# Object files, first match decides.
FILES = (
    # What nothing but TLS uses: elliptic curves, BearSSL's X.509 engine, its record layer, and the
    # primitives of their own that these need (found by following the objects' symbols).
    (r"/bearssl/src/(ssl|x509|ec)/|firmware/core/scepcore_tls|/scepcore/tls\.(c\.)?o", "tls"),
    (
        r"/bearssl/.*/(aes_ct_ctr|ccopy|des_ct_cbcdec|ghash_ctmul32|hmac_ct|multihash|"
        r"rsa_pkcs1_sig_(un)?pad|sysrng)\.(c\.)?o",
        "tls",
    ),
    (r"/bearssl/", "core"),
    # The user module's objects lie in a folder of its name.
    (r"firmware/core/|firmware/usermod/|/scepcore/\w+\.o", "core"),
    (r"/lwip/|/obj/src/(core|netif)/", "lwip"),
    # A port's own objects stand at the top of the object folder.
    (r"firmware/port/|boards/|/obj/((versatilepb|mps2)/)?[a-z0-9_]+\.o$", "port"),
    (r"lib(c|m|gcc|g|nosys|c_nano|pthread|rdimon)(_nonshared|_nano)?\.a\(|/crt|/Scrt", "libc"),
)
# Space that the link script sets aside, by output section, whichever object it lies in.
SECTIONS = {
    ".heap": "heap",
    ".stack": "stack",
    ".framebuffer": "framebuffer",
}
# Frozen modules, by the start of their mangled name; first match decides.
MODULES = (
    ("scep_tls", "tls"),
    ("scep", "scep"),
    ("keystore", "keystore"),
    ("phone_mmi_font", "fonts"),
    ("phone_mmi", "mmi"),
    ("phone_eapol", "supplicant"),
    ("phone_eaptls", "supplicant"),
    ("phone_eap", "supplicant"),
    ("phone_dot1x", "supplicant"),
    ("phone", "phone"),
    ("main", "phone"),
    ("errors", "errors"),
    ("licences", "licences"),
    ("board", "board"),
    ("(baremetal|rp2port|stm32port|ssd1306|provision)", "port"),
)
FROZEN_FILES = ("frozen_content.o", "frozen_content.c.o", "frozen_content.c.obj")
_FROZEN = re.compile(
    r"(?:fun_data|proto_fun|raw_code|children|const_obj_table|const_obj|const_qstr_table_data|"
    r"const_table_data|const_table_ptrs|const_qstr_table|frozen_module|frozen|const)_(\w+)"
)


def of_file(path):
    """Return the layer of an object file by its path."""
    for pattern, layer in FILES:
        if re.search(pattern, path):
            return layer
    return "micropython"


def of_frozen(section, modules=None):
    """Return the layer of one input section of the frozen content, None if all share it.

    modules: {name in the image: name in the tree} of modules that were renamed (names.json).
    """
    name = _frozen_name(section, modules)
    for prefix, layer in MODULES:
        if re.match(prefix + r"(_|$)", name):
            return layer
    return None


def _frozen_name(section, modules):
    match = _FROZEN.search(section)
    if not match:
        return ""
    head, _, rest = match[1].partition("_")
    return f"{modules[head]}_{rest}" if modules and head in modules else match[1]


def detail(pieces, modules=None):
    """Return {(layer, what): flash bytes}: the objects and frozen modules of each layer."""
    sizes = {}
    for piece in pieces:
        if piece.file.endswith(FROZEN_FILES):
            layer = of_frozen(piece.section, modules) or "shared"
            name = _frozen_name(piece.section, modules)
            what = "_".join(name.split("_")[:3]) if name else piece.section
        else:
            layer = SECTIONS.get(piece.output) or of_file(piece.file)
            what = piece.file.rsplit("/", 1)[-1] or piece.output
        sizes[layer, what] = sizes.get((layer, what), 0) + piece.flash
    return sizes


def attribute(pieces, weights=None, modules=None):
    """Return {layer: [flash bytes, RAM bytes]} for the Pieces of an image.

    What all frozen modules share (names, their table, texts) is spread over the layers as
    `weights` says ({layer: number}, frozen.weights), or by their size where nothing says more.
    modules: as in of_frozen.
    """
    sums = {}
    frozen = {}
    shared = [0, 0]
    for piece in pieces:
        if piece.file.endswith(FROZEN_FILES):
            layer = of_frozen(piece.section, modules)
            target = shared if layer is None else frozen.setdefault(layer, [0, 0])
        else:
            layer = SECTIONS.get(piece.output) or of_file(piece.file)
            target = sums.setdefault(layer, [0, 0])
        target[0] += piece.flash
        target[1] += piece.ram
    for layer, (flash, ram) in frozen.items():
        target = sums.setdefault(layer, [0, 0])
        target[0] += flash
        target[1] += ram
    if weights is None:
        weights = {layer: flash for layer, (flash, _) in frozen.items()}
    left = sum(weights.values())
    for layer, weight in weights.items():
        share = int(shared[0] * weight // left) if left else 0
        sums.setdefault(layer or "micropython", [0, 0])[0] += share
        shared[0] -= share
        left -= weight
    rest = sums.setdefault("micropython", [0, 0])
    rest[0] += shared[0]
    rest[1] += shared[1]
    return sums
