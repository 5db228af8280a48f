"""`python3 -m microscep` is the command `microscep`."""

import sys

from microscep.command import main

if __name__ == "__main__":
    sys.exit(main())
