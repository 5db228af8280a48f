/* Serial interface of the Cortex-M System Design Kit: one byte each way. For uart.c, by
 * uart_device.h. ARM DDI 0479, 4.4.
 */
#include "irq.h"
#include "machine.h"
#include "uart_device.h"

#define DATA REG32(UART0_BASE + 0x00)
#define STATE REG32(UART0_BASE + 0x04)
#define CONTROL REG32(UART0_BASE + 0x08)
#define INTERRUPT_CLEAR REG32(UART0_BASE + 0x0c)
#define DIVIDER REG32(UART0_BASE + 0x10)
#define STATE_TX_FULL 0x1u
#define STATE_RX_FULL 0x2u
#define CONTROL_ON 0x3u /* transmitter, receiver */
#define CONTROL_INTERRUPT_RX 0x8u
#define INTERRUPT_RX 0x2u
#define DIVIDER_115200 174u /* of 20 MHz */

static void (*receive)(void);

static void interrupt(void) {
    INTERRUPT_CLEAR = INTERRUPT_RX;
    receive();
}

void uart_device_init(void (*received)(void)) {
    receive = received;
    DIVIDER = DIVIDER_115200;
    irq_register(IRQ_UART0_RECEIVE, interrupt);
    uart_device_listen(true);
}

bool uart_device_readable(void) {
    return (STATE & STATE_RX_FULL) != 0;
}

uint8_t uart_device_get(void) {
    return (uint8_t)DATA;
}

void uart_device_listen(bool on) {
    CONTROL = on ? CONTROL_ON | CONTROL_INTERRUPT_RX : CONTROL_ON;
}

bool uart_device_listens(void) {
    return (CONTROL & CONTROL_INTERRUPT_RX) != 0;
}

void uart_device_put(uint8_t byte) {
    while ((STATE & STATE_TX_FULL) != 0) {
    }
    DATA = byte;
}
