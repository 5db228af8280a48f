/*
 * modpow_umlal.c: the kernel of ARM cores with UMLAL; products and squares in
 * modpow_umlal_columns.S. For: modpow_select.c. Method: see modpow_umlal_columns.S; the table
 * look-up is here.
 *
 * Constant time: as modpow_umlal_columns.S and modpow_portable.c argue; which of the two computes
 * depends on the number of limbs only.
 */
#include "modpow.h"

#ifdef SCEPCORE_HAVE_UMLAL

typedef scepcore_limb limb;

/* modpow_umlal_columns.S: MIN_LIMBS to MAX_LIMBS only; the look-up from 5 limbs on (128 bits). */
void scepcore_umlal_mul(limb *d, const limb *a, const limb *b, const scepcore_modulus *m);
void scepcore_umlal_sqr(limb *d, const limb *a, const scepcore_modulus *m);
/* modpow_umlal37.S: 37 limbs only. */
void scepcore_umlal37_sqr(limb *d, const limb *a, const scepcore_modulus *m);
void scepcore_umlal_select(limb *d, const limb *table, uint32_t index, size_t limbs);

#define MIN_LIMBS 12
#define MAX_LIMBS 75

static void mul(limb *d, const limb *a, const limb *b, const scepcore_modulus *m) {
    if (m->limbs - MIN_LIMBS <= MAX_LIMBS - MIN_LIMBS) {
        scepcore_umlal_mul(d, a, b, m);
    } else {
        scepcore_portable_mul(d, a, b, m);
    }
}

static void sqr(limb *d, const limb *a, const scepcore_modulus *m) {
    if (m->limbs == 37) {
        scepcore_umlal37_sqr(d, a, m);
    } else if (m->limbs - MIN_LIMBS <= MAX_LIMBS - MIN_LIMBS) {
        scepcore_umlal_sqr(d, a, m);
    } else {
        /* No squaring of its own, for the sake of size. */
        scepcore_portable_mul(d, a, a, m);
    }
}

const scepcore_modpow_kernel scepcore_modpow_umlal = {"umlal", mul, sqr, scepcore_umlal_select};

#else
/* A translation unit of ISO C is not empty. */
typedef int scepcore_no_umlal;
#endif
