/*
 * rsa_parts.h: what the private operation and the public operation share.
 * For: rsa_private.c, rsa_public.c, rsa_keygen.c, scepcore_keycheck.c.
 * Standard: RFC 8017.
 */
#ifndef SCEPCORE_RSA_PARTS_H
#define SCEPCORE_RSA_PARTS_H

#include "modpow.h"

/*
 * x := x^e mod n for a number 0 <= x < n; e big-endian and public, n and x may be secret.
 * t, u, v: scratch numbers.
 */
void scepcore_rsa_power(scepcore_limb *x, scepcore_limb *t, scepcore_limb *u, scepcore_limb *v,
                        const scepcore_modulus *m, const unsigned char *e, size_t elen);

/* Bit length of a big-endian integer, without a branch on its octets. */
unsigned scepcore_rsa_bit_length(const unsigned char *src, size_t len);

/* Debug builds: called with each intermediate, so that a test can flip a limb of it. */
#ifdef SCEPCORE_FAULT
extern void (*scepcore_rsa_fault_hook)(int where, scepcore_limb *a, size_t limbs);
#define SCEPCORE_FAULT_POINT(where, a, limbs) scepcore_rsa_fault_hook((where), (a), (limbs))
#else
#define SCEPCORE_FAULT_POINT(where, a, limbs) ((void)0)
#endif

/* Where the intermediates stand. */
enum {
    SCEPCORE_FAULT_BASE,   /* x in Montgomery form, modulo a factor */
    SCEPCORE_FAULT_WINDOW, /* the running power, after each step */
    SCEPCORE_FAULT_FACTOR, /* the factor itself */
    SCEPCORE_FAULT_HALF,   /* x^dq mod q, x^dp mod p */
    SCEPCORE_FAULT_GARNER, /* (s1 - s2) / q mod p */
    SCEPCORE_FAULT_RESULT, /* s before the check */
    SCEPCORE_FAULT_POINTS
};

#endif
