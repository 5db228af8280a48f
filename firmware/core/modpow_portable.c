/*
 * modpow_portable.c: Montgomery product and squaring in C, by columns; of whole words by rows.
 * For: modpow_select.c, on every core that has no kernel of its own, and for lengths that another
 * kernel does not serve.
 * Method: product scanning, product and reduction in one double-length accumulator a column.
 *
 * Constant time: all loop bounds derive from the number of limbs; no branch or address depends
 * on a limb. Needs a multiplier whose time does not depend on its operands (ARM9E and later,
 * Cortex-M3's UMLAL is not: there the blinding of the caller's protocol is the only cover).
 *
 * Column bound: one step adds two products, < 2 * 2^(2B); after CARRY_STEPS of them the excess
 * above one limb moves to `over`, so the accumulator never wraps (4,096-bit moduli: 147 limbs).
 */
#include "modpow.h"

#define CARRY_STEPS 120
#define MASK SCEPCORE_LIMB_MASK
#define BITS SCEPCORE_LIMB_BITS

typedef scepcore_limb limb;
typedef scepcore_wide wide;

#if SCEPCORE_LIMB_BITS == 32

void scepcore_portable_mul(limb *d, const limb *a, const limb *b, const scepcore_modulus *m) {
    const limb *n = m->n;
    size_t len = m->limbs;
    limb over = 0;
    for (size_t i = 0; i < len; i++) {
        d[i] = 0;
    }
    for (size_t i = 0; i < len; i++) {
        /* A product and two words: no overflow. */
        wide acc = 0;
        for (size_t j = 0; j < len; j++) {
            acc += (wide)a[i] * b[j] + d[j];
            d[j] = (limb)acc;
            acc >>= BITS;
        }
        wide top = acc + over;
        limb q = d[0] * m->n0i;
        acc = ((wide)q * n[0] + d[0]) >> BITS;
        for (size_t j = 1; j < len; j++) {
            acc += (wide)q * n[j] + d[j];
            d[j - 1] = (limb)acc;
            acc >>= BITS;
        }
        /* Below b + n: one bit over. */
        top += acc;
        d[len - 1] = (limb)top;
        over = (limb)(top >> BITS);
    }
    scepcore_number_sub(d, n, len, over);
}

static void sqr(limb *d, const limb *a, const scepcore_modulus *m) {
    scepcore_portable_mul(d, a, a, m);
}

#else

/* Where another kernel does the work, this one is small rather than fast. On a 64-bit host, where
 * code may be long, the factors of 2,048-bit keys have a copy whose loops are all unrolled: half
 * the time, 25 KB. */
#if defined(SCEPCORE_HAVE_UMLAL)
#define UNROLL
#define UNROLL_COLUMNS
#elif SCEPCORE_LIMB_BITS == 60
#define FIXED SCEPCORE_LIMBS(1024)
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 18")
#define UNROLL_COLUMNS _Pragma("GCC unroll 36")
#else
#define UNROLL _Pragma("GCC unroll 4")
#define UNROLL_COLUMNS
#endif
#ifndef INLINE
#define INLINE static inline
#endif

/* acc += sum a[i] * b[-i] + c[i] * e[-i], i < n; what exceeds a limb may move to *over. */
INLINE wide columns(wide acc, wide *over, const limb *a, const limb *b, const limb *c,
                    const limb *e, size_t n) {
    while (n > 0) {
        size_t now = n < CARRY_STEPS ? n : CARRY_STEPS;
        UNROLL
        for (size_t i = 0; i < now; i++) {
            acc += (wide)*a++ * *b--;
            acc += (wide)*c++ * *e--;
        }
        n -= now;
        if (n > 0) {
            *over += acc >> BITS;
            acc &= MASK;
        }
    }
    return acc;
}

/* acc += sum a[i] * b[-i], i < n. */
INLINE wide column(wide acc, wide *over, const limb *a, const limb *b, size_t n) {
    while (n > 0) {
        size_t now = n < CARRY_STEPS ? n : CARRY_STEPS;
        UNROLL
        for (size_t i = 0; i < now; i++) {
            acc += (wide)*a++ * *b--;
        }
        n -= now;
        if (n > 0) {
            *over += acc >> BITS;
            acc &= MASK;
        }
    }
    return acc;
}

