/* Entry of an rp2 image: brings MicroPython, lwIP and USB up, runs the frozen main program.
 * In place of the main.c of MicroPython's rp2 port, which wants a file system and a prompt. A main
 * program that ends starts the set anew (production) or leaves a prompt (development).
 */
#include <string.h>

#include "py/cstack.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"
#include "shared/readline/readline.h"
#include "shared/runtime/pyexec.h"
#include "shared/runtime/softtimer.h"
#include "shared/tinyusb/mp_usbd.h"

#include "lwip/init.h"

#include "hardware/clocks.h"
#include "hardware/watchdog.h"
#include "modmachine.h"
#include "pendsv.h"
#include "pico/aon_timer.h"
#include "pico/stdlib.h"
#include "rp2_flash.h"

#if PICO_RP2040
#include "RP2040.h"
#else
#include "RP2350.h"
#endif

#include "interpreter.h"
#include "netrandom.h"
#include "rp2board.h"
#include "scepcore_board.h"
#include "ticks.h"

/* A set that starts anew for a fault leaves its host so long to see why, before and after. */
#define FAREWELL_MS 1000

extern uint8_t __StackTop, __GcHeapStart;

/* What netrandom.c wants of a port. */
uint64_t ticks_us64(void) {
    return time_us_64();
}

uint32_t rosc_random_u32(void) {
    return netrandom_u32(); /* what is left of MicroPython that asks: nothing of ours */
}

static _Noreturn void restart(void) {
    watchdog_reboot(0, 0, 0);
    for (;;)
        __wfi();
}

/* Sequence numbers and ports that a stranger cannot guess; keys have a generator of their own. */
static void seed_network(void) {
    uint8_t noise[80];
    size_t got = 0, n;
    while (got < sizeof noise && (n = scepcore_board_noise(noise + got, sizeof noise - got)) != 0)
        got += n;
    netrandom_seed(noise, sizeof noise);
    memset(noise, 0, sizeof noise);
    __asm__ volatile("" : : "r"(noise) : "memory");
}

static void start_chip(void) {
    SCB->SCR |= SCB_SCR_SEVONPEND_Msk; /* any interrupt ends a wait */
    pendsv_init();
    /* Without threads pendsv_init leaves it at the highest: lwIP would hold up USB and timers. */
    NVIC_SetPriority(PendSV_IRQn, PICO_LOWEST_IRQ_PRIORITY);
    soft_timer_init();
    set_sys_clock_khz(SYS_CLK_KHZ, false);
    rp2_flash_set_timing();
    struct timespec start = {0, 0};
    aon_timer_start(&start);
    mp_hal_time_ns_set_from_rtc();
}

int main(void) {
    stack_paint();
    start_chip();
    mp_cstack_init_with_top(&__StackTop, stack_size());
    gc_init(&__GcHeapStart, stack_bottom());
    seed_network();
    lwip_init();
    mp_init();
    readline_init0();
    machine_pin_init();
    mod_network_init();
    mod_network_lwip_init();
    mp_usbd_init();

#if MICROSCEP_DEVELOPMENT
    pyexec_frozen_module("main.py", false);
    for (;;) {
        int end =
            pyexec_mode_kind == PYEXEC_MODE_RAW_REPL ? pyexec_raw_repl() : pyexec_friendly_repl();
        if (end != 0)
            restart(); /* Ctrl-D */
    }
#else
    mp_obj_t exception = interpreter_run_main();
    if (exception != MP_OBJ_NULL) { /* whoever has the line open can read it */
        mp_hal_delay_ms(FAREWELL_MS);
        interpreter_tell(exception);
        mp_hal_delay_ms(FAREWELL_MS);
    }
    restart();
#endif
}

/* A fault starts the set anew: there is no line to report it on. */
void isr_hardfault(void) {
    restart();
}

void nlr_jump_fail(void *value) {
    (void)value;
    restart();
}

#ifndef NDEBUG
void __assert_func(const char *file, int line, const char *function, const char *expression) {
    (void)file;
    (void)line;
    (void)function;
    (void)expression;
    restart();
}
#endif
