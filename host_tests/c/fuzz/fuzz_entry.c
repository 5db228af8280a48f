/* The entry point of one target, and the arguments' memory.
 * For host_tests/c/fuzz: compiled once for each target, with -DFUZZ_TARGET=fuzz_NAME, as libFuzzer
 * wants it (clang -fsanitize=fuzzer) or together with fuzz_driver.c.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz_key.h"
#include "host_board.h"
#include "scepcore_status.h"

#define ARGUMENTS 64

static fuzz_argument taken[ARGUMENTS];
static size_t taken_count;
scepcore_random fuzz_generator;

uint8_t fuzz_byte(fuzz_input *in) {
    return in->len == 0 ? 0 : (in->len--, *in->p++);
}

uint32_t fuzz_number(fuzz_input *in) {
    uint32_t n = 0;
    for (int i = 0; i < 4; i++) {
        n = n << 8 | fuzz_byte(in);
    }
    return n;
}

fuzz_argument fuzz_allocate(size_t len) {
    fuzz_expect(taken_count < ARGUMENTS);
    fuzz_argument a = {malloc(len), len};
    fuzz_expect(a.p != NULL || len == 0);
    if (len > 0) {
        memset(a.p, 0xA5, len);
    }
    taken[taken_count++] = a;
    return a;
}

static fuzz_argument cut(fuzz_input *in, size_t len, size_t behind) {
    len = len > in->len ? in->len : len;
    fuzz_argument a = fuzz_allocate(len + behind);
    if (len > 0) {
        memcpy(a.p, in->p, len);
    }
    in->p += len;
    in->len -= len;
    a.len = len;
    return a;
}

static size_t length(fuzz_input *in) {
    size_t len = fuzz_byte(in);
    if (len == 0xFF) {
        len = (size_t)fuzz_byte(in) << 8;
        len |= fuzz_byte(in);
    }
    return len;
}

fuzz_argument fuzz_take(fuzz_input *in) {
    return cut(in, length(in), 0);
}

fuzz_argument fuzz_rest(fuzz_input *in) {
    return cut(in, in->len, 0);
}

const char *fuzz_string(fuzz_input *in) {
    fuzz_argument a = cut(in, length(in), 1);
    a.p[a.len] = 0;
    return (const char *)a.p;
}

int fuzz_more(const fuzz_input *in) {
    return in->len > 0 && taken_count < ARGUMENTS - 8;
}

void fuzz_expect(int good) {
    if (!good) {
        abort();
    }
}

scepcore_key *fuzz_key(void) {
    static scepcore_key key;
    if (key.bits == 0) {
        fuzz_expect(scepcore_key_from_der(&key, fuzz_key_der, sizeof fuzz_key_der) == SCEPCORE_OK);
    }
    return &key;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint8_t secret[32] = {2};
    fuzz_input in = {data, size};
    if (!scepcore_random_seeded(&fuzz_generator)) {
        host_board_set_secret(secret);
        fuzz_expect(scepcore_random_seed(&fuzz_generator, NULL, 0) == SCEPCORE_OK);
    }
    FUZZ_TARGET(&in);
    while (taken_count > 0) {
        free(taken[--taken_count].p);
    }
    return 0;
}
