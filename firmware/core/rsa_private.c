/*
 * rsa_private.c: the RSA private operation, checked before release, whole or in steps.
 * For: scepcore's sign and decrypt, BearSSL's PKCS#1 and TLS code.
 * Standard: RFC 8017 sections 5.1.2, 5.2.1 (CRT form).
 *
 * Constant time instead of blinding: every function called runs a sequence of instructions and
 * addresses that is fixed by the bit lengths of p, q and n and the byte lengths of dp and dq
 * (public: they follow from the key's size); table look-ups read every entry, reductions end
 * in masked subtractions, there is no division. So there is nothing in time, cache or executed
 * instructions for blinding to hide; the tests compare traces of different keys. Blinding would
 * still change power traces: a set that is probed with an oscilloscope is outside the model.
 *
 * Faults (Boneh, DeMillo, Lipton 1997): the result is raised to e and compared with the input
 * before it leaves; on a mismatch the context is wiped and nothing is returned.
 */
#include <string.h>

#include "rsa_parts.h"
#include "scepcore_ct.h"
#include "scepcore_rsa.h"
#include "scepcore_wipe.h"

typedef scepcore_limb limb;

#ifdef SCEPCORE_FAULT
static void no_fault(int where, limb *a, size_t limbs) {
    (void)where;
    (void)a;
    (void)limbs;
}
void (*scepcore_rsa_fault_hook)(int where, limb *a, size_t limbs) = no_fault;
#endif

/* FAILED is 0: a context of zeros is a finished one that wipe leaves alone. */
enum state { FAILED, START_Q, HALF_Q, START_P, HALF_P, CHECK, FINISHED };

/* Numbers of the exponentiation, in this order in `space`; the table follows them. */
enum place { FACTOR, ACC, TMP, SEL, SQUARE_R, PLACES };
/* Numbers of the last two states, over the table. */
enum long_place { MODULUS, RESULT, POWER, OTHER, SCRATCH, LONG_PLACES };

struct scepcore_rsa_private_ctx {
    size_t size; /* bytes of the whole context; valid unless FAILED */
    const br_rsa_private_key *sk;
    scepcore_modulus m; /* the factor at work */
    scepcore_modexp power;
    enum state state;
    uint32_t e; /* 0: find out */
    uint32_t p_bits, q_bits;
    uint32_t xlen, half_len; /* bytes of x; of x^dq mod q at `half` */
    unsigned char x[SCEPCORE_RSA_MAX_BITS / 8];
    unsigned char half[2080 / 8];
    limb space[];
};

static size_t larger(size_t a, size_t b) {
    return a > b ? a : b;
}

/* Longest factor that a key of so many bits may have (BearSSL's bound). */
static unsigned factor_bits(unsigned bits) {
    return (bits + 64) / 2;
}

static limb *place(scepcore_rsa_private_ctx *c, enum place which) {
    size_t limbs = SCEPCORE_ROOM(larger(c->p_bits, c->q_bits));
    return c->space + (size_t)which * SCEPCORE_SPAN(limbs) + SCEPCORE_PAD;
}

/* Numbers of the modulus' length, over the table, which is then no longer needed. */
static limb *long_place(scepcore_rsa_private_ctx *c, size_t which) {
    size_t limbs = SCEPCORE_LIMBS(c->sk->n_bitlen);
    return place(c, PLACES) + which * SCEPCORE_SPAN(limbs);
}

size_t scepcore_rsa_private_size(unsigned bits) {
    if (bits < SCEPCORE_RSA_MIN_BITS || bits > SCEPCORE_RSA_MAX_BITS) {
        return 0;
    }
    size_t factor = SCEPCORE_ROOM(factor_bits(bits)), modulus = SCEPCORE_LIMBS(bits);
    size_t after = larger(SCEPCORE_WINDOW_ENTRIES * factor, LONG_PLACES * SCEPCORE_SPAN(modulus));
    size_t limbs = PLACES * SCEPCORE_SPAN(factor) + SCEPCORE_PAD + after;
    return (sizeof(scepcore_rsa_private_ctx) + limbs * sizeof(limb) + 7) & ~(size_t)7;
}

SCEPCORE_SMALL int scepcore_rsa_private_init(scepcore_rsa_private_ctx *c, size_t ctx_len,
                                             const br_rsa_private_key *sk, uint32_t e,
                                             const unsigned char *x, size_t xlen) {
    size_t need = scepcore_rsa_private_size(sk->n_bitlen);
    if (ctx_len >= sizeof *c) {
        c->state = FAILED;
    }
    if (need == 0 || ctx_len < need || xlen != (sk->n_bitlen + 7) >> 3) {
        return 0;
    }
    memset(c, 0, need);
    c->size = need;
    c->sk = sk;
    c->e = e;
    c->xlen = (uint32_t)xlen;
    c->p_bits = scepcore_rsa_bit_length(sk->p, sk->plen);
    c->q_bits = scepcore_rsa_bit_length(sk->q, sk->qlen);
    /* The lengths of the factors follow from the key's size: public. */
    SCEPCORE_PUBLIC(&c->p_bits, sizeof c->p_bits);
    SCEPCORE_PUBLIC(&c->q_bits, sizeof c->q_bits);
    if (c->p_bits < SCEPCORE_MIN_MODULUS_BITS || c->q_bits < SCEPCORE_MIN_MODULUS_BITS ||
        c->p_bits > factor_bits(sk->n_bitlen) || c->q_bits > factor_bits(sk->n_bitlen) ||
        c->p_bits + c->q_bits < sk->n_bitlen || c->p_bits + c->q_bits > sk->n_bitlen + 1) {
        scepcore_wipe(c, need);
        return 0;
    }
    memcpy(c->x, x, xlen);
    c->state = START_Q;
    return 1;
}

