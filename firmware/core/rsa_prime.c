/*
 * rsa_prime.c: the search for one RSA prime, in bounded steps.
 * For: rsa_keygen.c.
 * Standard: FIPS 186-5 Appendix A.1.3 (conditions), Appendix B.3.1 (Miller-Rabin), Table B.1
 * (rounds); candidates come from an incremental search over a random start.
 *
 * What may show: how many candidates were tried and which of them failed (they are thrown away).
 * The arithmetic on a candidate is constant time, so that the one that passes stays hidden; the
 * sieve's exception stands in sieve.c.
 */
#include "rsa_prime.h"

#include <string.h>

#include "scepcore_ct.h"

typedef scepcore_limb limb;

enum state { PRIME_START, PRIME_SIEVE, PRIME_NEXT, PRIME_BASE_2, PRIME_DRAW, PRIME_ROUND };

#define SMALL_E 1000

/* Small primes to strike with: where a test costs as much as they save. */
static uint32_t sieve_bound(unsigned bits) {
    return bits <= 1100 ? 1u << 18 : 1u << 20;
}

/* FIPS 186-5 Table B.1: 5 rounds for 1,024 bits, 4 from 1,536 on (error below 2^-112, 2^-128,
 * 2^-144); more below, by the bounds of Damgard, Landrock and Pomerance. */
static unsigned rounds(unsigned bits) {
    return bits >= 1536 ? 4 : bits >= 1024 ? 5 : bits >= 512 ? 8 : 16;
}

/* Squarings between two doublings: where a doubling is a reduction, it pays to do fewer. */
#define WINDOW (SCEPCORE_LIMB_BITS == 32 ? 4u : 2u)

/* Windows a step may take: about 16 M instructions on ARM926 for any length. */
static unsigned windows_per_step(size_t limbs) {
    return (unsigned)(2400000 / SCEPCORE_SLOWNESS(limbs) / (limbs * limbs)) / (WINDOW / 2) + 1;
}

static void draw(scepcore_prime *p) {
    size_t len = (p->bits + 7) / 8;
    (*p->rng)->generate(p->rng, p->exponent, len);
    p->exponent[0] &= (unsigned char)(0xff >> (8 * len - p->bits));
}

SCEPCORE_SMALL void scepcore_prime_init(scepcore_prime *p, const scepcore_prime_space *at,
                                        unsigned bits, uint32_t e, const br_prng_class **rng) {
    uint32_t candidates = p->candidates;
    memset(p, 0, sizeof *p);
    p->rng = rng;
    p->at = *at;
    p->bits = bits;
    p->e = e;
    p->candidates = candidates;
    p->state = PRIME_START;
}

/* A random start: two top bits and two low bits set. */
SCEPCORE_SMALL static void start(scepcore_prime *p) {
    size_t len = (p->bits + 7) / 8, pieces = SCEPCORE_PRIME_PIECES(p->bits);
    uint32_t acc = 0;
    unsigned held = 0;
    size_t k = 0;
    draw(p);
    for (unsigned i = p->bits - 2; i < p->bits; i++) {
        p->exponent[len - 1 - i / 8] |= (unsigned char)(1u << (i & 7));
    }
    p->exponent[len - 1] |= 3;
    for (size_t i = len; i > 0; i--) {
        uint64_t wide = acc | (uint64_t)p->exponent[i - 1] << held;
        held += 8;
        if (held >= 28) {
            p->start[k++] = (uint32_t)wide & 0xfffffff;
            wide >>= 28;
            held -= 28;
        }
        acc = (uint32_t)wide;
    }
    if (k < pieces) {
        p->start[k] = acc;
    }
    scepcore_sieve_init(&p->sieve, sieve_bound(p->bits));
}

/* n = start + 4 * index. */
SCEPCORE_SMALL static void load(scepcore_prime *p) {
    size_t limbs = SCEPCORE_PRIME_LIMBS(p->bits);
    scepcore_wide acc = (scepcore_wide)4 * p->index;
    unsigned held = 0;
    size_t k = 0;
    scepcore_number_clear(p->at.n, limbs);
    for (size_t i = 0; i < SCEPCORE_PRIME_PIECES(p->bits); i++) {
        acc += (scepcore_wide)p->start[i] << held;
        held += 28;
        if (held >= SCEPCORE_LIMB_BITS) {
            p->at.n[k++] = (limb)acc & SCEPCORE_LIMB_MASK;
            acc >>= SCEPCORE_LIMB_BITS;
            held -= SCEPCORE_LIMB_BITS;
        }
    }
    if (k < limbs) {
        p->at.n[k] = (limb)acc;
    }
}

