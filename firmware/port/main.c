/* Entry of the image after start.S: brings the drivers up, runs the frozen main program.
 * For every board of this port. A main program that ends is a crash (production) or a prompt.
 */
#include <stdlib.h>
#include <string.h>

#include "py/cstack.h"
#include "py/builtin.h"
#include "py/gc.h"
#include "py/lexer.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/gchelper.h"
#include "shared/runtime/pyexec.h"

#include "bootblock.h"
#include "crash.h"
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

#if !MICROSCEP_DEVELOPMENT
/* Runs the frozen main program. An exception that leaves it is named by type and line only: its
 * text may hold a value that must not be shown. */
static void run_main(void) {
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_import_name(MP_QSTR_main, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
        nlr_pop();
        return;
    }
    mp_obj_t exception = MP_OBJ_FROM_PTR(nlr.ret_val);
    size_t n, *values;
    mp_obj_exception_get_traceback(exception, &n, &values);
    mp_printf(&mp_plat_print, "\r\n%s\r\n", mp_obj_get_type_str(exception));
    for (size_t i = 0; i + 2 < n; i += 3) /* file, line, function */
        mp_printf(&mp_plat_print, "  %q:%d %q\r\n", (qstr)values[i], (int)values[i + 1],
                  (qstr)values[i + 2]);
}
#endif

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
    run_main();
    crash("the main program has ended");
#endif
}

void gc_collect(void) {
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    gc_collect_end();
}

/* There is no file system: only frozen modules can be imported, nothing can be opened. */
mp_import_stat_t mp_import_stat(const char *path) {
    (void)path;
    return MP_IMPORT_STAT_NO_EXIST;
}

#if MICROPY_ENABLE_COMPILER
mp_lexer_t *mp_lexer_new_from_file(qstr filename) {
    (void)filename;
    mp_raise_OSError(MP_ENOENT);
}
#endif

static mp_obj_t builtin_open(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    (void)n_args;
    (void)args;
    (void)kwargs;
    mp_raise_OSError(MP_ENOENT);
}
MP_DEFINE_CONST_FUN_OBJ_KW(mp_builtin_open_obj, 1, builtin_open);

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
