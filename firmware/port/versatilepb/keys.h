/* PL050 keyboard interface: scan codes of the PC keyboard, set 2. For module noe and the menu.
 * ARM DDI 0143.
 */
#ifndef MICROSCEP_PORT_KEYS_H
#define MICROSCEP_PORT_KEYS_H

#include <stddef.h>
#include <stdint.h>

void keys_init(void);

/* Takes up to max scan codes (set 2: 0xF0 = key up, 0xE0 = extended), returns how many. They are
 * wiped as they are taken: a password may be typed here. Never blocks. */
size_t keys_read(uint8_t *out, size_t max);

#endif
