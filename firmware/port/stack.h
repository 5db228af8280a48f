/* How deep the C stack has been, by the paint that start.S left. For module noe and the benches.
 */
#ifndef MICROSCEP_PORT_STACK_H
#define MICROSCEP_PORT_STACK_H

#include <stddef.h>

/* Size of the C stack in bytes. */
size_t stack_size(void);

/* Most bytes in use since start or the last stack_repaint. */
size_t stack_peak(void);

/* Paints what is free now, so that the next stack_peak counts from here. */
void stack_repaint(void);

#endif
