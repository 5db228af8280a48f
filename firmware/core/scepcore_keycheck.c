/* The arithmetic that completes and proves a private key: n = p * q and the three congruences.
 * For generated, unsealed and imported keys.
 * RFC 8017 section 3.2.
 *
 * Constant time: numbers are arrays of 32-bit words (least significant first) whose lengths are
 * public; the division is shift and subtract, one bit a turn, with masked subtraction. Only the
 * verdict and the length of n are branched on.
 */
#include "scepcore_key.h"

#include <string.h>

#include "rsa_parts.h"
#include "scepcore_ct.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

/* Of the longest factor; the functions get the length of those at hand. */
#define WORDS ((SCEPCORE_FACTOR_MAX + 3) / 4)

/* Big-endian bytes to words; len <= 4 * words. */
static void decode(uint32_t *x, size_t words, const uint8_t *bytes, size_t len) {
    memset(x, 0, words * sizeof *x);
    for (size_t i = 0; i < len; i++) {
        x[i / 4] |= (uint32_t)bytes[len - 1 - i] << (8 * (i % 4));
    }
}

/* out[words_a + words_b] = a * b */
static void multiply(uint32_t *out, const uint32_t *a, size_t words_a, const uint32_t *b,
                     size_t words_b) {
    memset(out, 0, (words_a + words_b) * sizeof *out);
    for (size_t i = 0; i < words_a; i++) {
        uint64_t carry = 0;
        for (size_t j = 0; j < words_b; j++) {
            carry += (uint64_t)a[i] * b[j] + out[i + j];
            out[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        out[i + words_b] = (uint32_t)carry;
    }
}

/* r = 2 * r + bit mod m, for r < m. */
static void double_and_reduce(uint32_t *r, uint32_t bit, const uint32_t *m, size_t words) {
    uint32_t difference[WORDS];
    uint32_t carry = bit, borrow = 0;
    for (size_t i = 0; i < words; i++) {
        uint32_t top = r[i] >> 31;
        r[i] = r[i] << 1 | carry;
        carry = top;
        uint64_t d = (uint64_t)r[i] - m[i] - borrow;
        difference[i] = (uint32_t)d;
        borrow = (uint32_t)(d >> 63);
    }
    /* Subtract if 2r + bit left the words or is not below m. */
    uint32_t mask = -(carry | (borrow ^ 1));
    for (size_t i = 0; i < words; i++) {
        r[i] ^= mask & (r[i] ^ difference[i]);
    }
}

/* 1 if a * b = 1 mod m, else 0; m > 1 with `words` words, of m_bits bits (public). */
static uint32_t is_inverse(const uint32_t *a, const uint32_t *b, size_t words_b, const uint32_t *m,
                           size_t words, size_t m_bits) {
    uint32_t product[2 * WORDS], rest[WORDS] = {0};
    multiply(product, a, words, b, words_b);
    /* The product's upper words, as many as are below m whatever they hold, are their own rest:
     * with e, which is short, nearly all of it. */
    size_t start = (m_bits - 1) / 32, left = words + words_b - start;
    memcpy(rest, product + left, start * sizeof *rest);
    for (size_t i = 32 * left; i-- > 0;) {
        double_and_reduce(rest, product[i / 32] >> (i % 32) & 1, m, words);
    }
    rest[0] ^= 1;
    uint32_t difference = 0;
    for (size_t i = 0; i < words; i++) {
        difference |= rest[i];
    }
    scepcore_wipe(product, sizeof product);
    scepcore_wipe(rest, sizeof rest);
    return ((difference | -difference) >> 31) ^ 1;
}

/* n = p * q into key->n; SCEPCORE_E_MODULUS if it has not 1024 to 4096 bits,
 * SCEPCORE_E_FACTORS if one factor is much longer than the other. */
static int compute_modulus(scepcore_key *key, const uint32_t *p, const uint32_t *q, size_t words) {
    uint32_t product[2 * WORDS];
    multiply(product, p, words, q, words);
    /* Public: n is the public key. */
    SCEPCORE_PUBLIC(product, 2 * words * sizeof *product);
    uint32_t bits = 64 * (uint32_t)words;
    while (bits > 0 && (product[(bits - 1) / 32] >> ((bits - 1) % 32) & 1) == 0) {
        bits--;
    }
    if (bits < SCEPCORE_KEY_MIN_BITS || bits > SCEPCORE_KEY_MAX_BITS || (product[0] & 1) == 0) {
        return SCEPCORE_E_MODULUS;
    }
    /* FIPS 186-5 wants factors of half the length; the kernel takes up to 32 bits more. */
    if (16u * key->plen > bits + 64 || 16u * key->qlen > bits + 64) {
        return SCEPCORE_E_FACTORS;
    }
    key->bits = bits;
    key->nlen = (uint16_t)((bits + 7) / 8);
    for (size_t i = 0; i < key->nlen; i++) {
        key->n[key->nlen - 1 - i] = (uint8_t)(product[i / 4] >> (8 * (i % 4)));
    }
    return SCEPCORE_OK;
}

int scepcore_key_complete(scepcore_key *key) {
    uint32_t p[WORDS], q[WORDS], x[WORDS];
    br_rsa_private_key sk;
    uint32_t e[1] = {key->e};
    if (key->e < 3 || (key->e & 1) == 0) {
        return SCEPCORE_E_EXPONENT;
    }
    size_t words = ((key->plen > key->qlen ? key->plen : key->qlen) + 3u) / 4;
    key->bits = 0;
    scepcore_key_view(key, &sk);
    decode(p, words, sk.p, sk.plen);
    decode(q, words, sk.q, sk.qlen);
    int status = compute_modulus(key, p, q, words);
    if (status == SCEPCORE_OK) {
        size_t p_bits = scepcore_rsa_bit_length(sk.p, sk.plen);
        size_t q_bits = scepcore_rsa_bit_length(sk.q, sk.qlen);
        /* Public, as in rsa_private.c: the lengths of the factors follow from the key's size. Above
         * 0: n, which has 1024 bits and more, is no longer than both together. */
        SCEPCORE_PUBLIC(&p_bits, sizeof p_bits);
        SCEPCORE_PUBLIC(&q_bits, sizeof q_bits);
        /* n is odd, so p and q are, and p - 1 changes one word. */
        decode(x, words, sk.iq, sk.iqlen);
        uint32_t good = is_inverse(x, q, words, p, words, p_bits);
        p[0] ^= 1;
        decode(x, words, sk.dp, sk.dplen);
        good &= is_inverse(x, e, 1, p, words, p_bits);
        q[0] ^= 1;
        decode(x, words, sk.dq, sk.dqlen);
        good &= is_inverse(x, e, 1, q, words, q_bits);
        /* Public: a key that is kept has passed, one that has not is refused aloud. */
        SCEPCORE_PUBLIC(&good, sizeof good);
        status = good ? SCEPCORE_OK : SCEPCORE_E_KEY_WRONG;
    }
    scepcore_wipe(p, sizeof p);
    scepcore_wipe(q, sizeof q);
    scepcore_wipe(x, sizeof x);
    return status;
}
