/* The device secret of the RP2040: a flash sector of its own at the end of the chip, outside the
 * key store. For firmware/core and module rp2board. DESIGN.md section 6: the RP2040 has no place
 * that only the firmware can read, so whoever copies the whole flash copies the identity.
 *
 * The sector's first page: "MSDS", version 1 and three zero bytes, the secret, the first four bytes
 * of SHA-256 over all that. tools/setctl_host/image.py writes the same.
 */
#include "rp2board.h"

#include <string.h>

#include "pico.h"

#if PICO_RP2040 && !MICROSCEP_BARE

#include "hardware/flash.h"
#include "hardware/regs/addressmap.h"
#include "hardware/sync.h"

#include "scepcore_board.h"
#include "scepcore_random.h"
#include "scepcore_rsa.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

#define OFFSET (PICO_FLASH_SIZE_BYTES - FLASH_SECTOR_SIZE)
#define HEAD 8
#define CHECK (HEAD + SCEPCORE_DEVICE_SECRET_BYTES)
#define CHECK_BYTES 4

static const uint8_t head[HEAD] = {'M', 'S', 'D', 'S', 1, 0, 0, 0};

static const uint8_t *sector(void) {
    return (const uint8_t *)(XIP_BASE + OFFSET);
}

static void check_of(const uint8_t *page, uint8_t out[32]) {
    br_hash_compat_context c;
    scepcore_sha256_vtable.init(&c.vtable);
    scepcore_sha256_vtable.update(&c.vtable, page, CHECK);
    scepcore_sha256_vtable.out(&c.vtable, out);
    scepcore_wipe(&c, sizeof c);
}

int secret_present(void) {
    uint8_t check[32];
    const uint8_t *page = sector();
    if (memcmp(page, head, HEAD) != 0)
        return 0;
    check_of(page, check);
    return memcmp(page + CHECK, check, CHECK_BYTES) == 0;
}

int scepcore_board_secret(uint8_t out[SCEPCORE_DEVICE_SECRET_BYTES]) {
    if (!secret_present())
        return 0;
    memcpy(out, sector() + HEAD, SCEPCORE_DEVICE_SECRET_BYTES);
    return 1;
}

static int erased(void) {
    for (size_t i = 0; i < FLASH_SECTOR_SIZE; i++) {
        if (sector()[i] != 0xff)
            return 0;
    }
    return 1;
}

int secret_make(void) {
    uint8_t page[FLASH_PAGE_SIZE], check[32];
    scepcore_random random;
    memset(&random, 0, sizeof random);
    memset(page, 0xff, sizeof page);
    memcpy(page, head, HEAD);
    int made =
        erased() && scepcore_random_seed(&random, NULL, 0) == SCEPCORE_OK &&
        scepcore_random_bytes(&random, page + HEAD, SCEPCORE_DEVICE_SECRET_BYTES) == SCEPCORE_OK;
    if (made) {
        check_of(page, check);
        memcpy(page + CHECK, check, CHECK_BYTES);
        uint32_t state = save_and_disable_interrupts();
        flash_range_program(OFFSET, page, sizeof page);
        restore_interrupts(state);
        made = secret_present();
    }
    scepcore_random_wipe(&random);
    scepcore_wipe(page, sizeof page);
    return made;
}

#endif
