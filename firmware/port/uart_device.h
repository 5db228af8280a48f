/* What uart.c wants of the machine's serial interface. For uart.c; uart_*.c of the machine's
 * folder.
 */
#ifndef MICROSCEP_PORT_UART_DEVICE_H
#define MICROSCEP_PORT_UART_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

/* Switches the line on and its receive interrupt, which calls received(). */
void uart_device_init(void (*received)(void));

/* Whether a byte has come in; takes it. What is not taken holds the sender. */
bool uart_device_readable(void);
uint8_t uart_device_get(void);

/* Switches the receive interrupt; whether it is on. */
void uart_device_listen(bool on);
bool uart_device_listens(void);

/* Sends a byte, waiting for room. */
void uart_device_put(uint8_t byte);

#endif
