/* What nor.c wants of the flash itself. For nor.c; nor_*.c of the machine's folder.
 */
#ifndef MICROSCEP_PORT_NOR_DEVICE_H
#define MICROSCEP_PORT_NOR_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "nor.h"

/* Asks the device; sectors = 0: none answers. It is in array mode before and after. */
struct nor_geometry nor_device_query(void);

/* The array as memory; may be read in array mode only. */
volatile uint32_t *nor_device_word(uint32_t offset);

/* Programs the word, erases the sector at offset; false: the device reports a failure. Both leave
 * array mode, which nor_device_array(offset) brings back. */
bool nor_device_program(uint32_t offset, uint32_t value);
bool nor_device_erase(uint32_t offset, uint32_t size);
void nor_device_array(uint32_t offset);

#endif
