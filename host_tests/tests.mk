# What the tests need before they run. A room that builds something more for its tests adds to
# TEST_NEEDS in its own fragment.

TEST_NEEDS += UNIX NOE NOE-dev scep-server

UNIX NOE:
	@$(MAKE) board BOARD=$@

# The development image: a prompt that tests can drive.
NOE-dev:
	@$(MAKE) board BOARD=NOE DEV=1

# Small integers of 31 bits, as on the ARM sets, at a host's speed.
CHECK_NEEDS += UNIX-32 scep-servers

UNIX-32:
	@$(MAKE) board BOARD=UNIX BITS=32

scep-servers:
	@tools/sources demo peers

# Debian's SCEP server and client, which we did not write: unpacked, not installed.
scep-server:
	@tools/sources demo

unit: venv-test core-host ## only the tests that need neither a board, an emulator nor a peer
	@$(PYTHON) -m pytest -q -n 2 \
		-m "not micropython and not emulator and not peers and not check and not soak"

.PHONY: UNIX NOE NOE-dev UNIX-32 scep-server scep-servers unit
