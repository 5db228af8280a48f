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

# FUZZ_SEED=n runs another sequence; what fails lies in build/host-asan/crash-input.
CORE_FUZZ_SECONDS = $(if $(FULL),1800,20)
FUZZ_SEED = 1

build/host-asan/scepcore_fuzz: host_tests/c/scepcore_fuzz.c build/host-asan/libscepcore.a
	@$(CC) -std=gnu99 $(CORE_WARNINGS) $(ASAN_FLAGS) -Ifirmware/core -Ifirmware/core/cpython \
		-Ibuild/src/bearssl/inc $^ -o $@

core-fuzz: build/host-asan/scepcore_fuzz venv-test ## hostile input to every function of the core that takes lengths
	@$(PYTHON) host_tests/c/fuzz_seeds.py build/host-asan/seeds
	@cd build/host-asan && nice -n 19 ./scepcore_fuzz $(CORE_FUZZ_SECONDS) $(FUZZ_SEED) seeds/*

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
