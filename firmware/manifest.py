# What is frozen into every image. Included by boards/<BOARD>/manifest.py; the paths are relative
# to this file. Order does not matter: everything is imported by name.
#
# A production image has no line numbers (opt=3; they are 7 % of the bytecode). Development images
# do: a board's manifest includes this one with opt=0, or `make BOARD=... DEV=1` says so.
# With FROZEN_SOURCES= (a folder; firmware/port/board.mk, firmware/port/rp2/board.mk) tools/freezer
# makes the sources smaller first and puts them there.
import os
import sys

options.defaults(opt=3)
opt = 0 if os.environ.get("DEV") else options.opt

# Library modules that only hosts import.
HOST = ("crl.py", "factory.py")


def of_sets(package):
    """Return the paths of a package's modules that sets hold."""
    return sorted(
        os.path.join(folder, name)
        for folder, _, names in os.walk(package)
        for name in names
        if name.endswith(".py") and not (name in HOST and package != "phone")
    )


paths = ["errors.py", "licences.py", "main.py"]
for part in ("scep", "keystore", "phone"):
    paths += of_sets(part)

place = "."
if opt and os.environ.get("FROZEN_SOURCES"):
    sys.path.insert(0, os.path.abspath("../tools"))
    from freezer import image

    place = os.environ["FROZEN_SOURCES"]
    paths = image.make(os.getcwd(), paths, place)
for path in paths:
    module(path, base_path=place, opt=opt)
