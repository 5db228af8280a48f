# The demonstration: from a clean clone to a set that has its certificate and keeps it.

demo: tier-demo ## a NOE set enrols in QEMU at a SCEP server that we did not write
	@tools/sources scep-2.3
	@$(MAKE) -s build-quietly TARGETS="core-host NOE"
	@$(PYTHON) tools/demo

.PHONY: demo
