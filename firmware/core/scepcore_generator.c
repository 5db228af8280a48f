/* Key generation in steps, with the pairwise check of the new key.
 * For RSAKey.generate.
 * FIPS 186-5 Appendix A.1.3 (probable primes; the kernel), FIPS 140-3 (pairwise consistency).
 */
#include "scepcore_key.h"

#include <string.h>

#include "scepcore_ct.h"
#include "scepcore_hash.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

enum { WIPED, SEARCHING, CHECKING };

static scepcore_rsa_keygen_ctx *context(scepcore_generator *g) {
    return (scepcore_rsa_keygen_ctx *)g->steps;
}

static scepcore_operation *check(scepcore_generator *g) {
    return (scepcore_operation *)g->steps;
}

static size_t steps_size(uint32_t bits) {
    size_t keygen = scepcore_rsa_keygen_size(bits), check = scepcore_operation_size(bits);
    return keygen > check ? keygen : check;
}

size_t scepcore_generator_size(uint32_t bits) {
    if (bits != 2048 && bits != 3072 && bits != 4096) {
        return 0;
    }
    return sizeof(scepcore_generator) + steps_size(bits);
}

int scepcore_generator_start(scepcore_generator *g, size_t size, scepcore_random *r, uint32_t bits,
                             uint32_t e) {
    const br_prng_class **prng;
    size_t needed = scepcore_generator_size(bits);
    if (needed == 0 || needed > size) {
        return SCEPCORE_E_KEY_BITS;
    }
    scepcore_wipe(g, size);
    g->size = size;
    if (e < 3 || (e & 1) == 0) {
        return SCEPCORE_E_EXPONENT;
    }
    int status = scepcore_random_prng(r, &prng);
    if (status != SCEPCORE_OK) {
        return status;
    }
    g->bits = bits;
    g->e = e;
    g->state = SEARCHING;
    if (!scepcore_rsa_keygen_init(context(g), size - sizeof *g, bits, e, prng)) {
        scepcore_generator_wipe(g);
        return SCEPCORE_E_FAULT;
    }
    return SCEPCORE_OK;
}

/* Lay the kernel's parts out as scepcore_key keeps them. */
static void take_parts(scepcore_key *key, const br_rsa_private_key *made) {
    br_rsa_private_key sk;
    key->plen = (uint16_t)made->plen;
    key->qlen = (uint16_t)made->qlen;
    scepcore_key_view(key, &sk);
    memcpy(sk.p, made->p, made->plen);
    memcpy(sk.q, made->q, made->qlen);
    memcpy(sk.dp + sk.dplen - made->dplen, made->dp, made->dplen);
    memcpy(sk.dq + sk.dqlen - made->dqlen, made->dq, made->dqlen);
    memcpy(sk.iq + sk.iqlen - made->iqlen, made->iq, made->iqlen);
    /* The rejection secret of a generated key: any fixed secret function of the key will do. */
    scepcore_hkdf("microscep reject", 16, sk.p, (size_t)key->plen + key->qlen, NULL, 0,
                  sk.iq + sk.iqlen, 32);
}

/* Fetch the key from the kernel and start its pairwise check: a signature over a fixed digest,
 * which the operation does not release unless the public key confirms it. */
static int take_key(scepcore_generator *g) {
    uint8_t parts[BR_RSA_KBUF_PRIV_SIZE(SCEPCORE_KEY_MAX_BITS)];
    static const uint8_t digest[32] = {0};
    br_rsa_private_key made;
    scepcore_rsa_keygen_progress(context(g), &g->candidates, &g->primes);
    int status = SCEPCORE_E_FAULT;
    if (scepcore_rsa_keygen_result(context(g), &made, parts, NULL, NULL)) {
        g->key.e = g->e;
        take_parts(&g->key, &made);
        status = scepcore_key_complete(&g->key);
    }
    scepcore_wipe(parts, sizeof parts);
    if (status == SCEPCORE_OK && g->key.bits != g->bits) {
        status = SCEPCORE_E_FAULT;
    }
    if (status == SCEPCORE_OK) {
        g->state = CHECKING;
        status = scepcore_operation_sign(check(g), g->size - sizeof *g, &g->key, "sha256", 6,
                                         digest, sizeof digest);
    }
    return status == SCEPCORE_OK ? SCEPCORE_BUSY : SCEPCORE_E_FAULT;
}

static int search(scepcore_generator *g, scepcore_random *r) {
    const br_prng_class **prng;
    int status = scepcore_random_prng(r, &prng); /* counts, reseeds, refuses a failed source */
    if (status != SCEPCORE_OK) {
        return status;
    }
    switch (scepcore_rsa_keygen_step(context(g))) {
    case SCEPCORE_RSA_AGAIN:
        scepcore_rsa_keygen_progress(context(g), &g->candidates, &g->primes);
        return SCEPCORE_BUSY;
    case SCEPCORE_RSA_DONE:
        return take_key(g);
    default:
        return SCEPCORE_E_FAULT;
    }
}

int scepcore_generator_step(scepcore_generator *g, scepcore_random *r, scepcore_key *key) {
    int status;
    if (g->state == WIPED) {
        return SCEPCORE_E_DONE;
    }
    status = g->state == SEARCHING ? search(g, r) : scepcore_operation_step(check(g));
    if (status == SCEPCORE_OK) {
        *key = g->key;
    }
    scepcore_scrub_stack();
    if (status != SCEPCORE_BUSY) {
        uint32_t candidates = g->candidates, primes = g->primes;
        scepcore_generator_wipe(g);
        g->candidates = candidates;
        g->primes = primes;
    }
    return status;
}

void scepcore_generator_wipe(scepcore_generator *g) {
    size_t size = g->size;
    scepcore_wipe(g, size > sizeof *g ? size : sizeof *g);
    g->size = size;
}
