/* Entry of the image after start.S: brings the drivers up, runs the frozen main program.
 * For every board of this port. A main program that ends is a crash (production) or a prompt.
 */
#include <stdlib.h>
#include <string.h>

#include "py/cstack.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/pyexec.h"

#include "bootblock.h"
#include "crash.h"
#include "interpreter.h"
#include "irq.h"
#if MICROSCEP_KEYS
#include "keys.h"
#endif
#include "machine.h"
#include "net.h"
#include "nor.h"
#include "stack.h"
#include "ticks.h"
#include "uart.h"

extern uint8_t __heap_start[], __heap_end[], __stack_top[];
void port_main(void);

volatile bool port_pending;

void port_poll(void) {
    static bool inside;
    if (inside)
        return;
    inside = true;
    bool had_work = port_pending;
    port_pending = false;
    net_poll();
    /* What a waiting caller looks at may have changed: it looks again before it sleeps. */
    if (had_work)
        ticks_event();
    inside = false;
}

void port_wait(uint32_t ms) {
    if (!port_pending)
        ticks_wait(ms);
}

#if MICROPY_KBD_EXCEPTION
static bool filter_interrupt_char(uint8_t byte) {
    if (byte != mp_interrupt_char)
        return false;
    mp_sched_keyboard_interrupt();
    return true;
}
#else
/* Production: no byte on the line stops the set. */
void mp_hal_set_interrupt_char(int c) {
    (void)c;
}
#endif

static void start_heap(void) {
    size_t size = (size_t)(__heap_end - __heap_start);
    uint32_t wanted = bootblock_get()->heap_kib;
    if (wanted != 0 && wanted < size / 1024)
        size = wanted * 1024;
    gc_init(__heap_start, __heap_start + size);
}

void port_main(void) {
    bootblock_init();
    irq_init();
    uart_init();
    ticks_init();
#if MICROSCEP_KEYS
    keys_init();
#endif
    mp_cstack_init_with_top(__stack_top, stack_size());
    start_heap();
    mp_init();
    irq_restore(IRQ_STATE_ON);
    net_init();
    nor_set_power_cut(bootblock_get()->power_cut_step, bootblock_get()->power_cut_tear);

#if MICROSCEP_DEVELOPMENT
    uart_set_filter(filter_interrupt_char);
    if ((bootblock_get()->flags & BOOTBLOCK_PROMPT) == 0)
        pyexec_frozen_module("main.py", true);
    for (;;) {
        int end =
            pyexec_mode_kind == PYEXEC_MODE_RAW_REPL ? pyexec_raw_repl() : pyexec_friendly_repl();
        if (end != 0)
            machine_reset(); /* Ctrl-D: the secrets are gone, so it is a real restart */
    }
#else
    mp_obj_t exception = interpreter_run_main();
    if (exception != MP_OBJ_NULL)
        interpreter_tell(exception);
    crash("the main program has ended");
#endif
}

void nlr_jump_fail(void *value) {
    (void)value;
    crash("exception outside every handler");
}

#ifndef NDEBUG
void __assert_func(const char *file, int line, const char *function, const char *expression) {
    (void)file;
    (void)line;
    (void)function;
    crash(expression);
}
#endif

/* C library's ends: nothing here may call them. */
_Noreturn void abort(void) {
    crash("abort");
}

_Noreturn void exit(int status) {
    (void)status;
    crash("exit");
}
