# scepcore on the host: the library, its CPython binding, and its proofs under sanitizers and
# valgrind. Each variant has a folder of its own: build/host, build/host-asan, build/host-ct.

SCEPCORE_CORE_DIR = firmware/core/
include firmware/core/sources.mk

# The products stand at the level of warnings that STYLE asks for; BearSSL is compiled as it is.
CORE_WARNINGS = -Wall -Wextra -Werror
CORE_BINDING = $(wildcard firmware/core/cpython/*.py firmware/core/cpython/*.cdef \
	firmware/core/cpython/scepcore/*.py) firmware/scepcore.pyi
CORE_HEADERS = $(wildcard firmware/core/*.h firmware/core/cpython/*.h)

comma := ,

# One variant: $(1) folder, $(2) compiler flags. Two builds at a time wait for each other.
define core_variant
$(1)/libscepcore.a: $(SCEPCORE_C) $(SCEPCORE_S) firmware/core/cpython/host_board.c \
		$(CORE_HEADERS) firmware/core/bearssl.txt $(MAKEFILE_LIST) | sources
	@mkdir -p $(1)/obj
	@exec 9> $(1)/.lock; flock 9; $$(MAKE) -s -f firmware/core/library.mk OUT=$(1) FLAGS="$(2)"

$(1)/scepcore/.built: $(1)/libscepcore.a $(CORE_BINDING) | venv-demo
	@exec 9> $(1)/.lock; flock 9; SCEPCORE_CFLAGS="$(2)" SCEPCORE_LDFLAGS="$(filter -fsanitize%,$(2))" \
		$(PYTHON) firmware/core/cpython/build.py . $(1) $(1)/libscepcore.a
	@touch $$@
endef

$(eval $(call core_variant,build/host,-O2 -g))
$(eval $(call core_variant,build/host-debug,-O2 -g -DSCEPCORE_DEBUG=1))
$(eval $(call core_variant,build/host-ct,-O2 -g -DSCEPCORE_CT=1))
# BearSSL reads unaligned words on x86 on purpose; what the ARM boards run is the other branch.
ASAN_FLAGS = -O1 -g -DBR_LE_UNALIGNED=0 -fsanitize=address$(comma)undefined \
	-fno-sanitize-recover=all -fno-omit-frame-pointer
$(eval $(call core_variant,build/host-asan,$(ASAN_FLAGS)))

core-host: build/host/scepcore/.built ## the C core as a CPython package in build/host
core-debug: build/host-debug/scepcore/.built ## the same with the export that one test needs

CORE_TESTS = host_tests/micropython/test_scepcore.py $(wildcard host_tests/test_scepcore_*.py)

core-asan: build/host-asan/scepcore/.built venv-test ## the core's tests under AddressSanitizer and UBSan
	@LD_PRELOAD=$$($(CC) -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 \
		$(PYTHON) -m pytest -q -p no:cacheprovider -m "not micropython and not check and not soak" \
		-o pythonpath="firmware host_tests . build/host-asan" $(CORE_TESTS)

# One program for each target of host_tests/c/fuzz, by libFuzzer where there is clang. Without it, or
# with CORE_FUZZ_CC=gcc, a driver of our own mutates the seeds, blindly. CORE_FUZZ_SEED=n (not 0) is
# one sequence; limbs are those of the ARM boards; `make core-fuzz-TARGET` is one of them. In
# build/host-fuzz/clang-14/TARGET lie log, corpus and what fails, which is replayed by
#   build/host-fuzz/clang-14/fuzz_TARGET .../crash-...    (gcc: fuzz_TARGET 0 0 .../crash-input)
CORE_FUZZ_SECONDS = $(if $(FULL),1800,20)
CORE_FUZZ_SEED = $(if $(FULL),0,1)
CORE_FUZZ_TARGETS = $(shell sed -n 's/^void fuzz_\(\w*\).fuzz_input.*/\1/p' host_tests/c/fuzz/fuzz_*.c | sort)
CORE_FUZZ_CC := $(notdir $(firstword $(shell command -v clang-14 clang) gcc))
CORE_FUZZ_CLANG = $(filter clang%,$(CORE_FUZZ_CC))
CORE_FUZZ = build/host-fuzz/$(CORE_FUZZ_CC)
CORE_FUZZ_FLAGS = -O1 -g -DBR_LE_UNALIGNED=0 -DSCEPCORE_LIMB_BITS=28 -fno-sanitize-recover=all -fno-omit-frame-pointer \
	-fsanitize=address,undefined$(if $(CORE_FUZZ_CLANG),$(comma)fuzzer-no-link -Wno-pass-failed)
CORE_FUZZ_C = $(wildcard host_tests/c/fuzz/fuzz_*.c)

$(CORE_FUZZ)/libscepcore.a: $(SCEPCORE_C) firmware/core/cpython/host_board.c $(CORE_HEADERS) \
		firmware/core/bearssl.txt $(MAKEFILE_LIST) | sources
	@mkdir -p $(@D)/obj
	@exec 9> $(@D)/.lock; flock 9; $(MAKE) -s -f firmware/core/library.mk OUT=$(@D) \
		CC=$(CORE_FUZZ_CC) FLAGS="$(CORE_FUZZ_FLAGS)"

build/host-fuzz/seeds/fuzz_key.h: host_tests/c/fuzz/fuzz_seeds.py host_tests/rsa_keys.py | venv-test
	@$(PYTHON) $< $(@D)

# All targets are compiled once; the entry point names the one.
$(CORE_FUZZ)/targets.a: $(CORE_FUZZ_C) host_tests/c/fuzz/fuzz.h $(CORE_HEADERS) | sources
	@mkdir -p $(@D)/targets
	@cd $(@D)/targets && $(CORE_FUZZ_CC) -std=gnu99 $(CORE_WARNINGS) $(CORE_FUZZ_FLAGS) \
		$(addprefix -I$(CURDIR)/,$(CORE_FUZZ_INCLUDES)) -c \
		$(addprefix $(CURDIR)/,$(filter-out %fuzz_entry.c %fuzz_driver.c,$(CORE_FUZZ_C)))
	@rm -f $@; $(AR) rcs $@ $(@D)/targets/*.o

CORE_FUZZ_INCLUDES = firmware/core firmware/core/cpython build/src/bearssl/inc
CORE_FUZZ_MAIN = $(if $(CORE_FUZZ_CLANG),-fsanitize=fuzzer,host_tests/c/fuzz/fuzz_driver.c)

$(CORE_FUZZ)/fuzz_%: $(CORE_FUZZ)/targets.a $(CORE_FUZZ)/libscepcore.a build/host-fuzz/seeds/fuzz_key.h
	@$(CORE_FUZZ_CC) -std=gnu99 $(CORE_WARNINGS) $(CORE_FUZZ_FLAGS) -DFUZZ_TARGET=fuzz_$* \
		$(addprefix -I,$(CORE_FUZZ_INCLUDES)) -Ibuild/host-fuzz/seeds \
		host_tests/c/fuzz/fuzz_entry.c $(CORE_FUZZ_MAIN) $(filter %.a,$^) -o $@

core-fuzz: build/host-fuzz/seeds/fuzz_key.h $(CORE_FUZZ)/libscepcore.a $(CORE_FUZZ)/targets.a ## hostile input to every function of the core that takes lengths
	@test -n "$(CORE_FUZZ_CLANG)" || echo "core-fuzz: without clang, so without coverage"
	@$(MAKE) -s -j2 $(CORE_FUZZ_TARGETS:%=core-fuzz-%)

core-fuzz-%: $(CORE_FUZZ)/fuzz_%
	@mkdir -p $(CORE_FUZZ)/$*/corpus
	@cd $(CORE_FUZZ)/$* && nice -n 19 ../fuzz_$* \
		$(if $(CORE_FUZZ_CLANG),-max_total_time=$(CORE_FUZZ_SECONDS) -seed=$(CORE_FUZZ_SEED) -timeout=20 \
			-rss_limit_mb=2048 -max_len=4096 -detect_leaks=0 -print_final_stats=1 corpus ../../seeds/$*, \
			$(CORE_FUZZ_SECONDS) $(CORE_FUZZ_SEED) ../../seeds/$*/*) > log 2>&1 || \
		{ tail -n 40 log; echo "core-fuzz: $* failed" >&2; exit 1; }
	@sed -n 's/^stat::number_of_executed_units: *\([0-9]*\)/\1 cases/;s/^\([0-9]* cases\)$$/core-fuzz: $*: \1, 0 findings/p' \
		$(CORE_FUZZ)/$*/log

# Constant time on the shipped C: secrets are undefined memory for memcheck. CT_PARTS names parts of
# host_tests/c/scepcore_ct.c.
CT_PARTS = symmetric equal seal unpad sign decrypt sealed-key import generate

build/host-ct/scepcore_ct: host_tests/c/scepcore_ct.c build/host-ct/libscepcore.a
	@$(CC) -std=gnu99 $(CORE_WARNINGS) -O2 -g -DSCEPCORE_CT=1 -Ifirmware/core \
		-Ifirmware/core/cpython -Ibuild/src/bearssl/inc $^ -o $@

ct: build/host-ct/scepcore_ct ## prove under valgrind that no branch and no address depends on a secret
	@for part in $(CT_PARTS); do \
		valgrind -q --num-callers=8 --error-exitcode=9 $< $$part || \
		{ echo "ct: $$part is not constant-time (above)" >&2; exit 1; }; done
	@echo "ct: $(words $(CT_PARTS)) parts, no report"

TEST_NEEDS += core-host core-debug
CHECK_PARTS += core-asan core-fuzz ct
SOAK_PARTS += core-fuzz

.PHONY: core-host core-debug core-asan core-fuzz ct
