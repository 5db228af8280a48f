/*
 * modpow.h: Montgomery arithmetic, shared by private, public and key generation.
 * For: rsa_*.c and the kernels (modpow_<variant>); not for the bindings.
 * Method: P. L. Montgomery 1985; lazy reduction after C. D. Walter 1999 (R > 4n, values < 2n).
 *
 * A number is an array of L limbs, little-endian, each below 2^SCEPCORE_LIMB_BITS, at a pointer
 * with SCEPCORE_PAD zero limbs before and after it: the column loops read a little over the
 * edges instead of branching there. Invariant everywhere: operands and results of mul and sqr
 * are < 2n and < R = 2^(L * SCEPCORE_LIMB_BITS), and 4n < R; but where a modulus fills its limbs of
 * whole words (SCEPCORE_LIMB_BITS is 32) to the last bit, n < R < 2n, and the kernel subtracts n
 * once where a result would leave R. L and the bit length of n are public.
 *
 * Constant time: no function here branches or indexes by a limb, except where its comment says
 * that the value is public.
 */
#ifndef SCEPCORE_MODPOW_H
#define SCEPCORE_MODPOW_H

#include <stddef.h>
#include <stdint.h>

#include "modpow_radix.h"

/* scepcore_difference holds a limb with its sign, scepcore_sum the sum of two and a carry. */
#if SCEPCORE_LIMB_BITS == 60
typedef uint64_t scepcore_limb;
__extension__ typedef unsigned __int128 scepcore_wide;
__extension__ typedef __int128 scepcore_signed_wide;
typedef int64_t scepcore_difference;
typedef uint64_t scepcore_sum;
#else
typedef uint32_t scepcore_limb;
typedef uint64_t scepcore_wide;
typedef int64_t scepcore_signed_wide;
#if SCEPCORE_LIMB_BITS == 32
typedef int64_t scepcore_difference;
typedef uint64_t scepcore_sum;
#else
typedef int32_t scepcore_difference;
typedef uint32_t scepcore_sum;
#endif
#endif

/* A function that runs a few times an operation: compiled for size. */
#define SCEPCORE_SMALL __attribute__((cold))

#define SCEPCORE_LIMB_MASK ((scepcore_limb)-1 >> (sizeof(scepcore_limb) * 8 - SCEPCORE_LIMB_BITS))
#define SCEPCORE_PAD 3

/* Limbs that are enough for a modulus of `bits` or fewer: two bits of slack make R > 4n. */
#define SCEPCORE_ROOM(bits) (((bits) + 2 + SCEPCORE_LIMB_BITS - 1) / SCEPCORE_LIMB_BITS)
/* Limbs of a modulus of exactly `bits`: as many, but for one that fills whole words. */
#if SCEPCORE_LIMB_BITS == 32
#define SCEPCORE_LIMBS(bits) (((bits) + ((bits) % 32 != 0 ? 2 : 0) + 31) / 32)
#else
#define SCEPCORE_LIMBS(bits) SCEPCORE_ROOM(bits)
#endif
/* Array length for L limbs with both pads. */
#define SCEPCORE_SPAN(L) ((L) + 2 * SCEPCORE_PAD)
/* Largest modulus: 4096 bits. Largest factor: BearSSL's, 4096 / 2 + 32 bits. */
#define SCEPCORE_MAX_LIMBS SCEPCORE_ROOM(4096)
#define SCEPCORE_MAX_FACTOR_LIMBS SCEPCORE_ROOM(2080)
/* How much longer products take than those of other lengths: see modpow_umaal.c. */
#if SCEPCORE_LIMB_BITS == 32
#define SCEPCORE_SLOWNESS(limbs) ((limbs) % 4 != 0 ? 4 : 1)
#else
#define SCEPCORE_SLOWNESS(limbs) 1
#endif

/* Window of the exponentiation: 4 bits. With every entry read at every look-up, 5 bits save
 * products but spend as much on reading (measured: equal within 1 %), and cost twice the RAM. */
#define SCEPCORE_WINDOW_ENTRIES 16

/* A modulus: n odd, of exactly `bits` bits, at least SCEPCORE_MIN_MODULUS_BITS. The .S files
 * know the order of the first four fields. */
typedef struct {
    const scepcore_limb *n;
    size_t limbs;
    unsigned bits;
    scepcore_limb n0i;     /* -1/n mod 2^SCEPCORE_LIMB_BITS */
    scepcore_limb inverse; /* 2^(2w-2) / v, v = the top w bits of n, w = bits of a scepcore_limb */
} scepcore_modulus;
#define SCEPCORE_MIN_MODULUS_BITS 128

/* ---- kernels: one of each kind per variant, chosen in modpow_select.c ---- */

typedef struct {
    const char *name;
    /* d = a * b / R mod n; d is none of a, b, n and may hold anything but its pads. */
    void (*mul)(scepcore_limb *d, const scepcore_limb *a, const scepcore_limb *b,
                const scepcore_modulus *m);
    /* d = a * a / R mod n; d is not a. */
    void (*sqr)(scepcore_limb *d, const scepcore_limb *a, const scepcore_modulus *m);
    /* d = table[index], entries of `limbs` limbs without pads; reads every entry. */
    void (*select)(scepcore_limb *d, const scepcore_limb *table, uint32_t index, size_t limbs);
} scepcore_modpow_kernel;

