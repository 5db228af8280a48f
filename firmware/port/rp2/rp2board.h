/* What the files of the rp2 boards share: the stack, raw noise, the device secret.
 * firmware/core/scepcore_board.h holds the contract of secret and noise.
 */
#ifndef MICROSCEP_PORT_RP2_RP2BOARD_H
#define MICROSCEP_PORT_RP2_RP2BOARD_H

#include <stddef.h>
#include <stdint.h>

/* The C stack: SCRATCH_X, SCRATCH_Y (4 KiB each) and this much of the RAM just below them. */
#define STACK_IN_RAM (16 * 1024)

/* The stack's lowest word; its size; the most that was in use (by paint); paint it. */
uint32_t *stack_bottom(void);
size_t stack_size(void);
size_t stack_peak(void);
void stack_paint(void);

/* Whether the board has its device secret. */
int secret_present(void);

/* Give a board that has none a device secret from its own noise. 0: the noise is not good enough,
 * or the place is not empty. It cannot be undone by the set. */
int secret_make(void);

#endif
