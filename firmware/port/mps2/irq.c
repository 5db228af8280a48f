/* Interrupts: the Cortex-M33's nested vectored controller, all lines at one priority.
 * For the drivers of this folder, by irq.h. Armv8-M ARM, D1.2.182 and on (NVIC registers).
 */
#include "irq.h"
#include "crash.h"
#include "machine.h"

#define ENABLE(line) REG32(SCS_BASE + 0x100 + 4 * ((line) / 32))
#define DISABLE(line) REG32(SCS_BASE + 0x180 + 4 * ((line) / 32))
#define BIT(line) (1u << (line) % 32)

static irq_handler_t handlers[IRQ_LINES];

/* Called by start.S in handler mode; no nesting, as all have the same priority. */
void irq_dispatch(void);
void irq_dispatch(void) {
    uint32_t exception;
    __asm__ volatile("mrs %0, ipsr" : "=r"(exception));
    irq_handler_t handler = handlers[exception - 16];
    if (handler == 0)
        crash("interrupt without a handler");
    handler();
}

void irq_init(void) {
    for (unsigned line = 0; line < IRQ_LINES; line += 32)
        DISABLE(line) = 0xffffffffu;
}

void irq_register(unsigned line, irq_handler_t handler) {
    handlers[line] = handler;
    irq_unmask(line);
}

void irq_mask(unsigned line) {
    DISABLE(line) = BIT(line);
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}

void irq_unmask(unsigned line) {
    ENABLE(line) = BIT(line);
}
