/*
 * rsa_keygen.c: RSA key generation, whole or in steps.
 * For: scepcore's RSAKey.generate, mkflash's factory keys.
 * Standard: FIPS 186-5 Appendix A.1.3; CRT elements after RFC 8017 section 3.2.
 *
 * Constant time in p and q, but for what rsa_prime.c and sieve.c say: dp and dq by an exact
 * division by e, qInv by Fermat, order of the primes by a swap whose having happened tells only
 * that the larger one is now called p.
 */
#include <string.h>

#include "rsa_prime.h"
#include "scepcore_ct.h"
#include "scepcore_rsa.h"
#include "scepcore_wipe.h"

typedef scepcore_limb limb;

/* KEYGEN_FAILED is 0, as is a wiped context. */
enum state { KEYGEN_FAILED, KEYGEN_P, KEYGEN_Q, KEYGEN_INVERT, KEYGEN_DONE };

/* Numbers in `space`, each of the longer prime's limbs; the table follows. */
enum place { N, ACC, TMP, SEL, ONE, P, PLACES };

struct scepcore_rsa_keygen_ctx {
    size_t size; /* bytes of the whole context; valid unless KEYGEN_FAILED */
    uint32_t state;
    uint32_t bits;
    uint32_t e;
    uint32_t primes;
    scepcore_prime prime; /* the search, then scratch of the inversion */
    limb space[];
};

static unsigned p_bits(const scepcore_rsa_keygen_ctx *c) {
    return (c->bits + 1) / 2;
}

static unsigned q_bits(const scepcore_rsa_keygen_ctx *c) {
    return c->bits / 2;
}

static limb *place(scepcore_rsa_keygen_ctx *c, enum place which) {
    return c->space + (size_t)which * SCEPCORE_SPAN(SCEPCORE_PRIME_ROOM(p_bits(c))) + SCEPCORE_PAD;
}

size_t scepcore_rsa_keygen_size(unsigned bits) {
    if (bits < SCEPCORE_RSA_MIN_BITS || bits > SCEPCORE_RSA_MAX_BITS) {
        return 0;
    }
    size_t limbs = SCEPCORE_PRIME_ROOM((bits + 1) / 2);
    size_t all = PLACES * SCEPCORE_SPAN(limbs) + SCEPCORE_WINDOW_ENTRIES * limbs + SCEPCORE_PAD;
    return (sizeof(scepcore_rsa_keygen_ctx) + all * sizeof(limb) + 7) & ~(size_t)7;
}

SCEPCORE_SMALL static void search(scepcore_rsa_keygen_ctx *c, unsigned bits,
                                  const br_prng_class **rng) {
    scepcore_prime_space at = {place(c, N),   place(c, ACC), place(c, TMP),
                               place(c, SEL), place(c, ONE), place(c, PLACES)};
    scepcore_prime_init(&c->prime, &at, bits, c->e, rng);
}

SCEPCORE_SMALL int scepcore_rsa_keygen_init(scepcore_rsa_keygen_ctx *c, size_t ctx_len,
                                            unsigned bits, uint32_t e, const br_prng_class **rng) {
    size_t need = scepcore_rsa_keygen_size(bits);
    if (ctx_len >= sizeof *c) {
        c->state = KEYGEN_FAILED;
    }
    if (need == 0 || ctx_len < need || e < 3 || (e & 1) == 0) {
        return 0;
    }
    memset(c, 0, need);
    c->size = need;
    c->bits = bits;
    c->e = e;
    c->state = KEYGEN_P;
    search(c, p_bits(c), rng);
    return 1;
}

/* FIPS 186-5 A.1.3 step 5.4: |p - q| > 2^(nlen/2 - 100). tmp = |p - q|. */
SCEPCORE_SMALL static uint32_t far_apart(scepcore_rsa_keygen_ctx *c) {
    size_t limbs = SCEPCORE_PRIME_LIMBS(p_bits(c));
    limb *d = place(c, TMP), above = 0;
    memcpy(d, place(c, P), limbs * sizeof(limb));
    uint32_t negative = scepcore_number_sub(d, place(c, N), limbs, 1);
    /* Two's complement where p < q: the bits above are then all ones, or nearly. */
    limb flip = ((limb)0 - negative) & SCEPCORE_LIMB_MASK;
    unsigned from = c->bits / 2 - 100;
    for (size_t i = 0; i < limbs; i++) {
        limb v = d[i] ^ flip;
        if ((i + 1) * SCEPCORE_LIMB_BITS > from) {
            size_t low = i * SCEPCORE_LIMB_BITS;
            above |= from > low ? v >> (from - low) : v;
        }
    }
    uint32_t far = (uint32_t)((above | ((limb)0 - above)) >> (sizeof(limb) * 8 - 1));
    /* A pair that is too close is thrown away; it never happens. */
    SCEPCORE_PUBLIC(&far, sizeof far);
    return far;
}

