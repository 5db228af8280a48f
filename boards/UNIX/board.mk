# The UNIX board: MicroPython's unix port with a variant of our own; stands for the Linux sets.
# BITS=32 builds for a 32-bit host into build/UNIX-32 (needs gcc-12-multilib, libc6-dev-i386): there
# MicroPython's small integers have 31 bits, as on the ARM sets, and scepcore has the rooms of a small
# board (usermod/scepcore/room.c).

OUT = $(BUILD)$(if $(filter 32,$(BITS)),-32)

FLAGS_32 = -idirafter /usr/include/x86_64-linux-gnu \
	-DMICROSCEP_TLS_ROOM=24576 -DMICROSCEP_RSA_ROOM=10240

PORT_FLAGS = \
	VARIANT=$(BOARD) \
	VARIANT_DIR=$(BOARD_DIR)/variant \
	BOARD_DIR=$(BOARD_DIR) \
	BUILD=$(OUT)/obj \
	PROG=firmware.elf \
	STRIP= \
	COPT="-O2 -DNDEBUG -fdata-sections -ffunction-sections" \
	MPY_LIB_DIR=$(MPY) \
	MICROPY_MPYCROSS=$(MICROPY_MPYCROSS) \
	CFLAGS_EXTRA="$(PREFIX_MAP)$(if $(filter 32,$(BITS)), $(FLAGS_32))" \
	MICROPY_FORCE_32BIT=$(if $(filter 32,$(BITS)),1,0)

ifeq ($(BARE),)
PORT_FLAGS += FROZEN_MANIFEST=$(BOARD_DIR)/manifest.py
ifneq ($(wildcard $(ROOT)/firmware/usermod/*/micropython.mk),)
PORT_FLAGS += USER_C_MODULES=$(ROOT)/firmware/usermod
endif
else
PORT_FLAGS += FROZEN_MANIFEST=
endif

$(OUT)/firmware.elf: FORCE
	@mkdir -p $(OUT)
	@$(MAKE) --no-print-directory -C $(MPY)/ports/unix $(PORT_FLAGS)
	@cmp -s $(OUT)/obj/firmware.elf $@ || cp --remove-destination $(OUT)/obj/firmware.elf $@
	@cmp -s $(OUT)/obj/firmware.elf.map $(OUT)/firmware.map || \
		cp $(OUT)/obj/firmware.elf.map $(OUT)/firmware.map

FORCE:
.PHONY: FORCE
