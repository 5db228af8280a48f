/* MicroPython's configuration for the rp2 boards: its own port's, less what a set must not have.
 * Found before the port's file, which it includes. Production builds have neither prompt nor
 * compiler; no build has a file system, or cryptography beside scepcore's.
 */
#ifndef MICROSCEP_PORT_RP2_MPCONFIGPORT_H
#define MICROSCEP_PORT_RP2_MPCONFIGPORT_H

#define MICROPY_PY_THREAD (0)
#define MICROPY_PY_OS_DUPTERM (0)
#define MICROPY_HW_ENABLE_USB_RUNTIME_DEVICE (0)
#define MICROPY_PY_SSL (0)
#define MICROPY_PY_WEBSOCKET (0)
#define MICROPY_PY_WEBREPL (0)
#define MICROPY_PY_NETWORK (1)
#define MICROPY_HW_FLASH_STORAGE_BYTES (MICROSCEP_STORE_BYTES + MICROSCEP_SECRET_BYTES)

#include_next <mpconfigport.h>

#define MICROPY_ENABLE_COMPILER (MICROSCEP_DEVELOPMENT)
#define MICROPY_HELPER_REPL (MICROSCEP_DEVELOPMENT)
#define MICROPY_KBD_EXCEPTION (MICROSCEP_DEVELOPMENT)
#define MICROPY_PY_BUILTINS_HELP (MICROSCEP_DEVELOPMENT)
#define MICROPY_PY_BUILTINS_HELP_MODULES (MICROSCEP_DEVELOPMENT)
#define MICROPY_PY_BUILTINS_INPUT (0)
#if !MICROSCEP_DEVELOPMENT
#define MICROPY_MODULE_FROZEN_STR (0) /* source text cannot be frozen where nothing compiles it */
#endif
#define MICROPY_REPL_INFO (0)

/* Python recursion ends this far above the stack's end: room for the deepest C call (RSA). */
#undef MICROPY_STACK_CHECK_MARGIN
#define MICROPY_STACK_CHECK_MARGIN (10240)

#undef MICROPY_EMIT_THUMB
#define MICROPY_EMIT_THUMB (0)
#undef MICROPY_EMIT_INLINE_THUMB
#define MICROPY_EMIT_INLINE_THUMB (0)
#undef MICROPY_PERSISTENT_CODE_LOAD
#define MICROPY_PERSISTENT_CODE_LOAD (0)

/* No file system is compiled in. */
#undef MICROPY_VFS
#define MICROPY_VFS (0)
#undef MICROPY_VFS_LFS2
#define MICROPY_VFS_LFS2 (0)
#undef MICROPY_VFS_FAT
#define MICROPY_VFS_FAT (0)
#undef MICROPY_VFS_ROM
#define MICROPY_VFS_ROM (0)
#undef MICROPY_READER_VFS
#define MICROPY_READER_VFS (0)
#define MICROPY_PY_OS (0)

/* scepcore has the hashes, ciphers and randomness of this project; nothing else may be used. */
#undef MICROPY_SSL_MBEDTLS
#define MICROPY_SSL_MBEDTLS (0)
#define MICROPY_PY_HASHLIB (0)
#undef MICROPY_PY_HASHLIB_SHA1
#undef MICROPY_PY_CRYPTOLIB
#define MICROPY_PY_CRYPTOLIB (0)
#define MICROPY_PY_RANDOM (0)
#undef MICROPY_PY_LWIP_SOCK_RAW
#define MICROPY_PY_LWIP_SOCK_RAW (0)

#define MICROPY_PY_ASYNCIO (0)
#define MICROPY_PY_BTREE (0)
#define MICROPY_PY_HEAPQ (0)
#define MICROPY_PY_UCTYPES (0)
#define MICROPY_PY_BINASCII_CRC32 (1)
#define MICROPY_PY_DEFLATE (1) /* binascii.crc32 comes with it */
#define MICROPY_PY_SYS_STDIO_BUFFER (1)

/* The display's bus and the keys' pins are what is used of the machine. */
#undef MICROPY_PY_MACHINE_ADC
#define MICROPY_PY_MACHINE_ADC (0)
#undef MICROPY_PY_MACHINE_PWM
#define MICROPY_PY_MACHINE_PWM (0)
#undef MICROPY_PY_MACHINE_I2S
#define MICROPY_PY_MACHINE_I2S (0)
#undef MICROPY_PY_MACHINE_BITSTREAM
#define MICROPY_PY_MACHINE_BITSTREAM (0)
#undef MICROPY_PY_MACHINE_DHT_READINTO
#define MICROPY_PY_MACHINE_DHT_READINTO (0)
#undef MICROPY_PY_MACHINE_PULSE
#define MICROPY_PY_MACHINE_PULSE (0)
#undef MICROPY_PY_MACHINE_SOFTSPI
#define MICROPY_PY_MACHINE_SOFTSPI (0)
#undef MICROPY_PY_MACHINE_SPI
#define MICROPY_PY_MACHINE_SPI (0)
#undef MICROPY_PY_MACHINE_UART
#define MICROPY_PY_MACHINE_UART (0)
#undef MICROPY_PY_MACHINE_WDT
#define MICROPY_PY_MACHINE_WDT (0)
#undef MICROPY_PY_ONEWIRE
#define MICROPY_PY_ONEWIRE (0)

/* The W5500 asks for its turn in PendSV, where lwIP runs. */
#define MICROPY_BOARD_PENDSV_ENTRIES_W5500 PENDSV_DISPATCH_W5500,
#undef MICROPY_BOARD_PENDSV_ENTRIES
#define MICROPY_BOARD_PENDSV_ENTRIES MICROPY_BOARD_PENDSV_ENTRIES_W5500

extern const struct _mp_obj_type_t w5500_type;
#undef MICROPY_BOARD_NETWORK_INTERFACES
#define MICROPY_BOARD_NETWORK_INTERFACES {MP_ROM_QSTR(MP_QSTR_W5500), MP_ROM_PTR(&w5500_type)},

#endif