extern const scepcore_modpow_kernel scepcore_modpow_portable;
/* Its product, which other kernels fall back on. */
void scepcore_portable_mul(scepcore_limb *d, const scepcore_limb *a, const scepcore_limb *b,
                           const scepcore_modulus *m);
extern const scepcore_modpow_kernel scepcore_modpow_umlal;
extern const scepcore_modpow_kernel scepcore_modpow_umaal;
extern const scepcore_modpow_kernel scepcore_modpow_halves;
/* The variant that this build uses. */
extern const scepcore_modpow_kernel *const scepcore_modpow;

/* ---- modpow_number.c: numbers ---- */

/* d[limbs] = the big-endian integer of len bytes; 0 where it does not fit (contents undefined). */
uint32_t scepcore_number_decode(scepcore_limb *d, size_t limbs, const unsigned char *src,
                                size_t len);
/* Like it, but takes bits from bit `from` on only: one chunk of a longer number. */
void scepcore_number_decode_at(scepcore_limb *d, size_t limbs, const unsigned char *src, size_t len,
                               size_t from);
/* The low len bytes of a[limbs], big-endian. */
void scepcore_number_encode(unsigned char *dst, size_t len, const scepcore_limb *a, size_t limbs);
/* a -= b if ctl is 1 (always the same work); returns the borrow. */
uint32_t scepcore_number_sub(scepcore_limb *a, const scepcore_limb *b, size_t limbs, uint32_t ctl);
/* a += b if ctl is 1; returns the carry out of the top limb. */
uint32_t scepcore_number_add(scepcore_limb *a, const scepcore_limb *b, size_t limbs, uint32_t ctl);
/* d[la + lb] = a * b + c, c of lb limbs or NULL. d is none of a, b. */
void scepcore_number_mul_add(scepcore_limb *d, const scepcore_limb *a, size_t la,
                             const scepcore_limb *b, size_t lb, const scepcore_limb *c);
/* 1 if equal. */
uint32_t scepcore_number_equal(const scepcore_limb *a, const scepcore_limb *b, size_t limbs);
/* a *= 2^k, k < 4; the product fits. Not for limbs of whole words. */
void scepcore_number_shift(scepcore_limb *a, unsigned k, size_t limbs);
/* Set to zero with both pads. */
void scepcore_number_clear(scepcore_limb *a, size_t limbs);

/* ---- modpow_mont.c: into and out of Montgomery form ---- */

/* Fills m; n's pads must be zero and its bit length exactly `bits`. 0 if n is even or short. */
uint32_t scepcore_modulus_init(scepcore_modulus *m, const scepcore_limb *n, unsigned bits,
                               size_t limbs);
/* d = R^2 mod n, < n; t is scratch (a number). */
void scepcore_modulus_square_r(scepcore_limb *d, scepcore_limb *t, const scepcore_modulus *m);
/* d = R mod n, < n. */
void scepcore_modulus_one(scepcore_limb *d, const scepcore_modulus *m);
/* a < 2n becomes a mod n. */
void scepcore_modulus_normalise(scepcore_limb *a, const scepcore_modulus *m);
/* a = a * 2^k mod n for a < 2n, k <= 16. */
void scepcore_modulus_shift(scepcore_limb *a, unsigned k, const scepcore_modulus *m);
/* d = x * R mod n for an integer of len bytes, any length; r2 = R^2; t, u scratch. */
void scepcore_modulus_enter(scepcore_limb *d, const unsigned char *x, size_t len,
                            const scepcore_limb *r2, scepcore_limb *t, scepcore_limb *u,
                            const scepcore_modulus *m);
/* d = a / R mod n, < n; t scratch. d is not a. */
void scepcore_modulus_leave(scepcore_limb *d, const scepcore_limb *a, scepcore_limb *t,
                            const scepcore_modulus *m);

/* ---- modpow_window.c: exponentiation in steps ---- */

/* All memory is the caller's: acc, tmp, sel numbers; table of SCEPCORE_WINDOW_ENTRIES * limbs. */
typedef struct {
    const scepcore_modulus *m;
    const unsigned char *e; /* big-endian, secret; elen public */
    size_t elen;
    size_t done; /* exponent nibbles worked off */
    scepcore_limb *acc, *tmp, *sel, *table;
} scepcore_modexp;

/* Starts acc^e; acc holds the base in Montgomery form and later the result. */
void scepcore_modexp_init(scepcore_modexp *x, const scepcore_modulus *m, scepcore_limb *acc,
                          scepcore_limb *tmp, scepcore_limb *sel, scepcore_limb *table,
                          const unsigned char *e, size_t elen);
/* Works on; at most about 12 M instructions on ARM926. Returns 1 when finished. */
int scepcore_modexp_step(scepcore_modexp *x);

#endif