SCEPCORE_SMALL uint32_t scepcore_prime_inverse(uint32_t *inverse, const limb *n, size_t limbs,
                                               uint32_t e) {
    uint64_t r = 0;
    /* (n - 1) mod e, bit by bit; n is odd, so that its lowest bit is just left out. */
    for (size_t i = limbs * SCEPCORE_LIMB_BITS; i > 0; i--) {
        limb b = n[(i - 1) / SCEPCORE_LIMB_BITS] >> ((i - 1) % SCEPCORE_LIMB_BITS) & (i > 1);
        uint64_t t = (r << 1 | (uint64_t)(b & 1)) - e;
        r = t + (e & (0 - (t >> 63)));
    }
    /* Binary extended Euclid with a fixed number of turns: a = u * r, b = v * r mod e. Each turn
     * takes at least one bit off a or b. */
    uint64_t a = r, b = e, u = 1, v = 0;
    for (unsigned i = 0; i < 64; i++) {
        uint64_t odd = 0 - (a & 1);
        uint64_t swap = odd & (0 - ((a - b) >> 63));
        uint64_t x = (a ^ b) & swap, y = (u ^ v) & swap;
        a ^= x;
        b ^= x;
        u ^= y;
        v ^= y;
        a -= b & odd;
        u -= v & odd;
        u += e & (0 - (u >> 63));
        a >>= 1;
        u = (u + (e & (0 - (u & 1)))) >> 1;
    }
    *inverse = (uint32_t)v;
    return (uint32_t)(((b ^ 1) - 1) >> 63);
}

static unsigned exponent_window(const scepcore_prime *p, unsigned window) {
    size_t len = (p->bits + 7) / 8, at = window * WINDOW;
    return p->exponent[len - 1 - at / 8] >> at % 8 & ((1u << WINDOW) - 1);
}

/* Windows of (n - 1) / 2, which has bits - 1. */
static unsigned exponent_windows(const scepcore_prime *p) {
    return (p->bits - 1 + WINDOW - 1) / WINDOW;
}

/* acc *= 2^k for the exponent's window that has its turn. */
static void double_by_window(scepcore_prime *p, unsigned window) {
#if SCEPCORE_LIMB_BITS == 32
    scepcore_modulus_shift(p->at.acc, exponent_window(p, window), &p->m);
#else
    /* Below 2n, times 2^3: below 16n <= R / 16, whose square is below 2n again. */
    scepcore_number_shift(p->at.acc, exponent_window(p, window), p->m.limbs);
#endif
}

/* The modulus n, R mod n and the exponent (n - 1) / 2. */
SCEPCORE_SMALL static void begin_tests(scepcore_prime *p) {
    size_t limbs = SCEPCORE_PRIME_LIMBS(p->bits), len = (p->bits + 7) / 8;
    unsigned carry = 0;
    scepcore_modulus_init(&p->m, p->at.n, p->bits, limbs);
    scepcore_modulus_one(p->at.one, &p->m);
    scepcore_number_encode(p->exponent, len, p->at.n, limbs);
    for (size_t i = 0; i < len; i++) {
        unsigned b = p->exponent[i];
        p->exponent[i] = (unsigned char)(b >> 1 | carry);
        carry = b << 7;
    }
}

/* 1 if a = 1 or -1 mod n, in Montgomery form; a < 2n. */
static uint32_t is_unit(scepcore_prime *p, limb *a) {
    size_t limbs = p->m.limbs;
    scepcore_modulus_normalise(a, &p->m);
    uint32_t plus = scepcore_number_equal(a, p->at.one, limbs);
    scepcore_number_add(a, p->at.one, limbs, 1);
    uint32_t minus = scepcore_number_equal(a, p->at.n, limbs);
    uint32_t either = plus | minus;
    /* Whether a candidate passes is public: one that fails is thrown away. */
    SCEPCORE_PUBLIC(&either, sizeof either);
    return either;
}

static void begin_base_2(scepcore_prime *p) {
    begin_tests(p);
    scepcore_number_clear(p->at.acc, p->m.limbs);
    scepcore_number_clear(p->at.tmp, p->m.limbs);
    scepcore_number_clear(p->at.sel, p->m.limbs);
    memcpy(p->at.acc, p->at.one, p->m.limbs * sizeof(limb));
    double_by_window(p, exponent_windows(p) - 1);
    p->done = 1;
    p->candidates++;
}

