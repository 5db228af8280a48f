/* Interrupts: PL190 vectored controller and the board's secondary controller behind it.
 * For the drivers of this folder. ARM DDI 0181, ARM DUI 0225D section 4.6.
 */
#include "crash.h"
#include "machine.h"
#include "secondary_irq.h"

#define VIC_STATUS REG32(VIC_BASE + 0x00)
#define VIC_SELECT REG32(VIC_BASE + 0x0c)
#define VIC_ENABLE REG32(VIC_BASE + 0x10)
#define VIC_ENABLE_CLEAR REG32(VIC_BASE + 0x14)
#define SIC_STATUS REG32(SECONDARY_VIC_BASE + 0x00)
#define SIC_ENABLE_SET REG32(SECONDARY_VIC_BASE + 0x08)
#define SIC_ENABLE_CLEAR REG32(SECONDARY_VIC_BASE + 0x0c)
#define SIC_PASS_SET REG32(SECONDARY_VIC_BASE + 0x20)
#define SIC_PASS_CLEAR REG32(SECONDARY_VIC_BASE + 0x24)

static irq_handler_t primary[32];
static irq_handler_t secondary[32];

static void run(uint32_t pending, const irq_handler_t handlers[32]) {
    while (pending != 0) {
        unsigned line = 31u - (unsigned)__builtin_clz(pending);
        pending &= ~(1u << line);
        if (handlers[line] == 0)
            crash("interrupt without a handler");
        handlers[line]();
    }
}

static void dispatch_secondary(void) {
    run(SIC_STATUS, secondary);
}

/* Called by start.S on the interrupt stack; no nesting. */
void irq_dispatch(void);
void irq_dispatch(void) {
    run(VIC_STATUS, primary);
}

void irq_init(void) {
    VIC_ENABLE_CLEAR = 0xffffffffu;
    VIC_SELECT = 0; /* everything is IRQ, nothing FIQ */
    SIC_ENABLE_CLEAR = 0xffffffffu;
    SIC_PASS_CLEAR = 0xffffffffu;
}

void irq_register(unsigned line, irq_handler_t handler) {
    primary[line] = handler;
    irq_unmask(line);
}

void irq_register_secondary(unsigned line, irq_handler_t handler) {
    secondary[line] = handler;
    SIC_ENABLE_SET = 1u << line;
    irq_register(IRQ_SECONDARY, dispatch_secondary);
}

void irq_pass_through(unsigned line) {
    SIC_PASS_SET = 1u << line;
}

void irq_mask(unsigned line) {
    VIC_ENABLE_CLEAR = 1u << line;
}

void irq_unmask(unsigned line) {
    VIC_ENABLE = 1u << line;
}
