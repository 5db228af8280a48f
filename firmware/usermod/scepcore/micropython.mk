# The user module scepcore: its binding, the core and BearSSL's files.
# For MicroPython's make-based ports (USER_C_MODULES=firmware/usermod); BEARSSL names the source.
# A board that brings its device secret and noise in a file scepcore_board.c has it compiled here.

SCEPCORE_MOD_DIR := $(USERMOD_DIR)
SCEPCORE_CORE_DIR := $(abspath $(USERMOD_DIR)/../../core)/
BEARSSL ?= $(abspath $(USERMOD_DIR)/../../../build/src/bearssl)
include $(SCEPCORE_CORE_DIR)sources.mk

SRC_USERMOD_C += $(addprefix $(SCEPCORE_MOD_DIR)/,modscepcore.c room.c symmetric.c rsa.c tls.c)
SRC_USERMOD_LIB_C += $(SCEPCORE_C) $(SCEPCORE_BEARSSL_C)
SRC_USERMOD_LIB_C += $(if $(BOARD_DIR),$(wildcard $(BOARD_DIR)/scepcore_board.c))
SRC_USERMOD_LIB_ASM += $(SCEPCORE_S)
CFLAGS_USERMOD += -I$(SCEPCORE_MOD_DIR) $(SCEPCORE_INCLUDES)
