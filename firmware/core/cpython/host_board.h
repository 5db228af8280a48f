/* The host as a board: noise from the system, a device secret that tools and tests set.
 * For the CPython binding only.
 */
#ifndef HOST_BOARD_H
#define HOST_BOARD_H

#include <stddef.h>
#include <stdint.h>

/* Take these 32 bytes as device secret; NULL: this device has none (as at start). */
void host_board_set_secret(const uint8_t *secret);

/* Take these bytes, once, as the board's noise; NULL: the system's again (as at start). The caller
 * keeps them until they are used up or replaced. */
void host_board_set_noise(const uint8_t *noise, size_t len);

#endif
