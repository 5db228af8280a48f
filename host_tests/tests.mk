# What the tests need before they run. A room that builds something more for its tests adds to
# TEST_NEEDS in its own fragment.

TEST_NEEDS += UNIX NOE NOE-dev scep-servers

$(BOARDS):
	@$(MAKE) board BOARD=$@

# Every board there is has to build.
CHECK_NEEDS += $(filter-out UNIX NOE,$(BOARDS))

# The development image: a prompt that tests can drive.
NOE-dev MPS2_AN505-dev:
	@$(MAKE) board BOARD=$(@:-dev=) DEV=1

CHECK_NEEDS += MPS2_AN505-dev

# Small integers of 31 bits, as on the ARM sets, at a host's speed.
CHECK_NEEDS += UNIX-32

UNIX-32:
	@$(MAKE) board BOARD=UNIX BITS=32

# Debian's two SCEP servers with their client, which we did not write: unpacked, not installed.
scep-servers:
	@tools/sources demo peers

unit: venv-test core-host ## only the tests that need neither a board, an emulator nor a peer
	@$(PYTHON) -m pytest -q -n 2 \
		-m "not micropython and not emulator and not peers and not check and not soak"

.PHONY: $(BOARDS) NOE-dev MPS2_AN505-dev UNIX-32 scep-servers unit
