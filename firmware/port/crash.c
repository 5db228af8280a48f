/* Crash report over serial, and the three ways to end a run on purpose. For everything here.
 * A report names addresses and fault registers; general registers may hold a key and are shown
 * by development builds only.
 */
#include <stddef.h>

#include "crash.h"
#include "irq.h"
#include "protection.h"
#include "uart.h"

#ifndef MICROSCEP_DEVELOPMENT
#define MICROSCEP_DEVELOPMENT 0
#endif

uint32_t crash_frame[17];

static void put(const char *text) {
    size_t n = 0;
    while (text[n] != '\0')
        n++;
    uart_write((const uint8_t *)text, n);
}

static void put_decimal(uint32_t value) {
    char digits[11];
    unsigned at = sizeof digits - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    put(&digits[at]);
}

static void put_word(const char *name, uint32_t value) {
    static const char hex[] = "0123456789abcdef";
    char text[9];
    for (unsigned i = 0; i < 8; i++)
        text[i] = hex[(value >> (28 - 4 * i)) & 15];
    text[8] = '\0';
    put(" ");
    put(name);
    put("=");
    put(text);
}

/* Addresses of code found on the stack, newest first: a backtrace without a frame pointer. */
static void put_backtrace(uint32_t sp) {
    put("!crash stack:");
    sp &= ~3u;
    for (unsigned found = 0; found < 12 && protection_in_stack(sp); sp += 4) {
        uint32_t word = *(const uint32_t *)sp;
        if (protection_is_code(word)) {
            put_word("at", word);
            found++;
        }
    }
    put("\r\n");
}

_Noreturn void crash(const char *reason) {
    irq_save();
    put("\r\n!crash ");
    put(reason);
    put("\r\n!crash");
    put_word("lr", (uint32_t)__builtin_return_address(0));
    put("\r\n");
    put_backtrace((uint32_t)__builtin_frame_address(0));
    put("!crash end\r\n");
    machine_restart();
}

_Noreturn void crash_exception(unsigned kind) {
    static const char *const kinds[] = {"undefined instruction", "unexpected supervisor call",
                                        "prefetch abort", "data abort",
                                        "unexpected fast interrupt"};
    static unsigned depth;
    if (depth++ != 0) /* a fault while reporting: say no more */
        machine_restart();
    put("\r\n!crash ");
    put(kinds[kind]);
    put("\r\n!crash");
    put_word("pc", crash_frame[15]);
    put_word("lr", crash_frame[14]);
    put_word("sp", crash_frame[13]);
    put_word("cpsr", crash_frame[16]);
    put_word("fault", machine_fault_status(kind));
    put_word("address", machine_fault_address());
    put("\r\n");
#if MICROSCEP_DEVELOPMENT
    static const char *const names[] = {"r0", "r1", "r2", "r3",  "r4",  "r5", "r6",
                                        "r7", "r8", "r9", "r10", "r11", "r12"};
    put("!crash");
    for (unsigned i = 0; i < 13; i++)
        put_word(names[i], crash_frame[i]);
    put("\r\n");
#endif
    put_backtrace(crash_frame[13]);
    put("!crash end\r\n");
    machine_restart();
}

_Noreturn void machine_reset(void) {
    put("\r\n!reset\r\n");
    machine_restart();
}

_Noreturn void machine_off(void) {
    put("\r\n!off\r\n");
    machine_restart();
}

_Noreturn void machine_power_cut(uint32_t step) {
    put("\r\n!power-cut ");
    put_decimal(step);
    put("\r\n");
    machine_restart();
}
