// The UNIX board's device secret and noise, for scepcore.
// MICROSCEP_SECRET names a file of 32 bytes; MICROSCEP_NOISE, if there, is the noise in hex, handed
// out once (reproducible tests, or a dead source); else the system's.

#include "scepcore_board.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

int scepcore_board_secret(uint8_t out[SCEPCORE_DEVICE_SECRET_BYTES]) {
    const char *path = getenv("MICROSCEP_SECRET");
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return 0;
    }
    uint8_t more;
    ssize_t n = read(file, out, SCEPCORE_DEVICE_SECRET_BYTES);
    int good = n == SCEPCORE_DEVICE_SECRET_BYTES && read(file, &more, 1) == 0;
    close(file);
    return good;
}

static int hex_digit(char c) {
    const char *digits = "0123456789abcdef", *at = c == 0 ? NULL : strchr(digits, c);
    return at == NULL ? -1 : (int)(at - digits);
}

size_t scepcore_board_noise(uint8_t *out, size_t max) {
    const char *hex = getenv("MICROSCEP_NOISE");
    if (hex == NULL) {
        ssize_t n = getrandom(out, max < 256 ? max : 256, 0);
        return n > 0 ? (size_t)n : 0;
    }
    static size_t taken; // digits: the noise is handed out once
    size_t n = 0;
    while (n < max && taken + 2 <= strlen(hex) && hex_digit(hex[taken]) >= 0 &&
           hex_digit(hex[taken + 1]) >= 0) {
        out[n++] = (uint8_t)(hex_digit(hex[taken]) << 4 | hex_digit(hex[taken + 1]));
        taken += 2;
    }
    return n;
}
