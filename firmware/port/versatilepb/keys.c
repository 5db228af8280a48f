/* PL050 keyboard interface: scan codes of the PC keyboard, set 2. For module noe and the menu.
 * ARM DDI 0143.
 */
#include "keys.h"
#include "machine.h"
#include "secondary_irq.h"
#include "ticks.h"

#define CONTROL REG32(KEYBOARD_BASE + 0x00)
#define STATUS REG32(KEYBOARD_BASE + 0x04)
#define DATA REG32(KEYBOARD_BASE + 0x08)
#define CONTROL_ON 0x14u /* interface on, receive interrupt */
#define STATUS_RECEIVED 0x10u

#define RING_SIZE 64u /* a power of two */

/* Invariant as in uart.c. A full ring loses the newest code. */
static uint8_t ring[RING_SIZE];
static volatile uint32_t head, tail;

static void receive(void) {
    while ((STATUS & STATUS_RECEIVED) != 0) {
        uint8_t code = (uint8_t)DATA;
        if (head - tail < RING_SIZE)
            ring[head++ % RING_SIZE] = code;
    }
    ticks_event();
}

void keys_init(void) {
    irq_register_secondary(SECONDARY_KEYBOARD, receive);
    CONTROL = CONTROL_ON;
}

size_t keys_read(uint8_t *out, size_t max) {
    size_t n = 0;
    while (n < max && head != tail) {
        volatile uint8_t *slot = &ring[tail % RING_SIZE];
        out[n++] = *slot;
        *slot = 0;
        tail++;
    }
    return n;
}
