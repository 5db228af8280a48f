/* Fault registers and reset of the Versatile/PB. For crash.c.
 * ARM926EJ-S TRM 2.3.8 (CP15 c5, c6); ARM DUI 0225D 4.3.
 */
#include "crash.h"
#include "irq.h"
#include "machine.h"

uint32_t machine_fault_status(unsigned kind) {
    uint32_t status;
    if (kind == 2) /* instruction fetch */
        __asm__ volatile("mrc p15, 0, %0, c5, c0, 1" : "=r"(status));
    else
        __asm__ volatile("mrc p15, 0, %0, c5, c0, 0" : "=r"(status));
    return status;
}

uint32_t machine_fault_address(void) {
    uint32_t address;
    __asm__ volatile("mrc p15, 0, %0, c6, c0, 0" : "=r"(address));
    return address;
}

_Noreturn void machine_restart(void) {
    irq_save();
    REG32(SYSTEM_BASE + 0x20) = 0xa05f; /* unlock */
    REG32(SYSTEM_BASE + 0x40) = 0x104;  /* software reset */
    for (;;)
        cpu_wait_for_interrupt();
}