/* Sets up x^d modulo one factor. 0 if the factor is even. */
SCEPCORE_SMALL static uint32_t start_half(scepcore_rsa_private_ctx *c, const unsigned char *factor,
                                          size_t len, unsigned bits, const unsigned char *d,
                                          size_t dlen) {
    size_t limbs = SCEPCORE_LIMBS(bits);
    limb *n = place(c, FACTOR), *acc = place(c, ACC);
    scepcore_number_clear(n, limbs);
    uint32_t ok = scepcore_number_decode(n, limbs, factor, len);
    SCEPCORE_FAULT_POINT(SCEPCORE_FAULT_FACTOR, n, limbs);
    ok &= scepcore_modulus_init(&c->m, n, bits, limbs);
    scepcore_modulus_square_r(place(c, SQUARE_R), place(c, TMP), &c->m);
    scepcore_modulus_enter(acc, c->x, c->xlen, place(c, SQUARE_R), place(c, TMP), place(c, SEL),
                           &c->m);
    SCEPCORE_FAULT_POINT(SCEPCORE_FAULT_BASE, acc, limbs);
    scepcore_modexp_init(&c->power, &c->m, acc, place(c, TMP), place(c, SEL), place(c, PLACES), d,
                         dlen);
    return ok;
}

static int step_half(scepcore_rsa_private_ctx *c) {
    int finished = scepcore_modexp_step(&c->power);
    SCEPCORE_FAULT_POINT(SCEPCORE_FAULT_WINDOW, c->power.acc, c->m.limbs);
    return finished;
}

/* x^dq mod q leaves as octets: p may be shorter or longer than q. */
static void keep_half(scepcore_rsa_private_ctx *c) {
    scepcore_modulus_leave(place(c, SEL), c->power.acc, c->power.tmp, &c->m);
    SCEPCORE_FAULT_POINT(SCEPCORE_FAULT_HALF, place(c, SEL), c->m.limbs);
    c->half_len = (c->q_bits + 7) / 8;
    scepcore_number_encode(c->half, c->half_len, place(c, SEL), c->m.limbs);
}

/* Garner: s = s2 + q * ((s1 - s2) * iq mod p); n = p * q. The factor at work is p. */
SCEPCORE_SMALL static uint32_t recombine(scepcore_rsa_private_ctx *c) {
    const br_rsa_private_key *sk = c->sk;
    limb *s1 = c->power.acc, *h = c->power.tmp, *sel = place(c, SEL), *s2 = long_place(c, OTHER);
    size_t limbs = c->m.limbs, q_limbs = SCEPCORE_LIMBS(c->q_bits);
    SCEPCORE_FAULT_POINT(SCEPCORE_FAULT_HALF, s1, limbs);
    scepcore_modulus_enter(s2, c->half, c->half_len, place(c, SQUARE_R), sel, h, &c->m);
    scepcore_modulus_normalise(s1, &c->m);
    scepcore_number_add(s1, c->m.n, limbs, scepcore_number_sub(s1, s2, limbs, 1));
    scepcore_number_clear(sel, limbs);
    uint32_t ok = scepcore_number_decode(sel, limbs, sk->iq, sk->iqlen);
    ok &= scepcore_number_sub(sel, c->m.n, limbs, 0);
    scepcore_modpow->mul(h, s1, sel, &c->m);
    scepcore_modulus_normalise(h, &c->m);
    SCEPCORE_FAULT_POINT(SCEPCORE_FAULT_GARNER, h, limbs);
    scepcore_number_decode(sel, q_limbs, sk->q, sk->qlen);
    scepcore_number_decode(s2, q_limbs, c->half, c->half_len);
    for (size_t i = MODULUS; i <= RESULT; i++) {
        scepcore_number_clear(long_place(c, i), SCEPCORE_LIMBS(sk->n_bitlen));
    }
    scepcore_number_mul_add(long_place(c, RESULT), h, limbs, sel, q_limbs, s2);
    scepcore_number_mul_add(long_place(c, MODULUS), c->m.n, limbs, sel, q_limbs, NULL);
    SCEPCORE_FAULT_POINT(SCEPCORE_FAULT_RESULT, long_place(c, RESULT),
                         SCEPCORE_LIMBS(sk->n_bitlen));
    return ok;
}

