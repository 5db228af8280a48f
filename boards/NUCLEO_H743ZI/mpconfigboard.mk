# Upstream's board, less what a set has not: file systems, other cryptography.
include boards/NUCLEO_H743ZI/mpconfigboard.mk

MICROPY_FLOAT_IMPL = float
MICROPY_PY_SSL = 0
MICROPY_SSL_MBEDTLS = 0
MICROPY_VFS_FAT = 0
MICROPY_VFS_LFS2 = 0
MICROPY_PY_BLUETOOTH = 0

INC += -I$(ROOT)/firmware/core -I$(ROOT)/build/src/bearssl/inc
SRC_C += $(ROOT)/firmware/port/stm32/stm32board.c
