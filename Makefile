# microscep: entry points. `make help` lists them; each room of the tree brings its own targets
# in a fragment (firmware/core/core.mk; *.mk in host_tests, tools and their folders).
#
# What fragments may add to:
#   TEST_NEEDS    targets that must be built before the tests run
#   CHECK_NEEDS   the same for what only `make check` runs
#   CHECK_PARTS   targets that `make check` runs after the tests
#   SOAK_PARTS, BENCH_PARTS   the same for `make soak` and `make bench`

.DEFAULT_GOAL := $(if $(BOARD),board,help)
SHELL = /bin/bash
.SHELLFLAGS = -o pipefail -c
MAKEFLAGS += --no-print-directory

VENV = build/venv
PYTHON = $(VENV)/bin/python

include boards/boards.mk tools/setup.mk
FRAGMENTS = $(filter-out tools/setup.mk,$(sort $(wildcard firmware/core/core.mk \
	host_tests/*.mk host_tests/*/*.mk tools/*.mk tools/*/*.mk)))
include $(FRAGMENTS)

# -- For people ----------------------------------------------------------------------------------

help: ## this list
	@echo "make BOARD=NAME     build a board: $(BOARDS)"
	@sed -n 's/^\([a-z0-9-]*\):[^#]*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | sort -u | \
		while IFS="	" read -r name text; do printf '%-19s %s\n' "make $$name" "$$text"; done
	@echo "nothing to run yet: $(filter-out $(PROVIDED),$(LATER))"

# On a machine that is set up already nothing is fetched: linting needs no board and no source.
C_FILES = $(shell git ls-files -co --exclude-standard '*.c' '*.h')

lint: venv-test ## ruff and clang-format, changing nothing
	@$(VENV)/bin/ruff check -q .
	@$(VENV)/bin/ruff format -q --check . || { echo "run: make format" >&2; exit 1; }
	@bad=$$(for file in $(C_FILES); do \
		$(VENV)/bin/clang-format --dry-run -Werror $$file 2> /dev/null || echo $$file; done); \
		test -z "$$bad" || { echo "clang-format: $$bad" | tr '\n' ' '; echo; \
		echo "run: make format" >&2; exit 1; }

format: venv-test ## rewrite Python and C files in the tree's style
	@$(VENV)/bin/ruff check -q --fix --select I .
	@$(VENV)/bin/ruff format -q .
	@$(if $(C_FILES),$(VENV)/bin/clang-format -i $(C_FILES))

size: tier-check ## flash and RAM by layer of every board; writes build/size.json
	@for board in $(BOARDS); do \
		$(MAKE) -s board BOARD=$$board > build/size.log 2>&1 && \
		$(MAKE) -s board BOARD=$$board BARE=1 > build/size.log 2>&1 || \
		{ tail -n 20 build/size.log; echo "$$board does not build" >&2; exit 1; }; done
	@tools/size $(BOARDS)

# The set's flash stays from one run to the next; its device secret stands beside it.
run: RUN = $(or $(BOARD),NOE)
run: core-host ## a set of BOARD= (default NOE) and its prompt; its flash is in build/run
	@mkdir -p build/run
	@$(MAKE) -s board BOARD=$(RUN) DEV=1 > build/run/build.log 2>&1 || \
		{ tail build/run/build.log; exit 1; }
	@test -e build/run/$(RUN).img || \
		tools/setctl --board $(RUN) --flash build/run/$(RUN).img factory
	@tools/setctl --board $(RUN) --flash build/run/$(RUN).img repl

clean: ## remove what was built; what was fetched stays (build/downloads, src, debs, apt, venv)
	@find build -mindepth 1 -maxdepth 1 $(foreach kept,downloads src debs apt venv,! -name $(kept)) \
		-exec rm -rf {} + 2> /dev/null || true

distclean: ## remove the whole build folder
	@rm -rf build

# -- Tiers (ACCEPTANCE.md section 0) -------------------------------------------------------------

TIERS = demo test check soak bench
PYTEST = MICROSCEP_RESULTS=build/results-$(@:-now=).json $(PYTHON) -m pytest -q -n 2
# pytest's status 5 is 'no test was chosen': a tier may be without tests of its own.
NONE_IS_FINE = || { status=$$?; test $$status = 5 || exit $$status; }

$(TIERS:%=tier-%): tier-%: packages-% sources venv-% build/mpy-cross

test-needs: tier-test
	@$(MAKE) -s build-quietly TARGETS="$(TEST_NEEDS)"

test: ## unit, MicroPython and emulator tests: under 10 minutes, no network once set up
	@if tools/passed check test; then echo "test: passed already on this tree"; \
		else $(MAKE) -s test-now; fi

# What the linters find is shown first and counts last: the tests run all the same.
test-now: test-needs
	@$(MAKE) -s lint || echo "(the tests run all the same)"
	@$(PYTEST)
	@$(MAKE) -s lint
	@tools/passed record test

check: tier-check ## all of test, and the longer proofs: under 45 minutes
	@$(MAKE) -s test
	@$(MAKE) -s build-quietly TARGETS="$(CHECK_NEEDS)"
	@$(PYTEST) -m "check and not soak" $(NONE_IS_FINE)
	@$(foreach part,$(CHECK_PARTS),echo "check: $(part)" && $(MAKE) -s $(part) &&) true

soak: tier-soak ## the proofs that take a night
	@$(PYTEST) -m soak $(NONE_IS_FINE)
	@$(foreach part,$(SOAK_PARTS),echo "soak: $(part)" && $(MAKE) -s $(part) FULL=1 &&) true

# Builds several targets, one log each, shown only where a build fails.
build-quietly:
	@for target in $(TARGETS); do \
		echo "building $$target"; \
		$(MAKE) -s $$target > build/build-$${target//\//-}.log 2>&1 || { \
			tail -n 30 build/build-$${target//\//-}.log; \
			echo "$$target does not build" >&2; exit 1; }; done

# -- What has no content yet says so, and exits 4 ------------------------------------------------

LATER = demo bench fuzz powercut matrix mutants screenshots rollout demo-8021x release ct
define later
$(1): ## (left out as yet)
	@echo "left out: 'make $(1)' has nothing to run yet in this tree" >&2; exit 4
endef
PROVIDED := $(shell sed -n 's/^\([a-z0-9-]*\):.*/\1/p' boards/boards.mk $(FRAGMENTS))
$(foreach target,$(filter-out $(PROVIDED),$(LATER)),$(eval $(call later,$(target))))

.PHONY: help lint format size run clean distclean build-quietly test-needs test-now $(TIERS) $(LATER) \
	$(TIERS:%=tier-%)
