/* What ticks.c wants of the machine's timers. For ticks.c; timer_*.c of the machine's folder.
 */
#ifndef MICROSCEP_PORT_TIMER_H
#define MICROSCEP_PORT_TIMER_H

#include <stdint.h>

#include "ticks.h"

/* Starts the clock; ring is called from the interrupt of an alarm that has run out. */
void timer_init(void (*ring)(enum ticks_alarm alarm));

/* The clock: counts up, 32 bits, wraps. The longest sleep is TIMER_WAIT_MAX_MS (machine.h): less
 * than half its period, so that no wrap goes unseen. */
uint32_t timer_count(void);

/* Microseconds of that many counts. */
uint64_t timer_microseconds(uint64_t counts);

/* Sets a one-shot alarm anew, at least 1 us, at most TIMER_WAIT_MAX_MS. */
void timer_set(enum ticks_alarm alarm, uint32_t microseconds);

#endif