/* 1 if s^e = x mod n, in constant time for one e. */
SCEPCORE_SMALL static uint32_t holds(scepcore_rsa_private_ctx *c, const scepcore_modulus *n,
                                     uint32_t e) {
    unsigned char octets[4] = {(unsigned char)(e >> 24), (unsigned char)(e >> 16),
                               (unsigned char)(e >> 8), (unsigned char)e};
    limb *power = long_place(c, POWER), *x = c->space + SCEPCORE_PAD;
    scepcore_number_clear(power, n->limbs);
    memcpy(power, long_place(c, RESULT), n->limbs * sizeof(limb));
    scepcore_number_clear(x, n->limbs);
    scepcore_rsa_power(power, long_place(c, OTHER), long_place(c, SCRATCH), x, n, octets,
                       sizeof octets);
    scepcore_number_clear(x, n->limbs);
    scepcore_number_decode(x, n->limbs, c->x, c->xlen);
    uint32_t ok = scepcore_number_equal(power, x, n->limbs);
    return ok & scepcore_number_sub(x, n->n, n->limbs, 0);
}

/* Checks s with e; where e is not known, with the usual ones. */
SCEPCORE_SMALL static uint32_t check(scepcore_rsa_private_ctx *c) {
    static const uint32_t usual[] = {65537, 3, 17, 5, 257};
    scepcore_modulus n;
    uint32_t ok = scepcore_modulus_init(&n, long_place(c, MODULUS), c->sk->n_bitlen,
                                        SCEPCORE_LIMBS(c->sk->n_bitlen));
    uint32_t right = 0;
    if (c->e != 0) {
        right = holds(c, &n, c->e);
    } else {
        for (size_t i = 0; i < sizeof usual / sizeof *usual && !right; i++) {
            right = holds(c, &n, usual[i]);
            /* Which public exponent belongs to the key is public. */
            SCEPCORE_PUBLIC(&right, sizeof right);
        }
    }
    return ok & right;
}

SCEPCORE_SMALL int scepcore_rsa_private_step(scepcore_rsa_private_ctx *c) {
    const br_rsa_private_key *sk = c->sk;
    uint32_t ok = 1;
    switch (c->state) {
    case START_Q:
        ok = start_half(c, sk->q, sk->qlen, c->q_bits, sk->dq, sk->dqlen);
        c->state = HALF_Q;
        break;
    case HALF_Q:
        if (step_half(c)) {
            keep_half(c);
            c->state = START_P;
        }
        break;
    case START_P:
        ok = start_half(c, sk->p, sk->plen, c->p_bits, sk->dp, sk->dplen);
        c->state = HALF_P;
        break;
    case HALF_P:
        if (step_half(c)) {
            ok = recombine(c);
            c->state = CHECK;
        }
        break;
    case CHECK:
        ok = check(c);
        scepcore_number_encode(c->x, c->xlen, long_place(c, RESULT), SCEPCORE_LIMBS(sk->n_bitlen));
        c->state = FINISHED;
        break;
    case FINISHED:
        return SCEPCORE_RSA_DONE;
    case FAILED:
        return SCEPCORE_RSA_ERROR;
    }
    /* Whether the operation succeeded is what the caller learns. */
    SCEPCORE_PUBLIC(&ok, sizeof ok);
    if (!ok) {
        scepcore_rsa_private_wipe(c);
        return SCEPCORE_RSA_ERROR;
    }
    return c->state == FINISHED ? SCEPCORE_RSA_DONE : SCEPCORE_RSA_AGAIN;
}

SCEPCORE_SMALL int scepcore_rsa_private_result(scepcore_rsa_private_ctx *c, unsigned char *x,
                                               size_t xlen) {
    int ok = c->state == FINISHED && xlen == c->xlen;
    if (ok) {
        memcpy(x, c->x, xlen);
    }
    scepcore_rsa_private_wipe(c);
    return ok;
}

void scepcore_rsa_private_wipe(scepcore_rsa_private_ctx *c) {
    if (c->state == FAILED) {
        return;
    }
    scepcore_wipe(c, c->size);
    c->state = FAILED;
}

SCEPCORE_SMALL uint32_t scepcore_rsa_private(unsigned char *x, const br_rsa_private_key *sk) {
    size_t size = scepcore_rsa_private_size(sk->n_bitlen);
    size_t xlen = (sk->n_bitlen + 7) >> 3;
    int state = SCEPCORE_RSA_ERROR;
    if (size == 0) {
        return 0;
    }
    uint64_t memory[(size + 7) / 8];
    scepcore_rsa_private_ctx *c = (void *)memory;
    if (scepcore_rsa_private_init(c, sizeof memory, sk, 0, x, xlen)) {
        do {
            state = scepcore_rsa_private_step(c);
        } while (state == SCEPCORE_RSA_AGAIN);
    }
    if (state != SCEPCORE_RSA_DONE) {
        memset(x, 0, xlen);
        return 0;
    }
    return (uint32_t)scepcore_rsa_private_result(c, x, xlen);
}
