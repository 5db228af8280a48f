/* PL011 serial line: interrupt-driven receive ring, polled transmit. ARM DDI 0183.
 * For the prompt, the control protocol and the crash report.
 */
#include "uart.h"
#include "irq.h"
#include "machine.h"
#include "ticks.h"

#define UART_DATA REG32(UART0_BASE + 0x00)
#define UART_FLAGS REG32(UART0_BASE + 0x18)
#define UART_LINE REG32(UART0_BASE + 0x2c)
#define UART_CONTROL REG32(UART0_BASE + 0x30)
#define UART_INTERRUPT_MASK REG32(UART0_BASE + 0x38)
#define UART_INTERRUPT_CLEAR REG32(UART0_BASE + 0x44)
#define FLAG_RX_EMPTY 0x10u
#define FLAG_TX_FULL 0x20u
#define INTERRUPT_RX 0x50u /* receive level and receive time-out */

#define RING_SIZE 2048u /* a power of two */

/* Invariant: head - tail (mod 2^32) is the number of bytes held; only the interrupt moves head,
 * only the reader moves tail; every slot outside is zero. */
static uint8_t ring[RING_SIZE];
static volatile uint32_t head, tail;
static uart_filter_t receive_filter;

/* A full ring leaves bytes in the FIFO and masks the interrupt: the sender is held, not cut. */
static void receive(void) {
    while ((UART_FLAGS & FLAG_RX_EMPTY) == 0) {
        if (head - tail == RING_SIZE) {
            UART_INTERRUPT_MASK = 0;
            break;
        }
        uint8_t byte = (uint8_t)UART_DATA;
        if (receive_filter == 0 || !receive_filter(byte))
            ring[head++ % RING_SIZE] = byte;
    }
    ticks_event();
}

void uart_init(void) {
    UART_LINE = 0x70;     /* 8 bits, FIFO on */
    UART_CONTROL = 0x301; /* receiver, transmitter, on */
    UART_INTERRUPT_CLEAR = 0x7ff;
    irq_register(IRQ_UART0, receive);
    UART_INTERRUPT_MASK = INTERRUPT_RX;
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
    if (n != 0 && UART_INTERRUPT_MASK == 0) {
        uint32_t state = irq_save();
        UART_INTERRUPT_MASK = INTERRUPT_RX;
        receive();
        irq_restore(state);
    }
    return n;
}

void uart_write(const uint8_t *data, size_t n) {
    for (size_t i = 0; i < n; i++) {
        while ((UART_FLAGS & FLAG_TX_FULL) != 0) {
        }
        UART_DATA = data[i];
    }
}

void uart_set_filter(uart_filter_t filter) {
    receive_filter = filter;
}