/* Makes p the larger one: BearSSL and others want p > q. */
SCEPCORE_SMALL static void order(scepcore_rsa_keygen_ctx *c) {
    size_t limbs = SCEPCORE_PRIME_LIMBS(p_bits(c));
    limb *p = place(c, P), *q = place(c, N);
    limb swap = (limb)0 - scepcore_number_sub(p, q, limbs, 0);
    for (size_t i = 0; i < limbs; i++) {
        limb t = (p[i] ^ q[i]) & swap;
        p[i] ^= t;
        q[i] ^= t;
    }
}

/* qInv = q^(p-2) mod p, set up. */
SCEPCORE_SMALL static void begin_inversion(scepcore_rsa_keygen_ctx *c) {
    scepcore_prime *s = &c->prime;
    size_t limbs = SCEPCORE_PRIME_LIMBS(p_bits(c)), len = (p_bits(c) + 7) / 8;
    limb *p = place(c, P), *acc = place(c, ACC), *tmp = place(c, TMP), *one = place(c, ONE);
    scepcore_modulus_init(&s->m, p, p_bits(c), limbs);
    scepcore_modulus_square_r(tmp, acc, &s->m);
    scepcore_modpow->mul(acc, place(c, N), tmp, &s->m);
    scepcore_number_clear(one, limbs);
    one[0] = 2;
    memcpy(tmp, p, limbs * sizeof(limb));
    scepcore_number_sub(tmp, one, limbs, 1);
    scepcore_number_encode(s->exponent, len, tmp, limbs);
    scepcore_modexp_init(&s->power, &s->m, acc, tmp, place(c, SEL), place(c, PLACES), s->exponent,
                         len);
}

SCEPCORE_SMALL int scepcore_rsa_keygen_step(scepcore_rsa_keygen_ctx *c) {
    size_t limbs = SCEPCORE_PRIME_LIMBS(p_bits(c));
    switch (c->state) {
    case KEYGEN_P:
        if (scepcore_prime_step(&c->prime)) {
            scepcore_number_clear(place(c, P), limbs);
            memcpy(place(c, P), place(c, N), limbs * sizeof(limb));
            c->primes = 1;
            c->state = KEYGEN_Q;
            search(c, q_bits(c), c->prime.rng);
        }
        break;
    case KEYGEN_Q:
        if (scepcore_prime_step(&c->prime)) {
            size_t q_limbs = SCEPCORE_PRIME_LIMBS(q_bits(c));
            for (size_t i = q_limbs; i < limbs; i++) {
                place(c, N)[i] = 0;
            }
            if (far_apart(c)) {
                c->primes = 2;
                c->state = KEYGEN_INVERT;
                order(c);
                begin_inversion(c);
            } else {
                search(c, q_bits(c), c->prime.rng);
            }
        }
        break;
    case KEYGEN_INVERT:
        if (scepcore_modexp_step(&c->prime.power)) {
            scepcore_modulus_leave(place(c, ONE), c->prime.power.acc, place(c, SEL), &c->prime.m);
            c->state = KEYGEN_DONE;
        }
        break;
    case KEYGEN_DONE:
        return SCEPCORE_RSA_DONE;
    default:
        return SCEPCORE_RSA_ERROR;
    }
    return c->state == KEYGEN_DONE ? SCEPCORE_RSA_DONE : SCEPCORE_RSA_AGAIN;
}

void scepcore_rsa_keygen_progress(const scepcore_rsa_keygen_ctx *c, uint32_t *candidates,
                                  uint32_t *primes) {
    *candidates = c->state == KEYGEN_FAILED ? 0 : c->prime.candidates;
    *primes = c->state == KEYGEN_FAILED ? 0 : c->primes;
}

/*
 * d = 1/e mod (p - 1) = (1 + k (p - 1)) / e with k = -1/(p - 1) mod e: exact, so that the
 * quotient's limbs come from the lowest one up, each by a product with 1/e.
 */