#ifdef FIXED
INLINE void mul(limb *d, const limb *a, const limb *b, const scepcore_modulus *m, size_t len) {
#else
void scepcore_portable_mul(limb *d, const limb *a, const limb *b, const scepcore_modulus *m) {
    size_t len = m->limbs;
#endif
    const limb *n = m->n;
    wide acc = 0, over = 0;
    UNROLL_COLUMNS
    for (size_t k = 0; k < len; k++) {
        /* d[0..k-1] holds the reduction's multipliers. */
        acc = columns(acc, &over, a, b + k, d, n + k, k);
        acc += (wide)a[k] * b[0];
        d[k] = ((limb)acc * m->n0i) & MASK;
        acc += (wide)d[k] * n[0];
        acc = over + (acc >> BITS);
        over = 0;
    }
    UNROLL_COLUMNS
    for (size_t k = len; k < 2 * len; k++) {
        size_t first = k - len + 1;
        acc = columns(acc, &over, a + first, b + len - 1, d + first, n + len - 1, len - first);
        d[k - len] = (limb)acc & MASK;
        acc = over + (acc >> BITS);
        over = 0;
    }
}

#ifdef FIXED
void scepcore_portable_mul(limb *d, const limb *a, const limb *b, const scepcore_modulus *m) {
    if (m->limbs == FIXED) {
        mul(d, a, b, m, FIXED);
    } else {
        mul(d, a, b, m, m->limbs);
    }
}

INLINE void square(limb *d, const limb *a, const scepcore_modulus *m, size_t len) {
#else
static void sqr(limb *d, const limb *a, const scepcore_modulus *m) {
    size_t len = m->limbs;
#endif
    const limb *n = m->n;
    limb twice[SCEPCORE_MAX_LIMBS];
    wide acc = 0, over = 0;
    for (size_t i = 0; i < len; i++) {
        twice[i] = a[i] << 1;
    }
    UNROLL_COLUMNS
    for (size_t k = 0; k < 2 * len; k++) {
        size_t first = k < len ? 0 : k - len + 1;
        /* Cross products i < j, i + j = k, with one factor doubled, then the square. */
        acc = column(acc, &over, a + first, twice + (k - first), (k + 1) / 2 - first);
        if ((k & 1) == 0) {
            acc += (wide)a[k / 2] * a[k / 2];
        }
        /* As many limbs again for the reduction: up to here both fit one accumulator. */
        if (len > CARRY_STEPS) {
            over += acc >> BITS;
            acc &= MASK;
        }
        if (k < len) {
            acc = column(acc, &over, d, n + k, k);
            d[k] = ((limb)acc * m->n0i) & MASK;
            acc += (wide)d[k] * n[0];
        } else {
            acc = column(acc, &over, d + first, n + len - 1, len - first);
            d[k - len] = (limb)acc & MASK;
        }
        acc = over + (acc >> BITS);
        over = 0;
    }
}

#ifdef FIXED
static void sqr(limb *d, const limb *a, const scepcore_modulus *m) {
    if (m->limbs == FIXED) {
        square(d, a, m, FIXED);
    } else {
        square(d, a, m, m->limbs);
    }
}
#endif

#endif /* SCEPCORE_LIMB_BITS != 32 */

#ifdef FIXED
INLINE void choose(limb *restrict d, const limb *restrict table, uint32_t index, size_t limbs) {
#else
static void select(limb *d, const limb *table, uint32_t index, size_t limbs) {
#endif
    for (size_t i = 0; i < limbs; i++) {
        d[i] = 0;
    }
    for (uint32_t k = 0; k < SCEPCORE_WINDOW_ENTRIES; k++) {
        /* All ones for k == index: the subtraction wraps only from 0. */
        limb mask = (limb)0 - (limb)(((k ^ index) - 1) >> 31);
        for (size_t i = 0; i < limbs; i++) {
            d[i] |= table[i] & mask;
        }
        table += limbs;
    }
}

#ifdef FIXED
/* With the number of limbs known, the compiler takes two at a time. */
static void select(limb *d, const limb *table, uint32_t index, size_t limbs) {
    if (limbs == FIXED) {
        choose(d, table, index, FIXED);
    } else {
        choose(d, table, index, limbs);
    }
}
#endif

const scepcore_modpow_kernel scepcore_modpow_portable = {"portable", scepcore_portable_mul, sqr,
                                                         select};
