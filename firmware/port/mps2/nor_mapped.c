/* Flash of an emulated machine that has none: memory that the emulator keeps in a file of the host.
 * For nor.c, by nor_device.h. It follows NOR's rule: a program clears bits, only an erase sets
 * them. A wild write meets read-only memory, as it would meet a command interface on a real board.
 */
#include <string.h>

#include "machine.h"
#include "mpu.h"
#include "nor_device.h"

#define SECTOR_SIZE 0x10000u
#define SECTORS (NOR_SPACE / SECTOR_SIZE)

static bool open; /* writable: not in array mode */

volatile uint32_t *nor_device_word(uint32_t offset) {
    return (volatile uint32_t *)(NOR_BASE + offset);
}

struct nor_geometry nor_device_query(void) {
    return (struct nor_geometry){.sectors = SECTORS, .sector_size = SECTOR_SIZE};
}

static void begin(void) {
    if (!open)
        mpu_open_nor(true);
    open = true;
}

bool nor_device_program(uint32_t offset, uint32_t value) {
    begin();
    *nor_device_word(offset) &= value;
    return true;
}

bool nor_device_erase(uint32_t offset, uint32_t size) {
    begin();
    memset((void *)(NOR_BASE + offset), 0xff, size);
    return true;
}

void nor_device_array(uint32_t offset) {
    (void)offset;
    mpu_open_nor(false);
    open = false;
}
