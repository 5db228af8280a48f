/*
 * sha512_kernel.c: SHA-384 and SHA-512 behind BearSSL's hash interface, small.
 * For: fingerprints, CMS and certificates of CAs that use them, TLS.
 * Standard: FIPS 180-4 sections 5.3.4, 5.3.5, 6.4.2.
 *
 * Constant time: no branch or address depends on the data.
 */
#include <stddef.h>

#include "hash_blocks.h"

/* Fractional parts of the cube roots of the first 80 primes. */
static const uint64_t k512[80] = {
    0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
    0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
    0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
    0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
    0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
    0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
    0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
    0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
    0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
    0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
    0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
    0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
    0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
    0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
    0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
    0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
    0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
    0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
    0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
    0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

#define ROTR(x, n) ((x) >> (n) | (x) << (64 - (n)))
#define CHOOSE(e, f, g) ((((f) ^ (g)) & (e)) ^ (g))
#define MAJORITY(a, b, c) (((a) & (b)) | (((a) | (b)) & (c)))
#define BIG_1(e) (ROTR(e, 14) ^ ROTR(e, 18) ^ ROTR(e, 41))
#define BIG_0(a) (ROTR(a, 28) ^ ROTR(a, 34) ^ ROTR(a, 39))
#define SMALL_0(x) (ROTR(x, 1) ^ ROTR(x, 8) ^ (x) >> 7)
#define SMALL_1(x) (ROTR(x, 19) ^ ROTR(x, 61) ^ (x) >> 6)

static uint64_t load(const unsigned char *b) {
    uint32_t high = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    uint32_t low = (uint32_t)b[4] << 24 | (uint32_t)b[5] << 16 | (uint32_t)b[6] << 8 | b[7];
    return (uint64_t)high << 32 | low;
}

/* One step after the other: a to h lie at v[0] to v[7], and v moves down instead of the values. */
static void compress(void *state, const unsigned char *block, size_t blocks) {
    uint64_t *s = state, words[16], line[8 + 16];
    for (; blocks > 0; blocks--, block += 128) {
        uint64_t *v = line + 16;
        for (int i = 0; i < 16; i++) {
            words[i] = load(block + 8 * i);
        }
        for (int i = 0; i < 8; i++) {
            v[i] = s[i];
        }
        for (int i = 0; i < 80; i++) {
            uint64_t word = words[i & 15];
            uint64_t t = v[7] + k512[i] + word + BIG_1(v[4]) + CHOOSE(v[4], v[5], v[6]);
            v[3] += t;
            v[-1] = t + BIG_0(v[0]) + MAJORITY(v[0], v[1], v[2]);
            uint64_t after = words[(i + 1) & 15], last = words[(i + 14) & 15];
            words[i & 15] = word + SMALL_0(after) + words[(i + 9) & 15] + SMALL_1(last);
            v--;
            if (v == line) {
                for (int j = 7; j >= 0; j--) {
                    line[16 + j] = line[j];
                }
                v = line + 16;
            }
        }
        for (int i = 0; i < 8; i++) {
            s[i] += v[i];
        }
    }
}

/* Fractional parts of the square roots of the ninth to sixteenth and first eight primes. */
static const uint64_t start384[8] = {
    0xcbbb9d5dc1059ed8, 0x629a292a367cd507, 0x9159015a3070dd17, 0x152fecd8f70e5939,
    0x67332667ffc00b31, 0x8eb44a8768581511, 0xdb0c2e0d64f98fa7, 0x47b5481dbefa4fa4,
};
static const uint64_t start512[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

static const scepcore_blocks sha384_row = {
    compress, start384, 128, 64, br_sha384_SIZE, offsetof(br_sha384_context, count)};
static const scepcore_blocks sha512_row = {
    compress, start512, 128, 64, br_sha512_SIZE, offsetof(br_sha512_context, count)};
SCEPCORE_BLOCKS_CLASS(sha384, 7, BR_HASHDESC_MD_PADDING_128);
SCEPCORE_BLOCKS_CLASS(sha512, 7, BR_HASHDESC_MD_PADDING_128);
