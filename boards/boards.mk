# How a board is built. A board is a folder boards/NAME with a makefile board.mk; that is all
# this file knows of it: `make BOARD=NAME` runs, from the root of the tree,
#
#     make -f boards/NAME/board.mk BOARD=NAME BUILD=<root>/build/NAME [BARE=1]
#
# whose first target must leave $(BUILD)/firmware.elf (and, where the board has such a thing,
# $(BUILD)/firmware.uf2 and $(BUILD)/firmware.map). It finds in the environment
#
#     ROOT            this tree              BOARD_DIR       boards/NAME, absolute
#     MPY BEARSSL LWIP                       the unpacked sources, absolute
#     MICROPY_MPYCROSS                       the mpy-cross of the same MicroPython
#     SOURCE_DATE_EPOCH, MICROPY_GIT_TAG     so that an image depends on nothing but the tree
#     PREFIX_MAP                             compiler flags that take this machine's paths out
#
# BARE=1 leaves out our modules (no USER_C_MODULES, an empty FROZEN_MANIFEST) and builds into
# build/NAME-bare: the 'bare MicroPython' that `make size` compares with.
# A board that needs more than the registries have has an overlay.mk in place of board.mk: it is built
# when it is named, and is none of BOARDS.
# boards/NAME/manifest.py names the frozen modules and includes firmware/manifest.py.

BOARDS = $(sort $(patsubst boards/%/board.mk,%,$(wildcard boards/*/board.mk)))

export ROOT := $(CURDIR)
export MPY := $(ROOT)/build/src/micropython
export BEARSSL := $(ROOT)/build/src/bearssl
export LWIP := $(ROOT)/build/src/lwip
export MICROPY_MPYCROSS := $(ROOT)/build/mpy-cross
# The date of the release that the tree is working towards; a build date must not change the image.
export SOURCE_DATE_EPOCH := 1764028800
export MICROPY_GIT_TAG := v1.25.0
export MICROPY_GIT_HASH := none
export PREFIX_MAP := $(foreach folder,$(sort $(ROOT) $(realpath $(MPY)) $(realpath $(BEARSSL)) \
	$(realpath $(LWIP))),-ffile-prefix-map=$(folder)=.)

sources: ## fetch and unpack MicroPython, BearSSL and lwIP into build/src
	@tools/sources

mpy-cross: build/mpy-cross ## build the cross compiler of the same MicroPython
# A string constant costs 12 bytes less of flash as an interned name than as an object of its own; by
# default only those of up to 10 octets are. A name's length is one octet. What an earlier compiler made
# goes: images depend on the tree, not on what stood here before.
build/mpy-cross: boards/boards.mk | sources
	@echo "mpy-cross: building"
	@rm -rf build/mpy-cross.obj
	@$(MAKE) $(PARALLEL) --no-print-directory -C $(MPY)/mpy-cross BUILD=$(ROOT)/build/mpy-cross.obj \
		PROG=mpy-cross CFLAGS_EXTRA=-DMICROPY_ALLOC_PARSE_INTERN_STRING_LEN=250 \
		> build/mpy-cross.log 2>&1 || { tail -n 20 build/mpy-cross.log; exit 1; }
	@rm -rf build/*/obj/frozen_mpy
	@cp build/mpy-cross.obj/mpy-cross $@

# One job a processor, unless make was told already.
JOBS ?= $(shell nproc)
PARALLEL = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS))

board: build/mpy-cross sources ## build the board named by BOARD= (also: make BOARD=NAME)
	@test -e boards/$(BOARD)/board.mk -o -e boards/$(BOARD)/overlay.mk || \
		{ echo "there is no board named '$(BOARD)'; there are: $(BOARDS)" >&2; exit 2; }
	@mkdir -p build/$(BOARD)$(if $(BARE),-bare)
	@exec 9> build/$(BOARD)$(if $(BARE),-bare)/.lock; flock 9; \
	BOARD_DIR=$(ROOT)/boards/$(BOARD) $(MAKE) $(PARALLEL) --no-print-directory \
		-f $(firstword $(wildcard boards/$(BOARD)/board.mk boards/$(BOARD)/overlay.mk)) \
		BOARD=$(BOARD) BUILD=$(ROOT)/build/$(BOARD)$(if $(BARE),-bare) $(if $(BARE),BARE=$(BARE))

boards: ## build every board
	@for board in $(BOARDS); do $(MAKE) --no-print-directory board BOARD=$$board || exit 1; done

# A board in one's hand: its image onto it, and its line into this terminal.
deploy: board ## flash the board BOARD= that is plugged in (DRIVE= where its boot drive is mounted)
	@tools/deploy $(BOARD) $(if $(DEV),--dev) $(if $(DRIVE),--drive "$(DRIVE)")

monitor: venv-check ## the line of a board that is plugged in (PORT=, default the first; Ctrl-] leaves)
	@$(VENV)/bin/mpremote connect $(or $(PORT),auto) repl

.PHONY: sources mpy-cross board boards deploy monitor
