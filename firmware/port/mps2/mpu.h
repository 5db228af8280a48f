/* The one region of memory whose protection changes: the flash. For nor_mapped.c.
 */
#ifndef MICROSCEP_PORT_MPU_H
#define MICROSCEP_PORT_MPU_H

#include <stdbool.h>

/* Lets the flash be written; it is read only before and after. */
void mpu_open_nor(bool open);

#endif
