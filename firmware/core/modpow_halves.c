/*
 * modpow_halves.c: Montgomery product and squaring for cores without a long multiply (ARMv6-M).
 * For: modpow_select.c.
 * Method: product scanning as in modpow_portable.c; a limb of 28 bits is two halves and their sum,
 * so that a product of limbs takes three multiplications (A. Karatsuba 1962) into three sums of 32
 * bits: low, high, and both with the middle, which is their difference. Eight products fit, then
 * the sums move to the 64-bit column. One operand lies back to front: both are read upwards.
 *
 * Constant time: as modpow_portable.c; MULS takes 1 or 32 cycles on a Cortex-M0+, whichever the
 * chip's maker chose, but never a number that depends on the operands.
 */
#include "modpow.h"

#ifdef SCEPCORE_HAVE_HALVES

typedef scepcore_limb limb;

/* A limb, low + 2^14 * high; modpow_halves_column.S knows the order. */
typedef struct {
    uint32_t low, high, sum;
} halves;

#define MAX_LIMBS 75
#define MASK SCEPCORE_LIMB_MASK

static inline halves split(limb a) {
    uint32_t low = a & 0x3fff, high = a >> 14;
    return (halves){low, high, low + high};
}

static void upwards(halves *d, const limb *s, size_t limbs) {
    for (size_t i = 0; i < limbs; i++) {
        d[i] = split(s[i]);
    }
}

static void downwards(halves *d, const limb *s, size_t limbs) {
    for (size_t i = 0; i < limbs; i++) {
        d[limbs - 1 - i] = split(s[i]);
    }
}

#if defined(__arm__) && defined(__thumb__) && !defined(SCEPCORE_NO_ASM)
#define column scepcore_halves_column
/* modpow_halves_column.S: acc + sum a[i] * b[i], i < n. */
uint64_t scepcore_halves_column(uint64_t acc, const halves *a, const halves *b, size_t n);
#else
static uint64_t column(uint64_t acc, const halves *a, const halves *b, size_t n) {
    while (n > 0) {
        uint32_t low = 0, high = 0, all = 0;
        size_t steps = n < 8 ? n : 8;
        for (n -= steps; steps > 0; steps--, a++, b++) {
            low += a->low * b->low;
            high += a->high * b->high;
            all += a->sum * b->sum;
        }
        /* `all` may have wrapped: the middle, of twice eight products, fits. */
        acc += low + ((uint64_t)(all - low - high) << 14) + ((uint64_t)high << 28);
    }
    return acc;
}
#endif

/* acc + a * b for one limb each. */
static inline uint64_t add_product(uint64_t acc, const halves *a, const halves *b) {
    uint32_t low = a->low * b->low, high = a->high * b->high;
    uint32_t middle = a->sum * b->sum - low - high;
    return acc + low + ((uint64_t)middle << 14) + ((uint64_t)high << 28);
}

/* The multiplier of a column: added, it clears the low limb. */
static uint64_t reduce(uint64_t acc, halves *m, const halves *n0, limb n0i) {
    *m = split(((limb)acc * n0i) & MASK);
    return add_product(acc, m, n0) >> SCEPCORE_LIMB_BITS;
}

static void mul(limb *d, const limb *a, const limb *b, const scepcore_modulus *mod) {
    size_t len = mod->limbs;
    if (len > MAX_LIMBS) {
        scepcore_portable_mul(d, a, b, mod);
        return;
    }
    halves x[len], y[len], n[len], m[len];
    uint64_t acc = 0;
    upwards(x, a, len);
    downwards(y, b, len);
    downwards(n, mod->n, len);
    for (size_t k = 0; k < len; k++) {
        acc = column(acc, x, y + len - 1 - k, k + 1);
        acc = column(acc, m, n + len - 1 - k, k);
        acc = reduce(acc, m + k, n + len - 1, mod->n0i);
    }
    for (size_t k = len; k < 2 * len; k++) {
        size_t first = k - len + 1;
        acc = column(acc, x + first, y, len - first);
        acc = column(acc, m + first, n, len - first);
        d[k - len] = (limb)acc & MASK;
        acc >>= SCEPCORE_LIMB_BITS;
    }
}

static void sqr(limb *d, const limb *a, const scepcore_modulus *mod) {
    size_t len = mod->limbs;
    if (len > MAX_LIMBS) {
        scepcore_portable_mul(d, a, a, mod);
        return;
    }
    halves x[len], y[len], n[len], m[len];
    uint64_t acc = 0;
    upwards(x, a, len);
    downwards(y, a, len);
    downwards(n, mod->n, len);
    for (size_t k = 0; k < 2 * len; k++) {
        size_t first = k < len ? 0 : k - len + 1;
        /* x[i] * x[k-i] for i below the middle, y[j] = x[len-1-j]. */
        uint64_t cross = column(0, x + first, y + len - 1 - k + first, (k + 1) / 2 - first);
        acc += cross << 1;
        if ((k & 1) == 0) {
            acc = add_product(acc, x + k / 2, x + k / 2);
        }
        if (k < len) {
            acc = column(acc, m, n + len - 1 - k, k);
            acc = reduce(acc, m + k, n + len - 1, mod->n0i);
        } else {
            acc = column(acc, m + first, n, len - first);
            d[k - len] = (limb)acc & MASK;
            acc >>= SCEPCORE_LIMB_BITS;
        }
    }
}

static void select(limb *d, const limb *table, uint32_t index, size_t limbs) {
    scepcore_modpow_portable.select(d, table, index, limbs);
}

const scepcore_modpow_kernel scepcore_modpow_halves = {"halves", mul, sqr, select};

#else
/* A translation unit of ISO C is not empty. */
typedef int scepcore_no_halves;
#endif
