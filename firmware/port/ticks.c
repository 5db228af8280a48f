/* Time since power-on, alarms, and the idle wait, over the machine's timers.
 * For MicroPython's time module, lwIP and the prompt.
 */
#include <stdbool.h>

#include "irq.h"
#include "machine.h"
#include "ticks.h"
#include "timer.h"

static void (*alarm_handler[2])(void);
static uint32_t last_count;
static uint32_t high_count; /* wraps seen */
static volatile bool event;

static void ring(enum ticks_alarm alarm) {
    event = true;
    if (alarm_handler[alarm] != 0)
        alarm_handler[alarm]();
}

void ticks_init(void) {
    timer_init(ring);
}

uint64_t ticks_us64(void) {
    uint32_t state = irq_save();
    uint32_t count = timer_count();
    if (count < last_count)
        high_count++;
    last_count = count;
    uint64_t now = (uint64_t)high_count << 32 | count;
    irq_restore(state);
    return timer_microseconds(now);
}

uint32_t ticks_ms(void) {
    return (uint32_t)(ticks_us64() / 1000);
}

void ticks_set_alarm(enum ticks_alarm alarm, uint32_t microseconds, void (*handler)(void)) {
    uint32_t state = irq_save();
    alarm_handler[alarm] = handler;
    timer_set(alarm, microseconds != 0 ? microseconds : 1);
    irq_restore(state);
}

void ticks_event(void) {
    event = true;
}

void ticks_wait(uint32_t ms) {
    if (ms > TIMER_WAIT_MAX_MS)
        ms = TIMER_WAIT_MAX_MS;
    uint32_t state = irq_save();
    if (!event && ms != 0) {
        ticks_set_alarm(TICKS_ALARM_WAIT, ms * 1000, 0);
        /* Masked: an interrupt between the test above and here still ends the sleep. */
        cpu_wait_for_interrupt();
    }
    irq_restore(state); /* the handler runs here */
    event = false;
    (void)ticks_us64();
}
