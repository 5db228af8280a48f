/* Faults and reset of the Cortex-M33. For start.S and crash.c.
 * Armv8-M ARM: B3.10 to B3.13 (faults), D1.2 (CFSR, MMFAR, BFAR, AIRCR).
 */
#include "crash.h"
#include "irq.h"
#include "machine.h"

#define AIRCR REG32(SCS_BASE + 0xd0c)
#define CFSR REG32(SCS_BASE + 0xd28)
#define MMFAR REG32(SCS_BASE + 0xd34)
#define BFAR REG32(SCS_BASE + 0xd38)
#define AIRCR_RESET 0x05fa0004u

/* CFSR: memory management in the lowest byte, bus in the next, usage above. */
#define INSTRUCTION_FETCH 0x00000101u /* IACCVIOL, IBUSERR */
#define BUS_ADDRESS_VALID 0x00008000u
#define UNDEFINED 0x00010000u
#define INVALID_STATE 0x00020000u /* a jump to ARM code: there is none */
#define SUPERVISOR_CALL 11u

/* Called by start.S with crash_frame filled. */
void machine_fault(void);
void machine_fault(void) {
    uint32_t exception, status = CFSR;
    __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
    unsigned kind = 3;
    if (exception == SUPERVISOR_CALL)
        kind = 1;
    else if ((status & UNDEFINED) != 0)
        kind = 0;
    else if ((status & (INSTRUCTION_FETCH | INVALID_STATE)) != 0)
        kind = 2;
    else if (status == 0)
        kind = 4;
    crash_exception(kind);
}

uint32_t machine_fault_status(unsigned kind) {
    (void)kind;
    return CFSR;
}

uint32_t machine_fault_address(void) {
    return (CFSR & BUS_ADDRESS_VALID) != 0 ? BFAR : MMFAR;
}

_Noreturn void machine_restart(void) {
    irq_save();
    AIRCR = AIRCR_RESET;
    for (;;)
        cpu_wait_for_interrupt();
}
