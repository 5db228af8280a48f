# The power-cut closure: every cut of every operation of a set's life, then cuts of the recoveries.

CHECK_PARTS += powercut
SOAK_PARTS += powercut
POWERCUT = PYTHONPATH=build/host:firmware:host_tests $(PYTHON) -m powercut

powercut: venv-test core-host ## power cuts on the key store (FULL=1: a million; REPLAY=NAME: one)
	@$(if $(REPLAY),$(POWERCUT) --replay $(REPLAY),$(POWERCUT) \
		$(if $(FULL),--full --edges 1000000,--edges 50000))

.PHONY: powercut
