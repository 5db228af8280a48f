# What is frozen into every image. Included by boards/<BOARD>/manifest.py; the paths are relative
# to this file. Order does not matter: everything is imported by name.
#
# A production image has no line numbers (opt=3; they are 7 % of the bytecode). Development images
# do: a board's manifest includes this one with opt=0, or `make BOARD=... DEV=1` says so.
import os

options.defaults(opt=3)
opt = 0 if os.environ.get("DEV") else options.opt

# Library modules that only hosts import.
HOST = ("crl.py", "factory.py")


def of_sets(folder):
    """Return the names of a package's modules that sets hold."""
    names = sorted(os.listdir(folder))
    return [name for name in names if name.endswith(".py") and name not in HOST]


module("errors.py", opt=opt)
module("licences.py", opt=opt)
module("main.py", opt=opt)
package("scep", files=of_sets("scep"), opt=opt)
package("keystore", files=of_sets("keystore"), opt=opt)
package("phone", opt=opt)
