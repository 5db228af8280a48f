# Instruction counts of the kernels: build/bench.json.

bench: tier-bench ## count executed instructions of our kernels and their peers (build/bench.json)
	$(PYTHON) tools/bench/bench.py

bench-quick: tier-bench ## the same with 4 keys and without the slow peers
	$(PYTHON) tools/bench/bench.py --quick

.PHONY: bench bench-quick
