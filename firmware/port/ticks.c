/* Time since power-on and alarms from two SP804 dual timers (1 MHz), and the idle wait.
 * For MicroPython's time module, lwIP and the prompt. ARM DDI 0271.
 */
#include <stdbool.h>

#include "irq.h"
#include "machine.h"
#include "ticks.h"

/* Registers of one timer: of each pair the second lies 0x20 above the first. */
#define LOAD(base) REG32((base) + 0x00)
#define VALUE(base) REG32((base) + 0x04)
#define CONTROL(base) REG32((base) + 0x08)
#define INTERRUPT_CLEAR(base) REG32((base) + 0x0c)
#define CONTROL_FREE 0x82u     /* on, 32 bits, wraps */
#define CONTROL_ONE_SHOT 0xa3u /* on, interrupt, 32 bits, once */

#define CLOCK_TIMER (TIMER_BASE + 0x00u)
static const uint32_t alarm_timer[2] = {TIMER_BASE + 0x20u, TIMER_BASE + 0x1000u};
static void (*alarm_handler[2])(void);

/* The longest sleep: half the counter's period, so that no wrap goes unseen. */
#define WAIT_MAX_MS 2000000u

static uint32_t last_count; /* down-counter inverted */
static uint32_t high_count; /* wraps seen */
static volatile bool event;

static void ring_alarm(enum ticks_alarm alarm) {
    INTERRUPT_CLEAR(alarm_timer[alarm]) = 1;
    event = true;
    if (alarm_handler[alarm] != 0)
        alarm_handler[alarm]();
}

static void ring_wait(void) {
    ring_alarm(TICKS_ALARM_WAIT);
}

static void ring_network(void) {
    ring_alarm(TICKS_ALARM_NETWORK);
}

void ticks_init(void) {
    CONTROL(CLOCK_TIMER) = 0;
    LOAD(CLOCK_TIMER) = 0xffffffffu;
    CONTROL(CLOCK_TIMER) = CONTROL_FREE;
    CONTROL(alarm_timer[0]) = 0;
    CONTROL(alarm_timer[1]) = 0;
    irq_register(IRQ_TIMER, ring_wait);
    irq_register(IRQ_TIMER + 1, ring_network);
}

uint64_t ticks_us64(void) {
    uint32_t state = irq_save();
    uint32_t count = ~VALUE(CLOCK_TIMER);
    if (count < last_count)
        high_count++;
    last_count = count;
    uint64_t now = (uint64_t)high_count << 32 | count;
    irq_restore(state);
    return now;
}

uint32_t ticks_ms(void) {
    return (uint32_t)(ticks_us64() / 1000);
}

void ticks_set_alarm(enum ticks_alarm alarm, uint32_t microseconds, void (*handler)(void)) {
    uint32_t base = alarm_timer[alarm];
    CONTROL(base) = 0;
    INTERRUPT_CLEAR(base) = 1;
    alarm_handler[alarm] = handler;
    LOAD(base) = microseconds != 0 ? microseconds : 1;
    CONTROL(base) = CONTROL_ONE_SHOT;
}

void ticks_event(void) {
    event = true;
}

void ticks_wait(uint32_t ms) {
    if (ms > WAIT_MAX_MS)
        ms = WAIT_MAX_MS;
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
