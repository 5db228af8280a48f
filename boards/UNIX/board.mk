# The UNIX board: MicroPython's unix port with a variant of our own; stands for the Linux sets.
# BITS=32 builds for a 32-bit host (needs a compiler with 32-bit libraries): there MicroPython's
# small integers have 31 bits, as on the ARM sets.

PORT_FLAGS = \
	VARIANT_DIR=$(BOARD_DIR) \
	BOARD_DIR=$(BOARD_DIR) \
	BUILD=$(BUILD)/obj \
	PROG=firmware.elf \
	STRIP= \
	MPY_LIB_DIR=$(MPY) \
	MICROPY_MPYCROSS=$(MICROPY_MPYCROSS) \
	CFLAGS_EXTRA="$(PREFIX_MAP)" \
	MICROPY_FORCE_32BIT=$(if $(filter 32,$(BITS)),1,0)

ifeq ($(BARE),)
PORT_FLAGS += FROZEN_MANIFEST=$(BOARD_DIR)/manifest.py
ifneq ($(wildcard $(ROOT)/firmware/usermod/*/micropython.mk),)
PORT_FLAGS += USER_C_MODULES=$(ROOT)/firmware/usermod
endif
else
PORT_FLAGS += FROZEN_MANIFEST=
endif

$(BUILD)/firmware.elf: FORCE
	@$(MAKE) --no-print-directory -C $(MPY)/ports/unix $(PORT_FLAGS)
	@cmp -s $(BUILD)/obj/firmware.elf $@ || cp $(BUILD)/obj/firmware.elf $@
	@cmp -s $(BUILD)/obj/firmware.elf.map $(BUILD)/firmware.map || \
		cp $(BUILD)/obj/firmware.elf.map $(BUILD)/firmware.map

FORCE:
.PHONY: FORCE
