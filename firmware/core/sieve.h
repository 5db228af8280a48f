/*
 * sieve.h: strikes the multiples of small primes out of an arithmetic progression.
 * For: rsa_keygen.c.
 * Method: Eratosthenes, in segments for the small primes, over start + 4i for the candidates.
 */
#ifndef SCEPCORE_SIEVE_H
#define SCEPCORE_SIEVE_H

#include <stddef.h>
#include <stdint.h>

/* Candidates start + 4i, i below this. A prime of 1,024 bits stands at one in 355 of them, so a
 * window without one turns up once in 100,000. */
#define SCEPCORE_SIEVE_WINDOW 4096
/* Odd numbers in one segment of the small primes' own sieve. */
#define SCEPCORE_SIEVE_SEGMENT 2048
/* Odd primes below 1,024: enough for small primes below 2^20. */
#define SCEPCORE_SIEVE_BASES 171

/* The candidates (secret: the survivor becomes a factor) and where the small primes stand. */
typedef struct {
    uint32_t base;                               /* first number of the segment, odd */
    uint32_t bound;                              /* small primes below this, at most 2^20 */
    uint16_t next[SCEPCORE_SIEVE_BASES];         /* next multiple of a base, in the segment */
    uint8_t segment[SCEPCORE_SIEVE_SEGMENT / 8]; /* bit set: composite */
    uint8_t struck[SCEPCORE_SIEVE_WINDOW / 8];   /* bit i set: start + 4i is composite */
} scepcore_sieve;

/* Starts over for a new start; small primes below bound. */
void scepcore_sieve_init(scepcore_sieve *s, uint32_t bound);

/* Strikes with the small primes of one segment (some 400). start: pieces of 28 bits, little-endian,
 * 3 mod 4. Returns 1 when the bound is reached. */
int scepcore_sieve_step(scepcore_sieve *s, const uint32_t *start, size_t pieces);

/* The first i >= from that is not struck, or SCEPCORE_SIEVE_WINDOW. */
uint32_t scepcore_sieve_candidate(const scepcore_sieve *s, uint32_t from);

#endif
