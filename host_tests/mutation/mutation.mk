# Faults put into the product on purpose, which the tests must notice (ACCEPTANCE.md section 3).

SOAK_PARTS += mutants

mutants: test-needs ## break the product in a copy, one fault at a time (ONLY=text: some)
	@PYTHONPATH=host_tests nice $(PYTHON) -m mutation $(if $(ONLY),--only $(ONLY))

.PHONY: mutants
