/*
 * modpow_mont.c: Montgomery form: constants of a modulus, reduction into it, the way out.
 * For: rsa_private.c, rsa_public.c, rsa_keygen.c.
 * Method: P. L. Montgomery 1985.
 *
 * Constant time in the limbs of n, x and a; the bit length of n and the byte length of x are
 * public (an RSA factor's length follows from the key's size).
 */
#include "modpow.h"

#define MASK SCEPCORE_LIMB_MASK
#define BITS SCEPCORE_LIMB_BITS

typedef scepcore_limb limb;

/* Doublings are cheaper than a squaring up to about this many. */
#define DOUBLINGS 32

uint32_t scepcore_modulus_init(scepcore_modulus *m, const limb *n, unsigned bits, size_t limbs) {
    limb y = 1;
    m->n = n;
    m->limbs = limbs;
    m->bits = bits;
    /* Newton: each round doubles the number of right low bits. */
    for (unsigned right = 1; right < BITS; right *= 2) {
        y *= 2 - n[0] * y;
    }
    m->n0i = ((limb)0 - y) & MASK;
    return (uint32_t)(n[0] & 1);
}

void scepcore_modulus_normalise(limb *a, const scepcore_modulus *m) {
    uint32_t below = scepcore_number_sub(a, m->n, m->limbs, 0);
    scepcore_number_sub(a, m->n, m->limbs, 1 ^ below);
}

/* a = 2a mod n for a < n. */
static void twice(limb *a, const scepcore_modulus *m) {
    limb carry = 0;
    for (size_t i = 0; i < m->limbs; i++) {
        limb t = a[i] << 1 | carry;
        carry = t >> BITS;
        a[i] = t & MASK;
    }
    scepcore_modulus_normalise(a, m);
}

void scepcore_modulus_one(limb *d, const scepcore_modulus *m) {
    scepcore_number_clear(d, m->limbs);
    /* n has its top bit set: 2^bits mod n = 2^bits - n. */
    d[m->bits / BITS] = (limb)1 << (m->bits % BITS);
    scepcore_number_sub(d, m->n, m->limbs, 1);
    for (size_t i = m->bits; i < m->limbs * BITS; i++) {
        twice(d, m);
    }
}

void scepcore_modulus_square_r(limb *d, limb *t, const scepcore_modulus *m) {
    size_t exponent = m->limbs * BITS;
    unsigned squarings = 0;
    limb *from = d, *to = t;
    while (exponent >> squarings > DOUBLINGS) {
        squarings++;
    }
    /* An odd number of squarings would end in t. */
    scepcore_number_clear(t, m->limbs);
    scepcore_number_clear(d, m->limbs);
    if (squarings & 1) {
        from = t;
        to = d;
    }
    scepcore_modulus_one(from, m);
    for (size_t i = exponent >> squarings; i > 0; i--) {
        twice(from, m);
    }
    while (squarings > 0) {
        limb *last = from;
        squarings--;
        scepcore_modpow->sqr(to, from, m);
        scepcore_modulus_normalise(to, m);
        from = to;
        to = last;
        if (exponent >> squarings & 1) {
            twice(from, m);
        }
    }
}

void scepcore_modulus_enter(limb *d, const unsigned char *x, size_t len, const limb *r2, limb *t,
                            limb *u, const scepcore_modulus *m) {
    size_t chunk = m->limbs * BITS;
    size_t chunks = (len * 8 + chunk - 1) / chunk;
    scepcore_number_clear(d, m->limbs);
    scepcore_number_clear(t, m->limbs);
    scepcore_number_clear(u, m->limbs);
    /* Horner over chunks below R, all in Montgomery form: d = d * R + chunk. */
    while (chunks > 0) {
        chunks--;
        scepcore_modpow->mul(u, d, r2, m);
        scepcore_number_decode_at(t, m->limbs, x, len, chunks * chunk);
        scepcore_modpow->mul(d, t, r2, m);
        /* Both < 2n; < 4n < R together; two subtractions make it < 2n again. */
        scepcore_number_add(d, u, m->limbs, 1);
        scepcore_modulus_normalise(d, m);
        scepcore_modulus_normalise(d, m);
    }
}

void scepcore_modulus_leave(limb *d, const limb *a, limb *t, const scepcore_modulus *m) {
    scepcore_number_clear(d, m->limbs);
    scepcore_number_clear(t, m->limbs);
    t[0] = 1;
    scepcore_modpow->mul(d, a, t, m);
    scepcore_modulus_normalise(d, m);
}
