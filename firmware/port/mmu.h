/* Memory map and protection: what is not memory or a device of ours is a crash, not a surprise.
 * For start.S and the drivers. ARM ARM (ARMv5) chapter B3.
 */
#ifndef MICROSCEP_PORT_MMU_H
#define MICROSCEP_PORT_MMU_H

#include <stdbool.h>
#include <stdint.h>

/* Builds the table and switches MMU, caches and alignment check on. Called once by start.S. */
void mmu_start(void);

/* Whether address lies in the image (code or constants). */
bool mmu_in_image(uint32_t address);

/* Whether address lies in the C stack. */
bool mmu_in_stack(uint32_t address);

#endif
