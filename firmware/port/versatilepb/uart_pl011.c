/* PL011 serial interface. For uart.c, by uart_device.h. ARM DDI 0183.
 */
#include "irq.h"
#include "machine.h"
#include "uart_device.h"

#define UART_DATA REG32(UART0_BASE + 0x00)
#define UART_FLAGS REG32(UART0_BASE + 0x18)
#define UART_LINE REG32(UART0_BASE + 0x2c)
#define UART_CONTROL REG32(UART0_BASE + 0x30)
#define UART_INTERRUPT_MASK REG32(UART0_BASE + 0x38)
#define UART_INTERRUPT_CLEAR REG32(UART0_BASE + 0x44)
#define FLAG_RX_EMPTY 0x10u
#define FLAG_TX_FULL 0x20u
#define INTERRUPT_RX 0x50u /* receive level and receive time-out */

void uart_device_init(void (*received)(void)) {
    UART_LINE = 0x70;     /* 8 bits, FIFO on */
    UART_CONTROL = 0x301; /* receiver, transmitter, on */
    UART_INTERRUPT_CLEAR = 0x7ff;
    irq_register(IRQ_UART0, received);
    uart_device_listen(true);
}

bool uart_device_readable(void) {
    return (UART_FLAGS & FLAG_RX_EMPTY) == 0;
}

uint8_t uart_device_get(void) {
    return (uint8_t)UART_DATA;
}

void uart_device_listen(bool on) {
    UART_INTERRUPT_MASK = on ? INTERRUPT_RX : 0;
}

bool uart_device_listens(void) {
    return UART_INTERRUPT_MASK != 0;
}

void uart_device_put(uint8_t byte) {
    while ((UART_FLAGS & FLAG_TX_FULL) != 0) {
    }
    UART_DATA = byte;
}