/* 2^((n-1)/2), a window at a time. Returns 1 when finished; *passed then. */
__attribute__((noinline)) static int step_base_2(scepcore_prime *p, uint32_t *passed) {
    const scepcore_modpow_kernel *k = scepcore_modpow;
    unsigned windows = exponent_windows(p);
    for (unsigned left = windows_per_step(p->m.limbs); left > 0 && p->done < windows; left--) {
        for (unsigned i = 0; i < WINDOW; i += 2) {
            k->sqr(p->at.tmp, p->at.acc, &p->m);
            k->sqr(p->at.acc, p->at.tmp, &p->m);
        }
        p->done++;
        double_by_window(p, windows - p->done);
    }
    if (p->done < windows) {
        return 0;
    }
    /* Times one: from < 16n to < 2n. */
    k->mul(p->at.tmp, p->at.acc, p->at.one, &p->m);
    *passed = is_unit(p, p->at.tmp);
    return 1;
}

/* A random base for a round, in Montgomery form (as uniform as the base itself); 0: draw again. */
static int begin_round(scepcore_prime *p) {
    size_t limbs = p->m.limbs, len = (p->bits + 7) / 8;
    limb *acc = p->at.acc, *tmp = p->at.tmp;
    draw(p);
    scepcore_number_clear(acc, limbs);
    scepcore_number_clear(tmp, limbs);
    scepcore_number_decode(acc, limbs, p->exponent, len);
    uint32_t fits = scepcore_number_sub(acc, p->at.n, limbs, 0);
    fits &= 1 ^ scepcore_number_equal(acc, tmp, limbs);
    memcpy(tmp, acc, limbs * sizeof(limb));
    /* Bases that were not taken tell nothing. */
    SCEPCORE_PUBLIC(&fits, sizeof fits);
    if (!fits || is_unit(p, tmp)) {
        return 0;
    }
    begin_tests(p);
    scepcore_modexp_init(&p->power, &p->m, acc, tmp, p->at.sel, p->at.table, p->exponent, len);
    return 1;
}

/* n - 1 and e have no common factor. */
static uint32_t prime_to_e(scepcore_prime *p) {
    uint32_t inverse;
    uint32_t ok = scepcore_prime_inverse(&inverse, p->at.n, SCEPCORE_PRIME_LIMBS(p->bits), p->e);
    /* A candidate that has one is thrown away. */
    SCEPCORE_PUBLIC(&ok, sizeof ok);
    return ok;
}

SCEPCORE_SMALL int scepcore_prime_step(scepcore_prime *p) {
    uint32_t passed = 0;
    switch (p->state) {
    case PRIME_START:
        start(p);
        p->state = PRIME_SIEVE;
        break;
    case PRIME_SIEVE:
        for (unsigned i = 0; i < 16 && !passed; i++) {
            passed =
                (uint32_t)scepcore_sieve_step(&p->sieve, p->start, SCEPCORE_PRIME_PIECES(p->bits));
        }
        if (passed) {
            p->index = 0;
            p->state = PRIME_NEXT;
        }
        break;
    case PRIME_NEXT:
        p->index = scepcore_sieve_candidate(&p->sieve, p->index);
        if (p->index == SCEPCORE_SIEVE_WINDOW) {
            p->state = PRIME_START;
            break;
        }
        load(p);
        /* With a small e it pays to look at this first. */
        if (p->e > SMALL_E || prime_to_e(p)) {
            begin_base_2(p);
            p->state = PRIME_BASE_2;
        } else {
            p->index++;
        }
        break;
    case PRIME_BASE_2:
        if (step_base_2(p, &passed)) {
            passed = passed && prime_to_e(p);
            p->state = passed ? PRIME_DRAW : PRIME_NEXT;
            p->index += !passed;
            p->done = 0;
        }
        break;
    case PRIME_DRAW:
        if (begin_round(p)) {
            p->state = PRIME_ROUND;
        }
        break;
    case PRIME_ROUND:
        if (!scepcore_modexp_step(&p->power)) {
            break;
        }
        p->state = PRIME_DRAW;
        if (!is_unit(p, p->power.acc)) {
            p->state = PRIME_NEXT;
            p->index++;
        } else if (++p->done == rounds(p->bits)) {
            return 1;
        }
        break;
    }
    return 0;
}
