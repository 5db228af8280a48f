# The matrix of operations, profiles and boards, and the table of faults (build/matrix.json).

CHECK_PARTS += matrix

matrix: test-needs ## every operation at every server profile, and every fault (ONLY=text: some)
	@PYTHONPATH=build/host:firmware:host_tests:. $(PYTHON) -m matrix $(if $(ONLY),--only $(ONLY))

.PHONY: matrix
