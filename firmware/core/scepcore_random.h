/* The random generator: HMAC-DRBG with SHA-256, seeded from the board's noise under health tests.
 * For scepcore.random, key generation, padding and seal. One context a program: the bindings own
 * it, as the board's noise can be handed out once only.
 * SP 800-90A section 10.1.2 (HMAC_DRBG), SP 800-90B section 4.4 (health tests).
 */
#ifndef SCEPCORE_RANDOM_H
#define SCEPCORE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#include "bearssl.h"

/* Most bytes of one request (SP 800-90A table 2: 2^19 bits). */
#define SCEPCORE_RANDOM_MAX 65536
/* Requests between two reseeds, as far as the board has more noise to give. */
#define SCEPCORE_RANDOM_RESEED 1024
/* Raw noise is read and tested in blocks of this many bytes: what the boot block of an emulated
 * board holds. */
#define SCEPCORE_NOISE_BLOCK 48
/* The start-up tests read up to so many samples (SP 800-90B section 4.3: 1024), or all that a
 * one-time source has. */
#define SCEPCORE_NOISE_STARTUP 1056

/* Health of the raw source, for samples of one byte. */
typedef struct {
    uint8_t last;     /* repetition count test (4.4.1): the last sample ... */
    uint32_t repeats; /* ... and how many times running it came; 0 before the first */
    uint8_t first;    /* adaptive proportion test (4.4.2): the first sample of the window ... */
    uint32_t same;    /* ... how often it came in the window ... */
    uint32_t window;  /* ... and how many samples of the window are through */
    uint32_t failed;  /* 1 once any test has failed */
} scepcore_health;

/* Forget everything: the next sample is the source's first. */
void scepcore_health_init(scepcore_health *h);

/* Test n <= SCEPCORE_NOISE_BLOCK samples. Returns 1 while no test has failed, else 0. */
int scepcore_health_test(scepcore_health *h, const uint8_t *samples, size_t n);

/* The generator. All zero is 'not seeded'. */
typedef struct {
    br_hmac_drbg_context drbg;
    scepcore_health health;
    uint32_t requests; /* since the last reseed */
    uint8_t state;     /* 0 not seeded, 1 seeded, 2 the source failed */
} scepcore_random;

/* Mix data into the generator and, from the board: noise, and a value derived from the device
 * secret. data counts as no entropy. The first call that succeeds makes the generator seeded.
 * SCEPCORE_E_NO_NOISE: not seeded and the board gave too little; SCEPCORE_E_HEALTH. */
int scepcore_random_seed(scepcore_random *r, const uint8_t *data, size_t len);

/* 1 if scepcore_random_bytes would answer, else 0. */
int scepcore_random_seeded(const scepcore_random *r);

/* Write n random bytes. SCEPCORE_E_UNSEEDED, SCEPCORE_E_HEALTH, SCEPCORE_E_RANDOM_LENGTH. */
int scepcore_random_bytes(scepcore_random *r, uint8_t *out, size_t n);

/* The generator as BearSSL's type, for code that draws from it directly; counts as one request.
 * Returns SCEPCORE_OK and sets *prng, or as scepcore_random_bytes. */
int scepcore_random_prng(scepcore_random *r, const br_prng_class ***prng);

/* Erase the state: not seeded; idempotent. */
void scepcore_random_wipe(scepcore_random *r);

#endif
