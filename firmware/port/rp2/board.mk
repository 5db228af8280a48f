# What an RP2040 or RP2350 board puts into its own board.mk (boards/boards.mk tells how that is
# run). MicroPython's rp2 port is built by its own CMakeLists.txt; what Debian's sources lack in
# lib/ (lwIP, the Pico SDK, TinyUSB) is put there in a copy made of links.
# DEV=1 builds the development image (prompt, compiler) into build/NAME-dev.

OUT = $(BUILD)$(if $(DEV),-dev)
TREE = $(ROOT)/build/rp2/micropython
PICOTOOL = $(ROOT)/build/rp2/picotool
SDK = $(ROOT)/build/debs/pico-sdk/usr/src/pico-sdk
TINYUSB = $(ROOT)/build/debs/tinyusb/usr/src/tinyusb
TOOLS = cmake g++ arm-none-eabi-gcc

PORT_FLAGS = -DMICROPY_BOARD=$(BOARD) -DMICROPY_BOARD_DIR=$(BOARD_DIR) -DPICO_BUILD_DOCS=0 \
	-DMICROPY_FROZEN_MANIFEST=$(if $(BARE),$(ROOT)/firmware/port/manifest_bare.py,$(BOARD_DIR)/manifest.py) \
	-DMICROPY_LIB_DIR=$(MPY) -DPICO_SDK_PATH_OVERRIDE=$(SDK) -Dpicotool_DIR=$(PICOTOOL)/picotool \
	-DMICROSCEP_DEVELOPMENT=$(if $(DEV),1,0) -DMICROSCEP_BARE=$(if $(BARE),1,0)

export CFLAGS_EXTRA := $(PREFIX_MAP) \
	$(foreach folder,$(realpath $(SDK)) $(realpath $(TINYUSB)),-ffile-prefix-map=$(folder)=.)

# A production image's Python is made smaller first (tools/freezer); names.json tells which name is which.
ifeq ($(DEV)$(BARE),)
export FROZEN_SOURCES = $(OUT)/obj/frozen_sources
endif

$(OUT)/firmware.elf: FORCE | $(TREE)/.linked $(PICOTOOL)/picotool/picotool
	@mkdir -p $(OUT)
	@test -e $(OUT)/obj/Makefile || PICO_SDK_PATH=$(SDK) \
		cmake -S $(TREE)/ports/rp2 -B $(OUT)/obj $(PORT_FLAGS) > $(OUT)/cmake.log 2>&1 || \
		{ rm -f $(OUT)/obj/Makefile; tail -n 20 $(OUT)/cmake.log; exit 1; }
	@$(MAKE) --no-print-directory -C $(OUT)/obj
	@for kind in elf uf2 bin; do \
		cmp -s $(OUT)/obj/firmware.$$kind $(OUT)/firmware.$$kind || \
			cp $(OUT)/obj/firmware.$$kind $(OUT)/firmware.$$kind; done
	@cp $(OUT)/obj/firmware.elf.map $(OUT)/firmware.map
	@$(if $(FROZEN_SOURCES),cp $(FROZEN_SOURCES)/names.json $(OUT)/names.json)

# A tree of links, so that MPY_DIR= is never written to.
$(TREE)/.linked: | fetched
	@rm -rf $(TREE); mkdir -p $(dir $(TREE))
	@cp -rs $(realpath $(MPY)) $(TREE)
	@for pair in lwip:$(LWIP) pico-sdk:$(SDK) tinyusb:$(TINYUSB); do \
		rm -rf $(TREE)/lib/$${pair%%:*}; ln -s $${pair#*:} $(TREE)/lib/$${pair%%:*}; done
	@touch $@

# Makes the UF2; without libusb it does not talk to boards.
$(PICOTOOL)/picotool/picotool: | fetched
	@echo "picotool: building"
	@mkdir -p $(PICOTOOL)/obj
	@cd $(PICOTOOL)/obj && { cmake -S $(ROOT)/build/src/picotool -B . -DPICO_SDK_PATH=$(SDK) \
		-DPICOTOOL_NO_LIBUSB=1 -DPICOTOOL_FLAT_INSTALL=1 -DCMAKE_BUILD_TYPE=Release \
		-DCMAKE_INSTALL_PREFIX=$(PICOTOOL) && $(MAKE) install; } > $(PICOTOOL)/build.log 2>&1 || \
		{ tail -n 20 $(PICOTOOL)/build.log; exit 1; }

fetched:
	@for tool in $(TOOLS); do command -v $$tool > /dev/null || \
		{ echo "$$tool is missing: tools/setup check installs it" >&2; exit 1; }; done
	@$(ROOT)/tools/sources rp2

FORCE:
.PHONY: FORCE fetched
