/* NOR flash behind the CFI Intel command set. For nor.c, by nor_device.h.
 * JEDEC JESD68.01 (query), Intel/Numonyx P30 data sheet (command set 0001).
 */
#include "machine.h"
#include "nor_device.h"
#include "ticks.h"

/* Two 16-bit devices side by side or one of 32 bits: a command goes to both halves. */
#define COMMAND(byte) ((uint32_t)(byte) << 16 | (uint32_t)(byte))
#define READ_ARRAY COMMAND(0xff)
#define READ_QUERY COMMAND(0x98)
#define CLEAR_STATUS COMMAND(0x50)
#define PROGRAM COMMAND(0x40)
#define ERASE COMMAND(0x20)
#define CONFIRM COMMAND(0xd0)
#define UNLOCK COMMAND(0x60)
#define STATUS_READY COMMAND(0x80)
#define STATUS_ERRORS COMMAND(0x3a) /* erase, program, voltage, locked */

#define PROGRAM_LIMIT_US 10000u
#define ERASE_LIMIT_US 10000000u

volatile uint32_t *nor_device_word(uint32_t offset) {
    return (volatile uint32_t *)(NOR_BASE + offset);
}

static uint8_t query(uint32_t index) {
    return (uint8_t)*nor_device_word(index * 4);
}

struct nor_geometry nor_device_query(void) {
    struct nor_geometry geometry = {0, 0};
    *nor_device_word(0x55 * 4) = READ_QUERY;
    uint32_t devices = (*nor_device_word(0x10 * 4) >> 16 & 0xff) == 'Q' ? 2 : 1;
    bool answers = query(0x10) == 'Q' && query(0x11) == 'R' && query(0x12) == 'Y';
    if (answers && query(0x2c) == 1) { /* one erase region: JESD68.01 table 3 */
        geometry.sectors = (query(0x2d) | (uint32_t)query(0x2e) << 8) + 1;
        geometry.sector_size = (query(0x2f) | (uint32_t)query(0x30) << 8) * 256 * devices;
        if ((uint64_t)geometry.sectors * geometry.sector_size > NOR_SPACE)
            geometry.sectors = 0;
    }
    *nor_device_word(0) = READ_ARRAY;
    return geometry;
}

static bool wait_ready(volatile uint32_t *word, uint32_t limit_us) {
    uint64_t end = ticks_us64() + limit_us;
    uint32_t status;
    do {
        status = *word;
        if ((status & STATUS_READY) == STATUS_READY)
            return (status & STATUS_ERRORS) == 0;
    } while (ticks_us64() < end);
    return false;
}

bool nor_device_program(uint32_t offset, uint32_t value) {
    volatile uint32_t *word = nor_device_word(offset);
    *word = PROGRAM;
    *word = value;
    bool ok = wait_ready(word, PROGRAM_LIMIT_US);
    if (!ok)
        *word = CLEAR_STATUS;
    return ok;
}

bool nor_device_erase(uint32_t offset, uint32_t size) {
    (void)size; /* the device knows */
    volatile uint32_t *word = nor_device_word(offset);
    *word = UNLOCK; /* P30: sectors are locked after power-on */
    *word = CONFIRM;
    *word = ERASE;
    *word = CONFIRM;
    bool ok = wait_ready(word, ERASE_LIMIT_US);
    if (!ok)
        *word = CLEAR_STATUS;
    return ok;
}

void nor_device_array(uint32_t offset) {
    *nor_device_word(offset) = READ_ARRAY;
}
