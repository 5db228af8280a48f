/* Interrupts: PL190 vectored controller and the board's secondary controller behind it.
 * For the drivers of this folder. ARM DDI 0181, ARM DUI 0225D section 4.6.
 */
#ifndef MICROSCEP_PORT_IRQ_H
#define MICROSCEP_PORT_IRQ_H

#include <stdint.h>

typedef void (*irq_handler_t)(void);

/* Masks everything; handlers are registered afterwards. */
void irq_init(void);

/* Registers handler (runs with interrupts masked) for a primary line 0..30 and unmasks it. */
void irq_register(unsigned line, irq_handler_t handler);

/* The same for a line of the secondary controller, which shares IRQ_SECONDARY. */
void irq_register_secondary(unsigned line, irq_handler_t handler);

/* Lets a secondary line 21..30 through to the primary line of the same number. */
void irq_pass_through(unsigned line);

/* Masks and unmasks one primary line: shorter than masking the core. */
void irq_mask(unsigned line);
void irq_unmask(unsigned line);

/* Masks the core's interrupts, returns the state that irq_restore puts back. (start.S) */
uint32_t irq_save(void);
void irq_restore(uint32_t state);

/* Sleeps until an interrupt is pending, masked or not. (start.S) */
void cpu_wait_for_interrupt(void);

#endif
