/* MicroPython's configuration for the bare-metal port. Boards set the MICROSCEP_ options
 * in mpconfigboard.h; production builds have neither prompt nor compiler.
 */
#ifndef MICROSCEP_PORT_MPCONFIGPORT_H
#define MICROSCEP_PORT_MPCONFIGPORT_H

#include <alloca.h>
#include <stdint.h>

#include "machine.h"
#include "mpconfigboard.h"

#ifndef MICROSCEP_DEVELOPMENT
#define MICROSCEP_DEVELOPMENT (0)
#endif

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

#define MICROPY_ENABLE_COMPILER (MICROSCEP_DEVELOPMENT)
#if !MICROSCEP_DEVELOPMENT
#undef MICROPY_MODULE_FROZEN_STR /* source text cannot be frozen where nothing compiles it */
#define MICROPY_MODULE_FROZEN_STR (0)
#endif
#define MICROPY_ENABLE_GC (1)
#define MICROPY_ENABLE_FINALISER (1)
#define MICROPY_ENABLE_SOURCE_LINE (1)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE (256)
#define MICROPY_GCREGS_SETJMP (0)
/* Python recursion ends this far above the guard page: room for the deepest C call (RSA). */
#define MICROPY_STACK_CHECK_MARGIN (10240)
#define MICROPY_HELPER_REPL (MICROSCEP_DEVELOPMENT)
#define MICROPY_KBD_EXCEPTION (MICROSCEP_DEVELOPMENT)
#define MICROPY_REPL_INFO (0)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)
#define MICROPY_ERROR_REPORTING (MICROPY_ERROR_REPORTING_NORMAL)
/* An octet of hash tells the names of a dictionary apart well enough; 2 KB less. */
#define MICROPY_QSTR_BYTES_IN_HASH (1)
#define MICROPY_MEM_STATS (0)
#define MICROPY_WARNINGS (1)
#define MICROPY_SCHEDULER_DEPTH (8)

/* No file system is compiled in. */
#define MICROPY_VFS (0)
#define MICROPY_READER_VFS (0)
#define MICROPY_PERSISTENT_CODE_LOAD (0)
#define MICROPY_PY_IO (1)
#define MICROPY_PY_OS (0)
#define MICROPY_PY_BUILTINS_HELP (MICROSCEP_DEVELOPMENT)
#define MICROPY_PY_BUILTINS_HELP_MODULES (MICROSCEP_DEVELOPMENT)
#define MICROPY_PY_BUILTINS_INPUT (0)

#define MICROPY_PY_SYS_PLATFORM "microscep"
#define MICROPY_PY_SYS_STDFILES (1)
#define MICROPY_PY_SYS_STDIO_BUFFER (1)
#define MICROPY_PY_SELECT (1)
#define MICROPY_PY_TIME (1)
#define MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME (0)
#define MICROPY_PY_TIME_TIME_TIME_NS (0)
#define MICROPY_PY_BINASCII (1)
#define MICROPY_PY_BINASCII_CRC32 (1)
#define MICROPY_PY_JSON (1)
#define MICROPY_PY_FRAMEBUF (MICROSCEP_LCD)

/* scepcore has the hashes, ciphers and randomness of this project; nothing else may be used. */
#define MICROPY_PY_HASHLIB (0)
#define MICROPY_PY_CRYPTOLIB (0)
#define MICROPY_PY_SSL (0)
#define MICROPY_PY_RANDOM (0)

#define MICROPY_PY_ASYNCIO (0)
#define MICROPY_PY_BTREE (0)
#define MICROPY_PY_DEFLATE (1) // binascii.crc32 of the key store comes with it
#define MICROPY_PY_HEAPQ (0)
#define MICROPY_PY_MACHINE (0)
#define MICROPY_PY_NETWORK (0)
#define MICROPY_PY_UCTYPES (0)
#define MICROPY_PY_WEBSOCKET (0)
#define MICROPY_PY_ONEWIRE (0)
#define MICROPY_PY_SOCKET (0) /* modlwip.c is the socket module */

#define MICROPY_VM_HOOK_LOOP                                                                       \
    if (port_pending)                                                                              \
        port_poll();
#define MICROPY_VM_HOOK_RETURN MICROPY_VM_HOOK_LOOP
#define MICROPY_INTERNAL_EVENT_HOOK port_poll()
#define MICROPY_INTERNAL_WFE(timeout_ms) port_wait((uint32_t)(timeout_ms))

#define MP_SSIZE_MAX (0x7fffffff)
#define UINT_FMT "%lu"
#define INT_FMT "%ld"
typedef int32_t mp_int_t;
typedef uint32_t mp_uint_t;
typedef long mp_off_t;

#define MICROPY_HW_BOARD_NAME MICROSCEP_BOARD_NAME
#define MICROPY_HW_MCU_NAME MACHINE_CPU

#define MP_NEED_LOG2 (1)
#define MP_STATE_PORT MP_STATE_VM

#include "port.h"

#endif
