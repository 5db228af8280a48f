/* Time since power-on, alarms, and the idle wait, over the machine's timers.
 * For MicroPython's time module, lwIP and the prompt.
 */
#ifndef MICROSCEP_PORT_TICKS_H
#define MICROSCEP_PORT_TICKS_H

#include <stdint.h>

void ticks_init(void);

/* Microseconds and milliseconds since power-on; 64 bits do not wrap. Safe in interrupts. */
uint64_t ticks_us64(void);
uint32_t ticks_ms(void);

/* Two one-shot alarms. An alarm calls ticks_event(), and handler if that is not NULL, from its
 * interrupt. Setting one again replaces it. */
enum ticks_alarm { TICKS_ALARM_WAIT, TICKS_ALARM_NETWORK };
void ticks_set_alarm(enum ticks_alarm alarm, uint32_t microseconds, void (*handler)(void));

/* Tells ticks_wait that something has happened. For interrupt handlers. */
void ticks_event(void);

/* Sleeps until the next event or for at most ms; at once if an event came since the last wait. */
void ticks_wait(uint32_t ms);

#endif
