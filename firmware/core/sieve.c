/*
 * sieve.c: strikes the multiples of small primes out of an arithmetic progression.
 * For: rsa_keygen.c.
 * Method: Eratosthenes; residues by reciprocals, as ARM9 and Cortex-M0 have no division.
 *
 * The residues are computed in constant time. The strokes then write at addresses that depend on
 * them: an observer of the cache during the one time a key is made would learn about the start.
 * The sets run one program on one core; on a host, make keys where nobody else runs.
 */
#include "sieve.h"

#include "modpow.h"

#include <string.h>

#include "scepcore_ct.h"

/* Half the gaps of the odd primes below 1,024, beginning at 1: 1 + 2 = 3. */
static const uint8_t half_gaps[SCEPCORE_SIEVE_BASES] = {
    1, 1, 1, 2, 1, 2, 1, 2, 3,  1, 3, 2, 1, 2, 3, 3, 1, 3, 2, 1, 3, 2, 3, 4, 2, 1, 2, 1, 2,
    7, 2, 3, 1, 5, 1, 3, 3, 2,  3, 3, 1, 5, 1, 2, 1, 6, 6, 2, 1, 2, 3, 1, 5, 3, 3, 3, 1, 3,
    2, 1, 5, 7, 2, 1, 2, 7, 3,  5, 1, 2, 3, 4, 3, 3, 2, 3, 4, 2, 4, 5, 1, 5, 1, 3, 2, 3, 4,
    2, 1, 2, 6, 4, 2, 4, 2, 3,  6, 1, 9, 3, 5, 3, 3, 1, 3, 5, 3, 3, 1, 3, 3, 2, 1, 6, 5, 1,
    2, 3, 3, 1, 6, 2, 3, 4, 5,  4, 5, 4, 3, 3, 2, 4, 3, 2, 4, 2, 7, 5, 6, 1, 5, 1, 2, 1, 5,
    7, 2, 1, 2, 7, 2, 1, 2, 10, 2, 4, 5, 4, 2, 3, 3, 7, 2, 3, 3, 4, 3, 6, 2, 3, 1,
};

static int bit(const uint8_t *bits, uint32_t i) {
    return bits[i / 8] >> (i & 7) & 1;
}

static void set(uint8_t *bits, uint32_t i) {
    bits[i / 8] |= (uint8_t)(1u << (i & 7));
}

/* Marks the composites of the segment at s->base and moves the bases on. */
static void fill_segment(scepcore_sieve *s) {
    uint32_t p = 1;
    memset(s->segment, 0, sizeof s->segment);
    for (size_t k = 0; k < SCEPCORE_SIEVE_BASES; k++) {
        uint32_t i = s->next[k];
        p += 2u * half_gaps[k];
        for (; i < SCEPCORE_SIEVE_SEGMENT; i += p) {
            set(s->segment, i);
        }
        s->next[k] = (uint16_t)(i - SCEPCORE_SIEVE_SEGMENT);
    }
}

SCEPCORE_SMALL void scepcore_sieve_init(scepcore_sieve *s, uint32_t bound) {
    uint32_t p = 1;
    s->base = 3;
    s->bound = bound;
    memset(s->struck, 0, sizeof s->struck);
    for (size_t k = 0; k < SCEPCORE_SIEVE_BASES; k++) {
        uint32_t first;
        p += 2u * half_gaps[k];
        /* p itself stays; strike from p^2 on, where that lies within 16 bits, else from the first
         * odd multiple: composites in between have smaller factors anyway. */
        first = (p * p - 3) / 2;
        while (first > 0xffff) {
            first -= p;
        }
        s->next[k] = (uint16_t)first;
    }
}

static uint32_t high_word(uint32_t a, uint32_t b) {
    return (uint32_t)((uint64_t)a * b >> 32);
}

/* 2^(32 + m) / p, at most 2 too small; p odd, 2^m < p < 2^(m+1). One 32-bit division for the top
 * bits; the rest of the quotient by products with them, in two rounds. */
static uint32_t reciprocal(uint32_t p, unsigned m) {
    uint32_t coarse = 0xffffffffu / p;
    uint32_t rest = 0u - coarse * p; /* 2^32 - coarse * p <= p */
    uint32_t fine = rest * coarse >> (32 - m);
    fine += high_word((rest << m) - fine * p, coarse);
    return (coarse << m) + fine;
}

/* a mod p for 2^m < p < 2^(m+1), 1 <= m < 20, a in pieces of 28 bits. */
static uint32_t residue(const uint32_t *a, size_t pieces, uint32_t p, unsigned m) {
    uint32_t inverse = reciprocal(p, m), minus_p = 0u - p;
    uint32_t r = 0;
#pragma GCC unroll 2
    for (size_t i = pieces; i > 0; i--) {
        /* The quotient of r * 2^28 + a[i-1] comes out at most 4 too small: r < 5p < 10 * 2^m
         * stays, and the low word of the difference is all of it. */
        uint32_t piece = a[i - 1];
        uint32_t q = high_word((r << (28 - m)) + (piece >> m), inverse);
        r = q * minus_p + ((r << 28) + piece);
    }
    for (unsigned k = 3; k > 0; k--) {
        uint32_t t = r - (p << (k - 1));
        r = t + ((p << (k - 1)) & (0u - (t >> 31)));
    }
    return r;
}

/* x / 2 mod p. */
static uint32_t half(uint32_t x, uint32_t p) {
    return (x + (p & (0u - (x & 1)))) >> 1;
}

/* Strikes the candidates that p divides: start + 4 * first = 0 mod p, 0 < first <= p. */
static void strike(scepcore_sieve *s, const uint32_t *start, size_t pieces, uint32_t p) {
    uint32_t first = p - residue(start, pieces, p, 31u - (unsigned)__builtin_clz(p));
    first = half(half(first, p), p);
    /* See the top of the file: the strokes' addresses. */
    SCEPCORE_PUBLIC(&first, sizeof first);
    for (uint32_t i = first == p ? 0 : first; i < SCEPCORE_SIEVE_WINDOW; i += p) {
        set(s->struck, i);
    }
}

int scepcore_sieve_step(scepcore_sieve *s, const uint32_t *start, size_t pieces) {
    fill_segment(s);
    for (uint32_t k = 0; k < SCEPCORE_SIEVE_SEGMENT; k += 8) {
        uint32_t left = s->segment[k / 8] ^ 0xffu;
        for (; left != 0; left &= left - 1) {
            uint32_t p = s->base + 2 * (k + (uint32_t)__builtin_ctz(left));
            if (p >= s->bound) {
                return 1;
            }
            strike(s, start, pieces, p);
        }
    }
    s->base += 2 * SCEPCORE_SIEVE_SEGMENT;
    return 0;
}

uint32_t scepcore_sieve_candidate(const scepcore_sieve *s, uint32_t from) {
    while (from < SCEPCORE_SIEVE_WINDOW && bit(s->struck, from)) {
        from++;
    }
    return from;
}
