/* The board's secondary interrupt controller, behind the primary one of irq.h. For this folder.
 * ARM DUI 0225D section 4.6.
 */
#ifndef MICROSCEP_PORT_SECONDARY_IRQ_H
#define MICROSCEP_PORT_SECONDARY_IRQ_H

#include "irq.h"

/* irq_register for a line of the secondary controller, which shares IRQ_SECONDARY. */
void irq_register_secondary(unsigned line, irq_handler_t handler);

/* Lets a secondary line 21..30 through to the primary line of the same number. */
void irq_pass_through(unsigned line);

#endif
