# What the tests need before they run. A room that builds something more for its tests adds to
# TEST_NEEDS in its own fragment.

TEST_NEEDS += UNIX

UNIX:
	@$(MAKE) board BOARD=UNIX

unit: venv-test ## only the tests that need neither a board nor an emulator
	@$(PYTHON) -m pytest -q -n 2 -m "not micropython and not emulator and not peers and not check and not soak"

.PHONY: UNIX unit
