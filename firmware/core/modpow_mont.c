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

#define WORD (sizeof(limb) * 8)

/* a / 2^(m->bits - WORD): for n its top WORD bits. */
static limb top_word(const limb *a, const scepcore_modulus *m) {
    size_t from = m->bits - WORD;
    const limb *at = a + from / BITS;
    scepcore_wide t = at[0] | (scepcore_wide)at[1] << BITS;
    t >>= from % BITS;
#if SCEPCORE_LIMB_BITS == 32
    return (limb)t;
#else
    /* 2 * BITS - (BITS - 1) may be less than WORD: the third limb. */
    return (limb)t | (limb)((scepcore_wide)at[2] << (2 * BITS - from % BITS));
#endif
}

SCEPCORE_SMALL uint32_t scepcore_modulus_init(scepcore_modulus *m, const limb *n, unsigned bits,
                                              size_t limbs) {
    limb y = 1;
    m->n = n;
    m->limbs = limbs;
    m->bits = bits;
    if (bits < SCEPCORE_MIN_MODULUS_BITS) {
        return 0;
    }
    /* Newton: each round doubles the number of right low bits. */
    for (unsigned right = 1; right < BITS; right *= 2) {
        y *= 2 - n[0] * y;
    }
    m->n0i = ((limb)0 - y) & MASK;
    /* 2^(2 * WORD - 2) / v bit by bit; the remainder stays below v < 2^WORD. */
    limb v = top_word(n, m), remainder = (limb)1 << (WORD - 2), quotient = 0;
    for (size_t i = 0; i < WORD; i++) {
        limb high = remainder >> (WORD - 1);
        remainder <<= 1;
        /* 1 if the doubled remainder is at least v. */
        limb fits =
            high | (1 ^ (((~remainder & v) | ((~remainder | v) & (remainder - v))) >> (WORD - 1)));
        remainder -= v & ((limb)0 - fits);
        quotient = quotient << 1 | fits;
    }
    m->inverse = quotient;
    return (uint32_t)(n[0] & 1);
}

/* a + carry * R, which is below 2n, becomes a mod n. */
static void subtract_once(limb *a, uint32_t carry, const scepcore_modulus *m) {
    uint32_t below = scepcore_number_sub(a, m->n, m->limbs, 0);
    scepcore_number_sub(a, m->n, m->limbs, carry | (1 ^ below));
}

void scepcore_modulus_normalise(limb *a, const scepcore_modulus *m) {
    subtract_once(a, 0, m);
}

/*
 * a = a * 2^k mod n, for a < n, k <= BITS. The quotient is estimated from the top words: v cut off
 * makes it too large by less than 1/4, a and the inverse cut off too small by less than 1/2: off by
 * one at most in either direction, which one masked addition and one subtraction put right. Whole
 * words leave the quotient no room above them: there k <= 16, but a < R < 2n may be more than n.
 */
static void shift(limb *a, unsigned k, const scepcore_modulus *m) {
    limb q = (limb)((scepcore_wide)top_word(a, m) * m->inverse >> (2 * WORD - 2 - k));
    limb power = (limb)1 << k;
    scepcore_signed_wide carry = 0;
    for (size_t i = 0; i < m->limbs; i++) {
        carry += (scepcore_signed_wide)((scepcore_wide)a[i] * power - (scepcore_wide)q * m->n[i]);
        a[i] = (limb)carry & MASK;
        carry >>= BITS;
    }
    /* -1, 0 or, where 2n does not fit R, 1. */
    uint32_t negative = (uint32_t)(carry >> 32) & 1;
    scepcore_number_add(a, m->n, m->limbs, negative);
    subtract_once(a, ((uint32_t)carry & 1) ^ negative, m);
}

void scepcore_modulus_shift(limb *a, unsigned k, const scepcore_modulus *m) {
    if (m->bits < m->limbs * BITS) {
        /* 2n has a bit more than the top word holds. */
        scepcore_modulus_normalise(a, m);
    }
    shift(a, k, m);
}

/* a = a * 2^BITS mod n, for a < n. */
static void shift_limb(limb *a, const scepcore_modulus *m) {
#if SCEPCORE_LIMB_BITS == 32
    shift(a, 16, m);
    shift(a, 16, m);
#else
    shift(a, BITS, m);
#endif
}

SCEPCORE_SMALL void scepcore_modulus_one(limb *d, const scepcore_modulus *m) {
    scepcore_number_clear(d, m->limbs);
    /* n has its top bit set: 2^bits mod n = 2^bits - n, where 2^bits may be just R. */
    if (m->bits < m->limbs * BITS) {
        d[m->bits / BITS] = (limb)1 << (m->bits % BITS);
    }
    scepcore_number_sub(d, m->n, m->limbs, 1);
    for (size_t left = m->limbs * BITS - m->bits; left > 0;) {
        size_t most = BITS == 32 ? 16 : BITS, now = left < most ? left : most;
        shift(d, (unsigned)now, m);
        left -= now;
    }
}

SCEPCORE_SMALL void scepcore_modulus_square_r(limb *d, limb *t, const scepcore_modulus *m) {
    /* R * 2^(BITS * j): shifts raise j by one, squarings double it; j = limbs is R^2. A squaring
     * costs as much as about `limbs` / 6 shifts. */
    size_t squarings = 0;
    while (m->limbs >> squarings > 4 + m->limbs / 12) {
        squarings++;
    }
    limb *from = squarings & 1 ? t : d, *to = squarings & 1 ? d : t;
    scepcore_number_clear(to, m->limbs);
    scepcore_modulus_one(from, m);
    for (size_t i = m->limbs >> squarings; i > 0; i--) {
        shift_limb(from, m);
    }
    while (squarings > 0) {
        limb *last = from;
        squarings--;
        scepcore_modpow->sqr(to, from, m);
        scepcore_modulus_normalise(to, m);
        from = to;
        to = last;
        if (m->limbs >> squarings & 1) {
            shift_limb(from, m);
        }
    }
}

SCEPCORE_SMALL void scepcore_modulus_enter(limb *d, const unsigned char *x, size_t len,
                                           const limb *r2, limb *t, limb *u,
                                           const scepcore_modulus *m) {
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
        scepcore_modulus_normalise(d, m);
        scepcore_modulus_normalise(u, m);
        subtract_once(d, scepcore_number_add(d, u, m->limbs, 1), m);
    }
}

SCEPCORE_SMALL void scepcore_modulus_leave(limb *d, const limb *a, limb *t,
                                           const scepcore_modulus *m) {
    scepcore_number_clear(d, m->limbs);
    scepcore_number_clear(t, m->limbs);
    t[0] = 1;
    scepcore_modpow->mul(d, a, t, m);
    scepcore_modulus_normalise(d, m);
}
