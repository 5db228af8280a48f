/* The host as a board: noise from the system, a device secret that tools and tests set.
 * For the CPython binding only.
 */
#include "host_board.h"

#include <string.h>
#include <sys/random.h>

#include "scepcore_board.h"
#include "scepcore_wipe.h"

/* One process is one device: this is the only state of the binding beside its random generator. */
static uint8_t device_secret[SCEPCORE_DEVICE_SECRET_BYTES];
static int has_secret;
static const uint8_t *fixed_noise; /* NULL: the system's */
static size_t noise_left;

void host_board_set_secret(const uint8_t *secret) {
    has_secret = secret != NULL;
    if (has_secret) {
        memcpy(device_secret, secret, sizeof device_secret);
    } else {
        scepcore_wipe(device_secret, sizeof device_secret);
    }
}

void host_board_set_noise(const uint8_t *noise, size_t len) {
    fixed_noise = noise;
    noise_left = len;
}

int scepcore_board_secret(uint8_t out[SCEPCORE_DEVICE_SECRET_BYTES]) {
    memcpy(out, device_secret, sizeof device_secret);
    return has_secret;
}

size_t scepcore_board_noise(uint8_t *out, size_t max) {
    if (fixed_noise == NULL) {
        ssize_t n = getrandom(out, max < 256 ? max : 256, 0);
        return n > 0 ? (size_t)n : 0;
    }
    size_t n = max < noise_left ? max : noise_left;
    memcpy(out, fixed_noise, n);
    fixed_noise += n;
    noise_left -= n;
    return n;
}
