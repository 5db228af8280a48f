/* The device secret of the RP2350: one page of its one-time-programmable memory, closed to the
 * boot loader and to non-secure code. For firmware/core and module rp2board. RP2350 data sheet
 * section 13 (OTP), 13.5 (page locks), 5.4.8.21 (the boot ROM's otp_access).
 *
 * Page 48, rows of 16 bits with error correction: 16 rows of secret, then one that says it is
 * whole. What was only compiled: no RP2350 has run this yet.
 */
#include "rp2board.h"

#include <string.h>

#include "pico.h"

#if PICO_RP2350 && !MICROSCEP_BARE

#include "boot/bootrom_constants.h"
#include "hardware/regs/otp_data.h"
#include "pico/bootrom.h"

#include "scepcore_board.h"
#include "scepcore_random.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

#define PAGE 48
#define ROW (PAGE * 64u)
#define WHOLE_ROW (ROW + SCEPCORE_DEVICE_SECRET_BYTES / 2)
#define WHOLE 0x534d /* "MS" */
/* LOCK1 of a page: no access for the boot loader and for non-secure code, full access for us; three
 * copies, of which two decide. */
#define LOCK_ROW (OTP_DATA_PAGE0_LOCK1_ROW + 2u * PAGE)
#define LOCK 0x3c3c3cu

static int access(void *buffer, uint32_t size, uint32_t row, uint32_t flags) {
    otp_cmd_t command = {.flags = row | flags};
    return rom_func_otp_access(buffer, size, command) == BOOTROM_OK;
}

int secret_present(void) {
    uint16_t whole;
    return access(&whole, sizeof whole, WHOLE_ROW, OTP_CMD_ECC_BITS) && whole == WHOLE;
}

int scepcore_board_secret(uint8_t out[SCEPCORE_DEVICE_SECRET_BYTES]) {
    return secret_present() && access(out, SCEPCORE_DEVICE_SECRET_BYTES, ROW, OTP_CMD_ECC_BITS);
}

static int empty(void) {
    uint8_t rows[4 * (SCEPCORE_DEVICE_SECRET_BYTES / 2 + 1)];
    if (!access(rows, sizeof rows, ROW, 0)) /* raw: 24 bits a row, in words */
        return 0;
    for (size_t i = 0; i < sizeof rows; i++) {
        if (rows[i] != 0)
            return 0;
    }
    return 1;
}

int secret_make(void) {
    uint8_t secret[SCEPCORE_DEVICE_SECRET_BYTES] __attribute__((aligned(4)));
    uint16_t whole = WHOLE;
    uint32_t lock = LOCK;
    const uint32_t write = OTP_CMD_ECC_BITS | OTP_CMD_WRITE_BITS;
    scepcore_random random;
    memset(&random, 0, sizeof random);
    int made = empty() && scepcore_random_seed(&random, NULL, 0) == SCEPCORE_OK &&
               scepcore_random_bytes(&random, secret, sizeof secret) == SCEPCORE_OK &&
               access(secret, sizeof secret, ROW, write) &&
               access(&lock, sizeof lock, LOCK_ROW, OTP_CMD_WRITE_BITS) &&
               access(&whole, sizeof whole, WHOLE_ROW, write);
    scepcore_random_wipe(&random);
    scepcore_wipe(secret, sizeof secret);
    return made;
}

#endif
