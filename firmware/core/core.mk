# scepcore on the host: the library, its CPython binding, and its proofs under sanitizers and
# valgrind. Each variant has a folder of its own: build/host, build/host-asan, build/host-ct.

SCEPCORE_CORE_DIR = firmware/core/
include firmware/core/sources.mk

# The products stand at the level of warnings that STYLE asks for; BearSSL is compiled as it is.
CORE_WARNINGS = -Wall -Wextra -Werror
CORE_BINDING = $(wildcard firmware/core/cpython/*.py firmware/core/cpython/*.cdef \
	firmware/core/cpython/scepcore/*.py) firmware/scepcore.pyi
CORE_HEADERS = $(wildcard firmware/core/*.h firmware/core/cpython/*.h)

# One variant: $(1) folder, $(2) compiler flags.
define core_variant
$(1)/libscepcore.a: $(SCEPCORE_C) $(SCEPCORE_S) firmware/core/cpython/host_board.c \
		$(CORE_HEADERS) $(MAKEFILE_LIST) | sources
	@mkdir -p $(1)/obj
	@$$(MAKE) -s -f firmware/core/library.mk OUT=$(1) FLAGS="$(2)"

$(1)/scepcore/.built: $(1)/libscepcore.a $(CORE_BINDING) | venv-demo
	@SCEPCORE_CFLAGS="$(2)" SCEPCORE_LDFLAGS="$(filter -fsanitize%,$(2))" \
		$(PYTHON) firmware/core/cpython/build.py . $(1) $(1)/libscepcore.a
	@touch $$@
endef

$(eval $(call core_variant,build/host,-O2 -g))

core-host: build/host/scepcore/.built ## the C core as a CPython package in build/host

TEST_NEEDS += core-host

.PHONY: core-host
