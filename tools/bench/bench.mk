# Instruction counts of the kernels: build/bench.json.

bench: tier-bench NOE scep-servers bench-sources ## count executed instructions of our kernels and their peers (build/bench.json)
	$(PYTHON) tools/bench/bench.py

bench-quick: tier-bench NOE scep-servers bench-sources ## the same with 4 keys and without the slow peers
	$(PYTHON) tools/bench/bench.py --quick

# mbedTLS; the other peers are fetched by tools/bench/peers.py.
bench-sources:
	@tools/sources bench

.PHONY: bench bench-quick bench-sources

bench-plot: venv-check ## draw build/bench.json into tools/bench/bench.png, for the README
	$(PYTHON) tools/bench/plot.py build/bench.json tools/bench/bench.png

.PHONY: bench-plot
