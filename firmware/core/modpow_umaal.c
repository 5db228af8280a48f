/*
 * modpow_umaal.c: the kernel of Cortex-M cores with UMAAL; all of it is in modpow_umaal_words.S.
 * For: modpow_select.c. Method: see modpow_umaal_words.S.
 *
 * Constant time: as modpow_umaal_words.S and modpow_portable.c argue; which of the two computes
 * depends on the number of limbs only.
 */
#include "modpow.h"

#if SCEPCORE_HAVE_UMAAL

typedef scepcore_limb limb;

/* modpow_umaal_words.S: multiples of 4 limbs, products and squares up to MAX_LIMBS. */
void scepcore_umaal_mul(limb *d, const limb *a, const limb *b, const scepcore_modulus *m);
void scepcore_umaal_sqr(limb *d, const limb *a, const scepcore_modulus *m);
void scepcore_umaal_select(limb *d, const limb *table, uint32_t index, size_t limbs);

#define MAX_LIMBS 64

static int served(const scepcore_modulus *m) {
    return m->limbs % 4 == 0 && m->limbs <= MAX_LIMBS;
}

static void mul(limb *d, const limb *a, const limb *b, const scepcore_modulus *m) {
    if (served(m)) {
        scepcore_umaal_mul(d, a, b, m);
    } else {
        scepcore_portable_mul(d, a, b, m);
    }
}

static void sqr(limb *d, const limb *a, const scepcore_modulus *m) {
    if (served(m)) {
        scepcore_umaal_sqr(d, a, m);
    } else {
        scepcore_portable_mul(d, a, a, m);
    }
}

static void select(limb *d, const limb *table, uint32_t index, size_t limbs) {
    if (limbs % 4 == 0) {
        scepcore_umaal_select(d, table, index, limbs);
    } else {
        scepcore_modpow_portable.select(d, table, index, limbs);
    }
}

const scepcore_modpow_kernel scepcore_modpow_umaal = {"umaal", mul, sqr, select};

#else
/* A translation unit of ISO C is not empty. */
typedef int scepcore_no_umaal;
#endif
