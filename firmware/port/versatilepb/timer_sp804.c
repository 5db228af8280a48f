/* Clock and alarms from two SP804 dual timers (1 MHz). For ticks.c, by timer.h. ARM DDI 0271.
 */
#include "irq.h"
#include "machine.h"
#include "timer.h"

/* Registers of one timer: of each pair the second lies 0x20 above the first. */
#define LOAD(base) REG32((base) + 0x00)
#define VALUE(base) REG32((base) + 0x04)
#define CONTROL(base) REG32((base) + 0x08)
#define INTERRUPT_CLEAR(base) REG32((base) + 0x0c)
#define CONTROL_FREE 0x82u     /* on, 32 bits, wraps */
#define CONTROL_ONE_SHOT 0xa3u /* on, interrupt, 32 bits, once */

#define CLOCK_TIMER (TIMER_BASE + 0x00u)
static const uint32_t alarm_timer[2] = {TIMER_BASE + 0x20u, TIMER_BASE + 0x1000u};
static void (*ring_alarm)(enum ticks_alarm alarm);

static void ring_wait(void) {
    INTERRUPT_CLEAR(alarm_timer[TICKS_ALARM_WAIT]) = 1;
    ring_alarm(TICKS_ALARM_WAIT);
}

static void ring_network(void) {
    INTERRUPT_CLEAR(alarm_timer[TICKS_ALARM_NETWORK]) = 1;
    ring_alarm(TICKS_ALARM_NETWORK);
}

void timer_init(void (*ring)(enum ticks_alarm alarm)) {
    ring_alarm = ring;
    CONTROL(CLOCK_TIMER) = 0;
    LOAD(CLOCK_TIMER) = 0xffffffffu;
    CONTROL(CLOCK_TIMER) = CONTROL_FREE;
    CONTROL(alarm_timer[0]) = 0;
    CONTROL(alarm_timer[1]) = 0;
    irq_register(IRQ_TIMER, ring_wait);
    irq_register(IRQ_TIMER + 1, ring_network);
}

uint32_t timer_count(void) {
    return ~VALUE(CLOCK_TIMER); /* it counts down */
}

uint64_t timer_microseconds(uint64_t counts) {
    return counts;
}

void timer_set(enum ticks_alarm alarm, uint32_t microseconds) {
    uint32_t base = alarm_timer[alarm];
    CONTROL(base) = 0;
    INTERRUPT_CLEAR(base) = 1;
    LOAD(base) = microseconds;
    CONTROL(base) = CONTROL_ONE_SHOT;
}
