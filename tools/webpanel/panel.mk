# The set in a browser; its flash and the lab CA stay in build/panel from one run to the next.

panel: SHOWN = $(or $(BOARD),NOE)
panel: tier-demo venv-panel ## the set of BOARD= (default NOE) and a lab CA in a browser
	@$(MAKE) -s build-quietly TARGETS="core-host $(SHOWN)"
	@$(PYTHON) tools/panel --board $(SHOWN)

.PHONY: panel
