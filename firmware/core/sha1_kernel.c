/*
 * sha1_kernel.c: SHA-1 behind BearSSL's hash interface, blocks compressed where they lie.
 * For: fingerprints and CMS of old CAs, HMAC, TLS before 1.2.
 * Standard: FIPS 180-4 sections 5.3.1, 6.1.2.
 *
 * Constant time: no branch or address depends on the data.
 */
#include <stddef.h>

#include "hash_blocks.h"

#if defined(__arm__) && !defined(SCEPCORE_NO_ASM) &&                                               \
    (defined(__ARM_ARCH_ISA_ARM) || __ARM_ARCH_ISA_THUMB >= 2)
/* sha_arm.S */
void scepcore_sha1_arm(void *state, const unsigned char *block, size_t blocks);
#define compress scepcore_sha1_arm
#else
#define ROTL(x, n) ((x) << (n) | (x) >> (32 - (n)))

static uint32_t load(const unsigned char *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

#define CHOOSE(b, c, d) ((((c) ^ (d)) & (b)) ^ (d))
#define PARITY(b, c, d) ((b) ^ (c) ^ (d))
#define MAJORITY(b, c, d) (((b) & (c)) + (((b) ^ (c)) & (d)))

/* One step; the caller rotates the names instead of the values. */
#define STEP(a, b, c, d, e, f, k, word)                                                            \
    do {                                                                                           \
        (e) += (word) + (k) + ROTL(a, 5) + f(b, c, d);                                             \
        (b) = ROTL(b, 30);                                                                         \
    } while (0)
#define FIVE(f, k, w)                                                                              \
    do {                                                                                           \
        STEP(a, b, c, d, e, f, k, (w)[0]);                                                         \
        STEP(e, a, b, c, d, f, k, (w)[1]);                                                         \
        STEP(d, e, a, b, c, f, k, (w)[2]);                                                         \
        STEP(c, d, e, a, b, f, k, (w)[3]);                                                         \
        STEP(b, c, d, e, a, f, k, (w)[4]);                                                         \
        (w) += 5;                                                                                  \
    } while (0)

static void compress(void *state, const unsigned char *block, size_t blocks) {
    uint32_t words[80], *s = state;
    uint32_t a = s[0], b = s[1], c = s[2], d = s[3], e = s[4];
    for (; blocks > 0; blocks--, block += 64) {
        const uint32_t *w = words;
        for (int i = 0; i < 16; i++) {
            words[i] = load(block + 4 * i);
        }
        for (int i = 16; i < 80; i++) {
            uint32_t x = words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16];
            words[i] = ROTL(x, 1);
        }
        while (w < words + 20) {
            FIVE(CHOOSE, 0x5a827999u, w);
        }
        while (w < words + 40) {
            FIVE(PARITY, 0x6ed9eba1u, w);
        }
        while (w < words + 60) {
            FIVE(MAJORITY, 0x8f1bbcdcu, w);
        }
        while (w < words + 80) {
            FIVE(PARITY, 0xca62c1d6u, w);
        }
        a = s[0] += a;
        b = s[1] += b;
        c = s[2] += c;
        d = s[3] += d;
        e = s[4] += e;
    }
}
#endif

/* FIPS 180-4 section 5.3.1. */
static const uint32_t start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};

static const scepcore_blocks sha1_row = {compress, start,        64,
                                         20,       br_sha1_SIZE, offsetof(br_sha1_context, count)};
SCEPCORE_BLOCKS_CLASS(sha1, 6, 0);
