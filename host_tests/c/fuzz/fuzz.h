/* What the fuzz targets of the core share: an input cut into arguments, and memory for them.
 * For host_tests/c/fuzz/fuzz_*.c; `make core-fuzz` says how they are built and run.
 *
 * A target is a function of one input. Over it stands which functions of firmware/core it covers
 * ("covers: ..."): host_tests/test_core_fuzz.py compares that with the headers and with what runs.
 * Each argument lies in heap memory of exactly its size, so that one byte too far is seen.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "scepcore_key.h"
#include "scepcore_random.h"

/* What is left of the input. */
typedef struct {
    const uint8_t *p;
    size_t len;
} fuzz_input;

/* One argument; its memory is freed at the end of the case. */
typedef struct {
    uint8_t *p;
    size_t len;
} fuzz_argument;

/* Seeded before the first case. */
extern scepcore_random fuzz_generator;

/* The next byte; 0 at the end. */
uint8_t fuzz_byte(fuzz_input *in);
/* The next four bytes, big-endian. */
uint32_t fuzz_number(fuzz_input *in);
/* Memory of len bytes, all 0xA5. */
fuzz_argument fuzz_allocate(size_t len);
/* The next argument: its length stands before it in one byte, or in two behind an 0xFF. */
fuzz_argument fuzz_take(fuzz_input *in);
/* All that is left. */
fuzz_argument fuzz_rest(fuzz_input *in);
/* The next argument with a NUL behind it. */
const char *fuzz_string(fuzz_input *in);
/* 1 while the input has bytes and there is room for more arguments. */
int fuzz_more(const fuzz_input *in);
/* Aborts, which is a finding, where it is not good. */
void fuzz_expect(int good);

/* A key that is right, of 1,024 bits (fuzz_key.h, written by fuzz_seeds.py). */
scepcore_key *fuzz_key(void);

/* The targets. */
typedef void fuzz_target(fuzz_input *in);
fuzz_target fuzz_from_der, fuzz_sealed_key, fuzz_unseal, fuzz_operation, fuzz_generator_sizes;
fuzz_target fuzz_verify, fuzz_encrypt, fuzz_padding;
fuzz_target fuzz_hash, fuzz_cipher, fuzz_prf, fuzz_noise, fuzz_memory;
fuzz_target fuzz_numbers, fuzz_power, fuzz_sieve, fuzz_private;
fuzz_target fuzz_tls;

#endif
