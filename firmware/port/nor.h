/* NOR flash in sectors of one size. For the key store's block device (modnoe_flash.c).
 *
 * A program only clears bits: emulators let them be set, real NOR cannot, so this driver refuses
 * it. Each word programmed and each sector erased is one step of the power-cut counter.
 */
#ifndef MICROSCEP_PORT_NOR_H
#define MICROSCEP_PORT_NOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOR_UNIT 4u /* bytes that one program step writes */

enum nor_result {
    NOR_OK,
    NOR_SETS_BITS, /* the data would turn a 0 into a 1: erase first */
    NOR_RANGE,     /* outside the device */
    NOR_FAILED,    /* the device reports a failure, does not answer, or reads back otherwise */
};

struct nor_geometry {
    uint32_t sectors;     /* 0: no device that answers the query */
    uint32_t sector_size; /* bytes */
};

/* Asks the device for its geometry. Devices with sectors of several sizes are refused. */
struct nor_geometry nor_query(void);

/* The whole device as memory, while it is in array mode (outside the calls below it always is). */
const uint8_t *nor_memory(void);

/* Programs n bytes at offset. Words that hold the data already are not programmed again. Nothing
 * is programmed if any word would need a bit set. */
enum nor_result nor_program(uint32_t offset, const uint8_t *data, size_t n);

/* Erases one sector. */
enum nor_result nor_erase(uint32_t sector);

/* Cuts the power at this step from now (1 = the next), tear as in bootblock.h; 0 = never. */
void nor_set_power_cut(uint32_t step, uint32_t tear);

/* Steps done since start. */
uint32_t nor_steps(void);

#endif
