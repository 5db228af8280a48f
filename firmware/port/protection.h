/* Memory protection: what is not memory or a device of ours is a crash, not a surprise.
 * For start-up and the drivers; mmu.c or mpu.c of the machine's folder.
 */
#ifndef MICROSCEP_PORT_PROTECTION_H
#define MICROSCEP_PORT_PROTECTION_H

#include <stdbool.h>
#include <stdint.h>

/* Switches protection, caches and alignment check on. Called once by start.S. */
void protection_start(void);

/* Whether a word found on the stack may be a return address into the image. */
bool protection_is_code(uint32_t word);

/* Whether address lies in the C stack. */
bool protection_in_stack(uint32_t address);

#endif
