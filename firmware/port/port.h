/* The port's event loop as MicroPython calls it. For mpconfigport.h and mphalport.c.
 */
#ifndef MICROSCEP_PORT_PORT_H
#define MICROSCEP_PORT_PORT_H

#include <stdbool.h>
#include <stdint.h>

/* Set by interrupts when port_poll has work; read by every turn of the interpreter's loop. */
extern volatile bool port_pending;

/* Runs what interrupts have left to do (lwIP). Not re-entered; outside interrupts only. */
void port_poll(void);

/* Sleeps until an event or for at most ms. */
void port_wait(uint32_t ms);

#endif
