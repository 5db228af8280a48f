/* What a board must give the core: its device secret and its noise.
 * For every board (boards/, firmware/port/); the host's stand-in is cpython/host_board.c.
 * DESIGN.md section 6 (device secret) and docs of the board's entropy argument (SP 800-90B).
 */
#ifndef SCEPCORE_BOARD_H
#define SCEPCORE_BOARD_H

#include <stddef.h>
#include <stdint.h>

/* Length of the device secret in bytes. */
#define SCEPCORE_DEVICE_SECRET_BYTES 32

/* Min-entropy in bits that the board claims for each byte of raw noise, 1..8. The health tests
 * and the number of bytes that seeding needs follow from it (384 bits: 256 of entropy and 128 of
 * nonce, SP 800-90A section 8.6.7). A board with a raw source (ring oscillator, ADC) lowers it. */
#ifndef SCEPCORE_NOISE_BITS_PER_BYTE
#define SCEPCORE_NOISE_BITS_PER_BYTE 8
#endif

/* Write the device secret. Returns 1 and fills out[32], or 0 when this device has none. It is
 * called for each derivation, so the board keeps the secret where only it can read it. */
int scepcore_board_secret(uint8_t out[SCEPCORE_DEVICE_SECRET_BYTES]);

/* Write up to max bytes of raw noise, each byte handed out once only. Returns how many were
 * written: 0 when the source is exhausted (a boot-parameter block gives its bytes once). The
 * bytes are not conditioned: the core runs its health tests on what comes from here. */
size_t scepcore_board_noise(uint8_t *out, size_t max);

#endif
