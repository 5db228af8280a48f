/* MicroPython's hardware layer over the serial line and the timers of this port.
 * For MicroPython's core. py/mphal.h names each function.
 */
#include "py/mphal.h"
#include "py/mpstate.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "ticks.h"
#include "uart.h"

int mp_hal_stdin_rx_chr(void) {
    for (;;) {
        uint8_t byte;
        if (uart_read(&byte, 1) == 1)
            return byte;
        mp_event_wait_indefinite();
    }
}

uintptr_t mp_hal_stdio_poll(uintptr_t flags) {
    uintptr_t ready = flags & MP_STREAM_POLL_WR;
    if ((flags & MP_STREAM_POLL_RD) != 0 && uart_readable())
        ready |= MP_STREAM_POLL_RD;
    return ready;
}

mp_uint_t mp_hal_stdout_tx_strn(const char *str, size_t len) {
    uart_write((const uint8_t *)str, len);
    return len;
}

mp_uint_t mp_hal_ticks_ms(void) {
    return ticks_ms();
}

mp_uint_t mp_hal_ticks_us(void) {
    return (mp_uint_t)ticks_us64();
}

void mp_hal_delay_ms(mp_uint_t ms) {
    uint64_t end = ticks_us64() + (uint64_t)ms * 1000;
    mp_event_handle_nowait();
    for (;;) {
        uint64_t now = ticks_us64();
        if (now >= end)
            return;
        mp_event_wait_ms((mp_uint_t)((end - now + 999) / 1000));
    }
}

void mp_hal_delay_us(mp_uint_t us) {
    uint64_t end = ticks_us64() + us;
    while (ticks_us64() < end) {
    }
}