SCEPCORE_SMALL static void crt_exponent(limb *d, const limb *p, size_t limbs, uint32_t e) {
    uint32_t k;
    limb e_inverse = 1;
    scepcore_wide product = 0;
    scepcore_signed_wide rest = 0;
    scepcore_prime_inverse(&k, p, limbs, e);
    k = e - k;
    for (unsigned right = 1; right < SCEPCORE_LIMB_BITS; right *= 2) {
        e_inverse *= 2 - e * e_inverse;
    }
    for (size_t i = 0; i < limbs; i++) {
        product += (scepcore_wide)k * (p[i] - (i == 0)) + (i == 0);
        rest += (limb)product & SCEPCORE_LIMB_MASK;
        product >>= SCEPCORE_LIMB_BITS;
        d[i] = ((limb)rest * e_inverse) & SCEPCORE_LIMB_MASK;
        /* The low limbs are equal. */
        rest >>= SCEPCORE_LIMB_BITS;
        rest -= (scepcore_signed_wide)((scepcore_wide)d[i] * e >> SCEPCORE_LIMB_BITS);
    }
}

SCEPCORE_SMALL int scepcore_rsa_keygen_result(scepcore_rsa_keygen_ctx *c, br_rsa_private_key *sk,
                                              void *kbuf_priv, br_rsa_public_key *pk,
                                              void *kbuf_pub) {
    if (c->state != KEYGEN_DONE) {
        scepcore_rsa_keygen_wipe(c);
        return 0;
    }
    size_t limbs = SCEPCORE_PRIME_LIMBS(p_bits(c));
    size_t plen = (p_bits(c) + 7) / 8, qlen = (q_bits(c) + 7) / 8;
    limb *p = place(c, P), *q = place(c, N), *d = place(c, ACC), *n = place(c, PLACES);
    unsigned char *b = kbuf_priv;
    *sk = (br_rsa_private_key){c->bits, b,
                               plen,    b + plen,
                               qlen,    b + plen + qlen,
                               plen,    b + 2 * plen + qlen,
                               qlen,    b + 2 * (plen + qlen),
                               plen};
    scepcore_number_encode(sk->p, plen, p, limbs);
    scepcore_number_encode(sk->q, qlen, q, limbs);
    crt_exponent(d, p, limbs, c->e);
    scepcore_number_encode(sk->dp, plen, d, limbs);
    crt_exponent(d, q, limbs, c->e);
    scepcore_number_encode(sk->dq, qlen, d, limbs);
    scepcore_number_encode(sk->iq, plen, place(c, ONE), limbs);
    if (pk != NULL) {
        pk->n = kbuf_pub;
        pk->nlen = (c->bits + 7) / 8;
        scepcore_number_mul_add(n, p, limbs, q, limbs, NULL);
        scepcore_number_encode(pk->n, pk->nlen, n, 2 * limbs);
        pk->e = pk->n + pk->nlen;
        pk->elen = 0;
        for (int shift = 24; shift >= 0; shift -= 8) {
            if (pk->elen > 0 || c->e >> shift) {
                pk->e[pk->elen++] = (unsigned char)(c->e >> shift);
            }
        }
    }
    scepcore_rsa_keygen_wipe(c);
    return 1;
}

void scepcore_rsa_keygen_wipe(scepcore_rsa_keygen_ctx *c) {
    if (c->state != KEYGEN_FAILED) {
        scepcore_wipe(c, c->size);
    }
}

SCEPCORE_SMALL uint32_t scepcore_rsa_keygen(const br_prng_class **rng, br_rsa_private_key *sk,
                                            void *kbuf_priv, br_rsa_public_key *pk, void *kbuf_pub,
                                            unsigned size, uint32_t pubexp) {
    size_t need = scepcore_rsa_keygen_size(size);
    if (need == 0) {
        return 0;
    }
    uint64_t memory[(need + 7) / 8];
    scepcore_rsa_keygen_ctx *c = (void *)memory;
    if (!scepcore_rsa_keygen_init(c, sizeof memory, size, pubexp ? pubexp : 65537, rng)) {
        return 0;
    }
    int state;
    do {
        state = scepcore_rsa_keygen_step(c);
    } while (state == SCEPCORE_RSA_AGAIN);
    return state == SCEPCORE_RSA_DONE && scepcore_rsa_keygen_result(c, sk, kbuf_priv, pk, kbuf_pub);
}
