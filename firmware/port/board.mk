# What a board of this port puts into its own board.mk (boards/boards.mk tells how that is run), with
# MACHINE = the folder here that holds its core, devices and addresses.

OUT = $(BUILD)$(if $(DEV),-dev)

PORT_FLAGS = BOARD=$(BOARD) MACHINE=$(MACHINE) BOARD_DIR=$(BOARD_DIR) BUILD=$(OUT)/obj DEV=$(DEV) BARE=$(BARE) \
	MPY=$(MPY) LWIP=$(LWIP) MICROPY_MPYCROSS=$(MICROPY_MPYCROSS) CFLAGS_EXTRA="$(PREFIX_MAP)"

# A production image's Python is made smaller first (tools/freezer); names.json tells which name is which.
ifeq ($(DEV)$(BARE),)
export FROZEN_SOURCES = $(OUT)/obj/frozen_sources
endif

$(OUT)/firmware.elf: FORCE
	@mkdir -p $(OUT)
	@$(MAKE) --no-print-directory -C $(ROOT)/firmware/port $(PORT_FLAGS)
	@cmp -s $(OUT)/obj/firmware.elf $@ || cp $(OUT)/obj/firmware.elf $@
	@cmp -s $(OUT)/obj/firmware.map $(OUT)/firmware.map || \
		cp $(OUT)/obj/firmware.map $(OUT)/firmware.map
	@$(if $(FROZEN_SOURCES),cp $(FROZEN_SOURCES)/names.json $(OUT)/names.json)

FORCE:
.PHONY: FORCE
