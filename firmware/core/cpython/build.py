"""Build the CPython binding of scepcore: python3 build.py ROOT OUT LIBRARY.

For `make core-host`; needs cffi and a C compiler. OUT becomes an import path with the package
`scepcore`: the Python files beside this one and the extension over the static library LIBRARY.
"""

import os
import shutil
import sys

from cffi import FFI

HERE = os.path.dirname(os.path.abspath(__file__))
SOURCE = """
#include "bearssl.h"
#include "host_board.h"
#include "scepcore_board.h"
#include "scepcore_cipher.h"
#include "scepcore_hash.h"
#include "scepcore_key.h"
#include "scepcore_pkcs1.h"
#include "scepcore_random.h"
#include "scepcore_rsa.h"
#include "scepcore_seal.h"
#include "scepcore_status.h"
#include "scepcore_tls.h"
#include "scepcore_wipe.h"
/* The program's one random generator. */
static scepcore_random host_random;
"""


def put(source, folder, name=None):
    """Copy a file into a folder in one step: a process that has the old one open keeps it."""
    target = os.path.join(folder, name or os.path.basename(source))
    shutil.copy(source, target + ".new")
    os.replace(target + ".new", target)


def build(root, out, library):
    """Compile the extension and copy the package: after this, `import scepcore` works from out."""
    bearssl = os.environ.get("BEARSSL", os.path.join(root, "build", "src", "bearssl"))
    ffi = FFI()
    with open(os.path.join(HERE, "scepcore.cdef"), encoding="utf-8") as stream:
        ffi.cdef(stream.read())
    flags = os.environ.get("SCEPCORE_CFLAGS", "-O2").split()
    source = SOURCE
    debug = "-DSCEPCORE_DEBUG=1" in flags
    if debug:
        source += '#include "scepcore_debug.h"\n'
        with open(os.path.join(HERE, "debug.cdef"), encoding="utf-8") as stream:
            ffi.cdef(stream.read())
    ffi.set_source(
        "scepcore._native",
        source,
        include_dirs=[os.path.join(root, "firmware", "core"), HERE, os.path.join(bearssl, "inc")],
        extra_objects=[library],
        depends=[library],
        extra_compile_args=flags,
        extra_link_args=os.environ.get("SCEPCORE_LDFLAGS", "").split(),
    )
    package = os.path.join(out, "scepcore")
    os.makedirs(package, exist_ok=True)
    put(ffi.compile(tmpdir=os.path.join(out, "obj", "binding")), package)
    for name in os.listdir(os.path.join(HERE, "scepcore")):
        if name.endswith(".py") and (debug or name != "debug.py"):
            put(os.path.join(HERE, "scepcore", name), package)
    shutil.copy(
        os.path.join(root, "firmware", "scepcore.pyi"), os.path.join(package, "__init__.pyi")
    )


if __name__ == "__main__":
    build(*[os.path.abspath(argument) for argument in sys.argv[1:4]])
