# Coverage-guided fuzzing of every parser that reads what the network sent (atheris).
#
# A target is host_tests/fuzz/fuzz_NAME.py with seeds in seeds/NAME/; what a run finds stands in
# build/fuzz/NAME: new inputs in corpus/, failing ones as crash-*, which replay by
#   build/venv/bin/python host_tests/fuzz/fuzz_NAME.py build/fuzz/NAME/crash-...

FUZZ_TARGETS = $(patsubst host_tests/fuzz/fuzz_%.py,%,$(wildcard host_tests/fuzz/fuzz_*.py))
SECONDS := $(if $(filter command line,$(origin SECONDS)),$(SECONDS),$(if $(FULL),1800,20))

# What is read octet by octet sees more inputs, and more in them, where they are short.
FUZZ_LENGTH_lanpbx = 300
FUZZ_LENGTH_dm = 300

# `make check` judges the tree: the same search each time. `make soak` and SECONDS=n look further.
FUZZ_SEED = $(if $(filter 20,$(SECONDS)),1,0)

fuzz: venv-check core-host ## fuzz each parser; SECONDS=n for each (default 20)
	@$(foreach name,$(FUZZ_TARGETS),$(MAKE) -s fuzz-$(name) SECONDS=$(SECONDS) &&) true

fuzz-%:
	@mkdir -p build/fuzz/$*/corpus
	@nice -n 19 $(PYTHON) host_tests/fuzz/fuzz_$*.py -max_total_time=$(SECONDS) -seed=$(FUZZ_SEED) -timeout=10 \
		-rss_limit_mb=2048 -max_len=$(or $(FUZZ_LENGTH_$*),8192) \
		-artifact_prefix=build/fuzz/$*/ -print_final_stats=1 build/fuzz/$*/corpus host_tests/fuzz/seeds/$* > build/fuzz/$*/log 2>&1 || \
		{ tail -n 40 build/fuzz/$*/log; echo "fuzz: $* failed" >&2; exit 1; }
	@sed -n 's/^stat::number_of_executed_units: */fuzz: $*: /p' build/fuzz/$*/log | \
		sed 's/$$/ executions, 0 findings/'

CHECK_PARTS += fuzz
SOAK_PARTS += fuzz

.PHONY: fuzz
