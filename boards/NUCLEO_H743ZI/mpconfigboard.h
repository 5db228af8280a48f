/* NUCLEO_H743ZI: upstream's board with its flash left to the key store. */
#include "boards/NUCLEO_H743ZI/mpconfigboard.h"

/* Six bits of min-entropy claimed for a byte of the RNG: firmware/core/ENTROPY.md. */
#define SCEPCORE_NOISE_BITS_PER_BYTE 6

#undef MICROPY_HW_HAS_FLASH
#define MICROPY_HW_HAS_FLASH (0)
#define MICROPY_HW_ENABLE_INTERNAL_FLASH_STORAGE (0)
#undef MICROPY_HW_ENABLE_SDCARD
#define MICROPY_HW_ENABLE_SDCARD (0)
#define MICROPY_HW_USB_MSC (0)
#define MICROPY_PY_HASHLIB (0)
#define MICROPY_PY_BINASCII_CRC32 (1)
#define MICROPY_PY_DEFLATE (1)
