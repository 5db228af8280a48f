/* Serial line: interrupt-driven receive ring, polled transmit.
 * For the prompt, the control protocol and the crash report.
 */
#ifndef MICROSCEP_PORT_UART_H
#define MICROSCEP_PORT_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void uart_init(void);

/* Takes up to max received bytes, returns how many. Each is wiped from the ring as it is taken:
 * commands may carry a challenge or a password. Never blocks. */
size_t uart_read(uint8_t *out, size_t max);

/* Whether uart_read would return something. */
bool uart_readable(void);

/* Sends n bytes, waiting for room in the transmitter; works with interrupts masked. */
void uart_write(const uint8_t *data, size_t n);

/* Sees every byte in the receive interrupt, before the ring; true = swallow it (Ctrl-C). */
typedef bool (*uart_filter_t)(uint8_t byte);
void uart_set_filter(uart_filter_t filter);

#endif
