/* The random generator: HMAC-DRBG with SHA-256 (BearSSL's), seeded and reseeded from the board.
 * For scepcore.random, key generation, padding and seal.
 * SP 800-90A section 10.1.2; what a board's noise is worth stands in its entropy argument.
 */
#include "scepcore_random.h"

#include "scepcore_board.h"
#include "scepcore_ct.h"
#include "scepcore_hash.h"
#include "scepcore_rsa.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

/* 256 bits of entropy and 128 of nonce (SP 800-90A section 8.6.7) at the board's claim. */
#define NOISE_NEEDED ((384 + SCEPCORE_NOISE_BITS_PER_BYTE - 1) / SCEPCORE_NOISE_BITS_PER_BYTE)

enum { NOT_SEEDED, SEEDED, FAILED };

/* Read, test and mix in up to limit bytes of noise; *got counts them. The samples go in block by
 * block as they come: a block that fails its test has then been mixed in too, which does no harm,
 * for the generator gives nothing from then on. */
static int mix_noise(scepcore_random *r, size_t limit, size_t *got) {
    uint8_t block[SCEPCORE_NOISE_BLOCK];
    int healthy = 1;
    *got = 0;
    while (healthy && *got < limit) {
        size_t n = scepcore_board_noise(block, sizeof block);
        if (n == 0) {
            break;
        }
        SCEPCORE_SECRET(block, n);
        healthy = scepcore_health_test(&r->health, block, n);
        br_hmac_drbg_update(&r->drbg, block, n);
        *got += n;
    }
    scepcore_wipe(block, sizeof block);
    return healthy;
}

/* A value that only this device can make, so that a noise source which an attacker knows is not
 * enough to foresee the output. Nothing where the board has no secret. */
static void mix_device(scepcore_random *r) {
    uint8_t secret[SCEPCORE_DEVICE_SECRET_BYTES];
    if (scepcore_board_secret(secret)) {
        SCEPCORE_SECRET(secret, sizeof secret);
        scepcore_hkdf("microscep device", 16, secret, sizeof secret, "drbg", 4, secret,
                      sizeof secret);
        br_hmac_drbg_update(&r->drbg, secret, sizeof secret);
    }
    scepcore_wipe(secret, sizeof secret);
}

int scepcore_random_seed(scepcore_random *r, const uint8_t *data, size_t len) {
    int first = r->state != SEEDED;
    if (first) {
        br_hmac_drbg_init(&r->drbg, &scepcore_sha256_vtable, data, len);
        scepcore_health_init(&r->health);
        r->state = NOT_SEEDED;
        mix_device(r);
    } else {
        br_hmac_drbg_update(&r->drbg, data, len);
    }
    size_t got;
    if (!mix_noise(r, first ? SCEPCORE_NOISE_STARTUP : SCEPCORE_NOISE_BLOCK, &got)) {
        r->state = FAILED;
        return SCEPCORE_E_HEALTH;
    }
    if (first && got < NOISE_NEEDED) {
        return SCEPCORE_E_NO_NOISE;
    }
    r->requests = 0;
    r->state = SEEDED;
    return SCEPCORE_OK;
}

int scepcore_random_seeded(const scepcore_random *r) {
    return r->state == SEEDED;
}

int scepcore_random_prng(scepcore_random *r, const br_prng_class ***prng) {
    if (r->state != SEEDED) {
        return r->state == FAILED ? SCEPCORE_E_HEALTH : SCEPCORE_E_UNSEEDED;
    }
    if (++r->requests > SCEPCORE_RANDOM_RESEED) {
        int status = scepcore_random_seed(r, NULL, 0);
        if (status != SCEPCORE_OK) {
            return status;
        }
    }
    *prng = &r->drbg.vtable;
    return SCEPCORE_OK;
}

int scepcore_random_bytes(scepcore_random *r, uint8_t *out, size_t n) {
    const br_prng_class **prng;
    if (n > SCEPCORE_RANDOM_MAX) {
        return SCEPCORE_E_RANDOM_LENGTH;
    }
    int status = scepcore_random_prng(r, &prng);
    if (status == SCEPCORE_OK) {
        br_hmac_drbg_generate(&r->drbg, out, n);
    }
    return status;
}

void scepcore_random_wipe(scepcore_random *r) {
    scepcore_wipe(r, sizeof *r);
}
