/* Interrupts of the machine's controller, and of the core. For the drivers of this folder; irq.c
 * and start.S of the machine's folder.
 */
#ifndef MICROSCEP_PORT_IRQ_H
#define MICROSCEP_PORT_IRQ_H

#include <stdint.h>

typedef void (*irq_handler_t)(void);

/* Masks everything; handlers are registered afterwards. */
void irq_init(void);

/* Registers handler (runs with interrupts masked) for a line of machine.h and unmasks it. */
void irq_register(unsigned line, irq_handler_t handler);

/* Masks and unmasks one line: shorter than masking the core. */
void irq_mask(unsigned line);
void irq_unmask(unsigned line);

/* Masks the core's interrupts, returns the state that irq_restore puts back. (start.S) */
uint32_t irq_save(void);
void irq_restore(uint32_t state);

/* Sleeps until an interrupt is pending, masked or not. (start.S) */
void cpu_wait_for_interrupt(void);

#endif
