/* Clock and alarms from the subsystem's timers at 20 MHz. For ticks.c, by timer.h.
 * ARM DDI 0479 (Cortex-M System Design Kit): 4.3 dual timer, 4.2 timer.
 */
#include "irq.h"
#include "machine.h"
#include "timer.h"

/* The dual timer's two counters, the second 0x20 above the first, are those of an SP804. */
#define LOAD(base) REG32((base) + 0x00)
#define VALUE(base) REG32((base) + 0x04)
#define CONTROL(base) REG32((base) + 0x08)
#define INTERRUPT_CLEAR(base) REG32((base) + 0x0c)
#define CONTROL_FREE 0x82u     /* on, 32 bits, wraps */
#define CONTROL_ONE_SHOT 0xa3u /* on, interrupt, 32 bits, once */

#define CLOCK_TIMER DUAL_TIMER_BASE
#define WAIT_TIMER (DUAL_TIMER_BASE + 0x20u)

/* The single timer reloads itself: its interrupt switches it off. */
#define SINGLE_CONTROL REG32(TIMER0_BASE + 0x00)
#define SINGLE_VALUE REG32(TIMER0_BASE + 0x04)
#define SINGLE_RELOAD REG32(TIMER0_BASE + 0x08)
#define SINGLE_INTERRUPT_CLEAR REG32(TIMER0_BASE + 0x0c)
#define SINGLE_ON 0x9u /* on, interrupt */

#define COUNTS_PER_US 20u

static void (*ring_alarm)(enum ticks_alarm alarm);

static void ring_wait(void) {
    INTERRUPT_CLEAR(WAIT_TIMER) = 1;
    ring_alarm(TICKS_ALARM_WAIT);
}

static void ring_network(void) {
    SINGLE_CONTROL = 0;
    SINGLE_INTERRUPT_CLEAR = 1;
    ring_alarm(TICKS_ALARM_NETWORK);
}

void timer_init(void (*ring)(enum ticks_alarm alarm)) {
    ring_alarm = ring;
    CONTROL(CLOCK_TIMER) = 0;
    LOAD(CLOCK_TIMER) = 0xffffffffu;
    CONTROL(CLOCK_TIMER) = CONTROL_FREE;
    CONTROL(WAIT_TIMER) = 0;
    SINGLE_CONTROL = 0;
    irq_register(IRQ_DUAL_TIMER, ring_wait);
    irq_register(IRQ_TIMER0, ring_network);
}

uint32_t timer_count(void) {
    return ~VALUE(CLOCK_TIMER); /* it counts down */
}

uint64_t timer_microseconds(uint64_t counts) {
    return counts / COUNTS_PER_US;
}

void timer_set(enum ticks_alarm alarm, uint32_t microseconds) {
    uint32_t counts = microseconds * COUNTS_PER_US;
    if (alarm == TICKS_ALARM_WAIT) {
        CONTROL(WAIT_TIMER) = 0;
        INTERRUPT_CLEAR(WAIT_TIMER) = 1;
        LOAD(WAIT_TIMER) = counts;
        CONTROL(WAIT_TIMER) = CONTROL_ONE_SHOT;
    } else {
        SINGLE_CONTROL = 0;
        SINGLE_INTERRUPT_CLEAR = 1;
        SINGLE_RELOAD = counts;
        SINGLE_VALUE = counts;
        SINGLE_CONTROL = SINGLE_ON;
    }
}
