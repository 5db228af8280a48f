/*
 * rsa_prime.h: the search for one RSA prime, in bounded steps.
 * For: rsa_keygen.c.
 * Standard: FIPS 186-5 Appendix A.1.3 (conditions), Appendix B.3.1 (Miller-Rabin).
 */
#ifndef SCEPCORE_RSA_PRIME_H
#define SCEPCORE_RSA_PRIME_H

#include "bearssl.h"
#include "modpow.h"
#include "sieve.h"

#define SCEPCORE_PRIME_MAX_BITS 2048

/* Limbs of a candidate: eight bits of slack for begin_base_2 in rsa_prime.c, whole words without.
 * SCEPCORE_PRIME_ROOM is enough for a candidate of `bits` or fewer. */
#if SCEPCORE_LIMB_BITS == 32
#define SCEPCORE_PRIME_LIMBS(bits) SCEPCORE_LIMBS(bits)
#define SCEPCORE_PRIME_ROOM(bits) SCEPCORE_ROOM(bits)
#else
#define SCEPCORE_PRIME_LIMBS(bits) (((bits) + 8 + SCEPCORE_LIMB_BITS - 1) / SCEPCORE_LIMB_BITS)
#define SCEPCORE_PRIME_ROOM(bits) SCEPCORE_PRIME_LIMBS(bits)
#endif
#define SCEPCORE_PRIME_PIECES(bits) (((bits) + 27) / 28)

/* Numbers that the search works on, all of SCEPCORE_PRIME_ROOM limbs, and the window's table. */
typedef struct {
    scepcore_limb *n; /* the candidate, in the end the prime */
    scepcore_limb *acc, *tmp, *sel, *one;
    scepcore_limb *table;
} scepcore_prime_space;

/* One search. Invariant between steps: n = start + 4 * index, unless state is PRIME_START. */
typedef struct {
    const br_prng_class **rng;
    scepcore_prime_space at;
    scepcore_modulus m;
    scepcore_modexp power;
    unsigned bits;
    uint32_t e;
    uint32_t index;      /* candidate in the sieve's window */
    uint32_t candidates; /* that were exponentiated */
    unsigned done;       /* windows of the base-2 test, or rounds */
    int state;
    uint32_t start[SCEPCORE_PRIME_PIECES(SCEPCORE_PRIME_MAX_BITS)];
    unsigned char exponent[SCEPCORE_PRIME_MAX_BITS / 8]; /* (n - 1) / 2; also random octets */
    scepcore_sieve sieve;
} scepcore_prime;

/* Starts a search for a prime of exactly `bits` bits, its two top bits set, 3 mod 4, with p - 1
 * prime to e. */
void scepcore_prime_init(scepcore_prime *p, const scepcore_prime_space *at, unsigned bits,
                         uint32_t e, const br_prng_class **rng);

/* Works on, <= 20 M instructions on ARM926. Returns 1 when at.n is a prime. */
int scepcore_prime_step(scepcore_prime *p);

/* 1/(n - 1) mod e in *inverse, n odd; 0 if there is none. Constant time in n. */
uint32_t scepcore_prime_inverse(uint32_t *inverse, const scepcore_limb *n, size_t limbs,
                                uint32_t e);

#endif
