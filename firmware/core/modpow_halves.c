/*
 * modpow_halves.c: Montgomery product and squaring for cores without a long multiply (ARMv6-M).
 * For: modpow_select.c.
 * Method: product scanning as in modpow_portable.c; a product of two limbs of 28 bits is four of
 * 14-bit halves, gathered in three 32-bit sums and moved to the 64-bit column every eight steps.
 *
 * Constant time: as modpow_portable.c; MULS takes 1 or 32 cycles on a Cortex-M0+, whichever the
 * chip's maker chose, but never a number that depends on the operands.
 */
#include "modpow.h"

#ifdef SCEPCORE_HAVE_HALVES

typedef scepcore_limb limb;
typedef uint16_t half;

#define MAX_LIMBS 75
#define MASK SCEPCORE_LIMB_MASK

/* Low halves at even places. */
static void split(half *d, const limb *s, size_t limbs) {
    for (size_t i = 0; i < limbs; i++) {
        d[2 * i] = (half)(s[i] & 0x3fff);
        d[2 * i + 1] = (half)(s[i] >> 14);
    }
}

/* One limb product; 28 bits each into low and high, two of them into middle: eight steps fit. */
#define STEP(a, b)                                                                                 \
    do {                                                                                           \
        uint32_t al = (a)[0], ah = (a)[1], bl = (b)[0], bh = (b)[1];                               \
        low += al * bl;                                                                            \
        middle += al * bh;                                                                         \
        middle += ah * bl;                                                                         \
        high += ah * bh;                                                                           \
    } while (0)

static inline uint64_t gather(uint64_t acc, uint32_t low, uint32_t middle, uint32_t high) {
    return acc + low + ((uint64_t)middle << 14) + ((uint64_t)high << 28);
}

#if defined(__arm__) && defined(__thumb__) && !defined(SCEPCORE_NO_ASM)
#define column scepcore_halves_column
/* modpow_halves_column.S: acc + sum a[i] * b[-i], i < n, in limbs of two halves. */
uint64_t scepcore_halves_column(uint64_t acc, const half *a, const half *b, size_t n);
#else
static uint64_t column(uint64_t acc, const half *a, const half *b, size_t n) {
    while (n > 0) {
        uint32_t low = 0, middle = 0, high = 0;
        size_t steps = n < 8 ? n : 8;
        for (n -= steps; steps > 0; steps--, a += 2, b -= 2) {
            STEP(a, b);
        }
        acc = gather(acc, low, middle, high);
    }
    return acc;
}
#endif

/* acc + a * b for one limb each. */
static inline uint64_t add_product(uint64_t acc, const half *a, const half *b) {
    uint32_t low = 0, middle = 0, high = 0;
    STEP(a, b);
    return gather(acc, low, middle, high);
}

/* The multiplier of a column: added, it clears the low limb. */
static uint64_t reduce(uint64_t acc, half *m, const half *n, limb n0i) {
    limb t = ((limb)acc * n0i) & MASK;
    split(m, &t, 1);
    return add_product(acc, m, n) >> SCEPCORE_LIMB_BITS;
}

static void mul(limb *d, const limb *a, const limb *b, const scepcore_modulus *mod) {
    half x[2 * MAX_LIMBS], y[2 * MAX_LIMBS], n[2 * MAX_LIMBS], m[2 * MAX_LIMBS];
    size_t len = mod->limbs;
    uint64_t acc = 0;
    if (len > MAX_LIMBS) {
        scepcore_portable_mul(d, a, b, mod);
        return;
    }
    split(x, a, len);
    split(y, b, len);
    split(n, mod->n, len);
    for (size_t k = 0; k < len; k++) {
        acc = column(acc, x, y + 2 * k, k + 1);
        acc = column(acc, m, n + 2 * k, k);
        acc = reduce(acc, m + 2 * k, n, mod->n0i);
    }
    for (size_t k = len; k < 2 * len; k++) {
        size_t first = k - len + 1;
        acc = column(acc, x + 2 * first, y + 2 * (len - 1), len - first);
        acc = column(acc, m + 2 * first, n + 2 * (len - 1), len - first);
        d[k - len] = (limb)acc & MASK;
        acc >>= SCEPCORE_LIMB_BITS;
    }
}

static void sqr(limb *d, const limb *a, const scepcore_modulus *mod) {
    half x[2 * MAX_LIMBS], n[2 * MAX_LIMBS], m[2 * MAX_LIMBS];
    size_t len = mod->limbs;
    uint64_t acc = 0;
    if (len > MAX_LIMBS) {
        scepcore_portable_mul(d, a, a, mod);
        return;
    }
    split(x, a, len);
    split(n, mod->n, len);
    for (size_t k = 0; k < 2 * len; k++) {
        size_t first = k < len ? 0 : k - len + 1;
        uint64_t cross = column(0, x + 2 * first, x + 2 * (k - first), (k + 1) / 2 - first);
        acc += cross << 1;
        if ((k & 1) == 0) {
            acc = add_product(acc, x + k, x + k);
        }
        if (k < len) {
            acc = column(acc, m, n + 2 * k, k);
            acc = reduce(acc, m + 2 * k, n, mod->n0i);
        } else {
            acc = column(acc, m + 2 * first, n + 2 * (len - 1), len - first);
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
