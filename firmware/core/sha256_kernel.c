/*
 * sha256_kernel.c: SHA-224 and SHA-256 behind BearSSL's hash interface, blocks compressed where
 * they lie. For: fingerprints, CMS, HMAC, the DRBG, TLS. Standard: FIPS 180-4
 * sections 5.3.2, 5.3.3, 6.2.2.
 *
 * Constant time: no branch or address depends on the data.
 */
#include <stddef.h>

#include "hash_blocks.h"

/* Fractional parts of the cube roots of the first 64 primes. */
static const uint32_t k256[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

#if defined(__arm__) && !defined(SCEPCORE_NO_ASM) &&                                               \
    (defined(__ARM_ARCH_ISA_ARM) || __ARM_ARCH_ISA_THUMB >= 2)
/* sha_arm.S */
void scepcore_sha256_arm(void *state, const unsigned char *block, size_t blocks, const uint32_t *k);

static void compress(void *state, const unsigned char *block, size_t blocks) {
    scepcore_sha256_arm(state, block, blocks, k256);
}
#else
#define ROTR(x, n) ((x) >> (n) | (x) << (32 - (n)))

static uint32_t load(const unsigned char *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

#define CHOOSE(e, f, g) ((((f) ^ (g)) & (e)) ^ (g))
#define BIG_1(e) (ROTR(e, 6) ^ ROTR(e, 11) ^ ROTR(e, 25))
#define BIG_0(a) (ROTR(a, 2) ^ ROTR(a, 13) ^ ROTR(a, 22))
#define SMALL_0(x) (ROTR(x, 7) ^ ROTR(x, 18) ^ (x) >> 3)
#define SMALL_1(x) (ROTR(x, 17) ^ ROTR(x, 19) ^ (x) >> 10)

/*
 * One step; the caller rotates the names. Majority(a, b, c) = ((a ^ b) & (b ^ c)) ^ b, and the
 * next step's b ^ c is this one's a ^ b: it is handed on in `bc`.
 */
#define STEP(a, b, c, d, e, f, g, h, i)                                                            \
    do {                                                                                           \
        uint32_t ab = (a) ^ (b);                                                                   \
        (h) += w[i] + k[i];                                                                        \
        (h) += BIG_1(e) + CHOOSE(e, f, g);                                                         \
        (d) += (h);                                                                                \
        (h) += BIG_0(a) + ((bc & ab) ^ (b));                                                       \
        bc = ab;                                                                                   \
    } while (0)

static void compress(void *state, const unsigned char *block, size_t blocks) {
    uint32_t words[64], *s = state;
    uint32_t a = s[0], b = s[1], c = s[2], d = s[3];
    uint32_t e = s[4], f = s[5], g = s[6], h = s[7];
    for (; blocks > 0; blocks--, block += 64) {
        const uint32_t *w = words, *k = k256;
        uint32_t bc = b ^ c;
        for (int i = 0; i < 16; i++) {
            words[i] = load(block + 4 * i);
        }
        for (int i = 16; i < 64; i++) {
            words[i] =
                words[i - 16] + SMALL_0(words[i - 15]) + words[i - 7] + SMALL_1(words[i - 2]);
        }
        for (; w < words + 64; w += 8, k += 8) {
            STEP(a, b, c, d, e, f, g, h, 0);
            STEP(h, a, b, c, d, e, f, g, 1);
            STEP(g, h, a, b, c, d, e, f, 2);
            STEP(f, g, h, a, b, c, d, e, 3);
            STEP(e, f, g, h, a, b, c, d, 4);
            STEP(d, e, f, g, h, a, b, c, 5);
            STEP(c, d, e, f, g, h, a, b, 6);
            STEP(b, c, d, e, f, g, h, a, 7);
        }
        a = s[0] += a;
        b = s[1] += b;
        c = s[2] += c;
        d = s[3] += d;
        e = s[4] += e;
        f = s[5] += f;
        g = s[6] += g;
        h = s[7] += h;
    }
}
#endif

/* Fractional parts of the square roots of the ninth to sixteenth (its second 32 bits) and of the
 * first eight primes. */
static const uint32_t start224[8] = {
    0xc1059ed8, 0x367cd507, 0x3070dd17, 0xf70e5939, 0xffc00b31, 0x68581511, 0x64f98fa7, 0xbefa4fa4,
};
static const uint32_t start256[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

static const scepcore_blocks sha224_row = {
    compress, start224, 64, 32, br_sha224_SIZE, offsetof(br_sha224_context, count)};
static const scepcore_blocks sha256_row = {
    compress, start256, 64, 32, br_sha256_SIZE, offsetof(br_sha256_context, count)};
SCEPCORE_BLOCKS_CLASS(sha224, 6, 0);
SCEPCORE_BLOCKS_CLASS(sha256, 6, 0);
