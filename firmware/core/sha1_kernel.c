/*
 * sha1_kernel.c: SHA-1 behind BearSSL's hash interface, blocks compressed where they lie.
 * For: fingerprints and CMS of old CAs, HMAC, TLS before 1.2.
 * Standard: FIPS 180-4 sections 5.1.1, 6.1.2.
 *
 * Constant time: no branch or address depends on the data.
 */
#include <string.h>

#include "scepcore_rsa.h"

#if defined(__arm__) && !defined(SCEPCORE_NO_ASM) &&                                               \
    (defined(__ARM_ARCH_ISA_ARM) || __ARM_ARCH_ISA_THUMB >= 2)
/* sha_arm.S */
void scepcore_sha1_arm(uint32_t *state, const unsigned char *block, size_t blocks);

static void compress(uint32_t *state, const unsigned char *block, size_t blocks) {
    scepcore_sha1_arm(state, block, blocks);
}
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

static void compress(uint32_t *state, const unsigned char *block, size_t blocks) {
    uint32_t words[80];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
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
        a = state[0] += a;
        b = state[1] += b;
        c = state[2] += c;
        d = state[3] += d;
        e = state[4] += e;
    }
}
#endif

static void init(const br_hash_class **ctx) {
    br_sha1_init((br_sha1_context *)(void *)ctx);
    *ctx = &scepcore_sha1_vtable;
}

static void update(const br_hash_class **ctx, const void *data, size_t len) {
    br_sha1_context *c = (br_sha1_context *)(void *)ctx;
    const unsigned char *b = data;
    size_t held = (size_t)c->count & 63;
    if (len == 0) {
        return;
    }
    c->count += len;
    if (held > 0) {
        size_t take = 64 - held < len ? 64 - held : len;
        memcpy(c->buf + held, b, take);
        b += take;
        len -= take;
        if (held + take < 64) {
            return;
        }
        compress(c->val, c->buf, 1);
    }
    compress(c->val, b, len / 64);
    memcpy(c->buf, b + (len & ~(size_t)63), len & 63);
}

static void out(const br_hash_class *const *ctx, void *dst) {
    const br_sha1_context *c = (const br_sha1_context *)(const void *)ctx;
    unsigned char last[128], *d = dst;
    uint32_t state[5];
    size_t held = (size_t)c->count & 63, blocks = held < 56 ? 1 : 2;
    memcpy(state, c->val, sizeof state);
    memcpy(last, c->buf, held);
    memset(last + held, 0, sizeof last - held);
    last[held] = 0x80;
    for (int i = 0; i < 8; i++) {
        last[64 * blocks - 1 - (size_t)i] = (unsigned char)(c->count << 3 >> (8 * i));
    }
    compress(state, last, blocks);
    for (int i = 0; i < 20; i++) {
        d[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i & 3)));
    }
}

const br_hash_class scepcore_sha1_vtable = {
    sizeof(br_sha1_context),
    BR_HASHDESC_ID(br_sha1_ID) | BR_HASHDESC_OUT(br_sha1_SIZE) | BR_HASHDESC_STATE(br_sha1_SIZE) |
        BR_HASHDESC_LBLEN(6) | BR_HASHDESC_MD_PADDING | BR_HASHDESC_MD_PADDING_BE,
    init,
    update,
    out,
    (uint64_t(*)(const br_hash_class *const *, void *)) & br_sha1_state,
    (void (*)(const br_hash_class **, const void *, uint64_t)) & br_sha1_set_state};
