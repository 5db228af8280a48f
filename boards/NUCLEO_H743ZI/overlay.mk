# The NUCLEO_H743ZI board: STM32H743 with Ethernet, as an overlay on a full MicroPython checkout.
#   make BOARD=NUCLEO_H743ZI MPY_DIR=/path/to/micropython   (v1.25.0, submodules stm32lib and lwip)
# Not one of BOARDS: no registry has ST's library, so CI does not build it.

UPSTREAM = $(MPY)/ports/stm32/boards/NUCLEO_H743ZI
OVERLAY = $(BUILD)/board

$(BUILD)/firmware.elf: FORCE
	@test -e $(MPY)/lib/stm32lib/CMSIS && test -e $(MPY)/lib/lwip/src || { \
		echo "set MPY_DIR to a MicroPython checkout with its submodules lib/stm32lib and lib/lwip" >&2; \
		exit 1; }
	@mkdir -p $(OVERLAY)
	@ln -sf $(UPSTREAM)/pins.csv $(UPSTREAM)/*hal_conf.h $(UPSTREAM)/board_init.c $(OVERLAY)/
	@ln -sf $(BOARD_DIR)/mpconfigboard.* $(BOARD_DIR)/*.py $(OVERLAY)/
	@$(MAKE) --no-print-directory -C $(MPY)/ports/stm32 BOARD=NUCLEO_H743ZI BOARD_DIR=$(OVERLAY) \
		BUILD=$(BUILD)/obj USER_C_MODULES=$(ROOT)/firmware/usermod ROOT=$(ROOT) \
		FROZEN_MANIFEST=$(BOARD_DIR)/manifest.py MPY_LIB_DIR=$(MPY) CFLAGS_EXTRA="$(PREFIX_MAP)"
	@for kind in elf dfu; do cp $(BUILD)/obj/firmware.$$kind $(BUILD)/firmware.$$kind; done
	@arm-none-eabi-objcopy -O binary $@ $(BUILD)/firmware.bin

FORCE:
.PHONY: FORCE
