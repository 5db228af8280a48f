# What the unix port would otherwise link by default; the set has its own TLS and no file systems
# but the host's.
MICROPY_PY_BTREE = 0
MICROPY_PY_THREAD = 0
MICROPY_PY_FFI = 0
MICROPY_PY_SSL = 0
MICROPY_PY_TERMIOS = 1
MICROPY_PY_SOCKET = 1
MICROPY_VFS_FAT = 0
MICROPY_VFS_LFS1 = 0
MICROPY_VFS_LFS2 = 0
# Module unixboard.
SRC_C += $(BOARD_DIR)/unixboard.c
