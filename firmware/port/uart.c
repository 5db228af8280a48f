/* Serial line: interrupt-driven receive ring, polled transmit.
 * For the prompt, the control protocol and the crash report.
 */
#include "uart.h"
#include "irq.h"
#include "ticks.h"
#include "uart_device.h"

#define RING_SIZE 2048u /* a power of two */

/* Invariant: head - tail (mod 2^32) is the number of bytes held; only the interrupt moves head,
 * only the reader moves tail; every slot outside is zero. */
static uint8_t ring[RING_SIZE];
static volatile uint32_t head, tail;
static uart_filter_t receive_filter;

/* A full ring leaves bytes in the device and masks the interrupt: the sender is held, not cut. */
static void receive(void) {
    while (uart_device_readable()) {
        if (head - tail == RING_SIZE) {
            uart_device_listen(false);
            break;
        }
        uint8_t byte = uart_device_get();
        if (receive_filter == 0 || !receive_filter(byte))
            ring[head++ % RING_SIZE] = byte;
    }
    ticks_event();
}

void uart_init(void) {
    uart_device_init(receive);
}

bool uart_readable(void) {
    return head != tail;
}

size_t uart_read(uint8_t *out, size_t max) {
    size_t n = 0;
    while (n < max && head != tail) {
        volatile uint8_t *slot = &ring[tail % RING_SIZE];
        out[n++] = *slot;
        *slot = 0;
        tail++;
    }
    if (n != 0 && !uart_device_listens()) {
        uint32_t state = irq_save();
        uart_device_listen(true);
        receive();
        irq_restore(state);
    }
    return n;
}

void uart_write(const uint8_t *data, size_t n) {
    for (size_t i = 0; i < n; i++)
        uart_device_put(data[i]);
}

void uart_set_filter(uart_filter_t filter) {
    receive_filter = filter;
}
