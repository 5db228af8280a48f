/* What scepcore asks of a board: the device secret and noise, from the boot-parameter block.
 * For firmware/core. scepcore_board.h holds the contract.
 *
 * Entropy: the noise field is 48 bytes of the host's random generator, full entropy (it stands for
 * a conditioned hardware source); under --seed it is reproducible on purpose, for tests.
 */
#include "scepcore_board.h"

#include "bootblock.h"

int scepcore_board_secret(uint8_t out[SCEPCORE_DEVICE_SECRET_BYTES]) {
    return bootblock_secret(out);
}

size_t scepcore_board_noise(uint8_t *out, size_t max) {
    return bootblock_take_noise(out, max);
}
