/*
 * modpow_number.c: numbers in limbs: octets in and out, sums, a plain product.
 * For: modpow_mont.c and rsa_*.c.
 * Standard: RFC 8017 sections 4.1 (I2OSP), 4.2 (OS2IP).
 *
 * Constant time: loops run over lengths only; conditions on limbs are masks.
 */
#include "modpow.h"

#define MASK SCEPCORE_LIMB_MASK
#define BITS SCEPCORE_LIMB_BITS
#define TOP_BIT (sizeof(scepcore_limb) * 8 - 1)

typedef scepcore_limb limb;
typedef scepcore_wide wide;

/* Limbs from bit `from` on; returns the OR of what lies above them. */
SCEPCORE_SMALL static limb decode_bits(limb *d, size_t limbs, const unsigned char *src, size_t len,
                                       size_t from) {
    wide acc = 0;
    unsigned held = 0;
    size_t i = 0, at = from / 8;
    limb above = 0;
    if (at < len) {
        acc = (wide)src[len - 1 - at] >> (from & 7);
        held = 8 - (unsigned)(from & 7);
        at++;
    }
    for (; at < len && i < limbs; at++) {
        acc |= (wide)src[len - 1 - at] << held;
        held += 8;
        if (held >= BITS) {
            d[i++] = (limb)acc & MASK;
            acc >>= BITS;
            held -= BITS;
        }
    }
    if (i < limbs) {
        d[i++] = (limb)acc & MASK;
        acc >>= BITS;
    }
    above = (limb)acc;
    for (; i < limbs; i++) {
        d[i] = 0;
    }
    for (; at < len; at++) {
        above |= src[len - 1 - at];
    }
    return above;
}

uint32_t scepcore_number_decode(limb *d, size_t limbs, const unsigned char *src, size_t len) {
    limb above = decode_bits(d, limbs, src, len, 0);
    return 1u ^ (uint32_t)((above | ((limb)0 - above)) >> TOP_BIT);
}

void scepcore_number_decode_at(limb *d, size_t limbs, const unsigned char *src, size_t len,
                               size_t from) {
    (void)decode_bits(d, limbs, src, len, from);
}

SCEPCORE_SMALL void scepcore_number_encode(unsigned char *dst, size_t len, const limb *a,
                                           size_t limbs) {
    wide acc = 0;
    unsigned held = 0;
    size_t i = 0;
    for (size_t at = len; at > 0; at--) {
        if (held < 8 && i < limbs) {
            acc |= (wide)a[i++] << held;
            held += BITS;
        }
        dst[at - 1] = (unsigned char)acc;
        acc >>= 8;
        held = held < 8 ? 0 : held - 8;
    }
}

uint32_t scepcore_number_sub(limb *a, const limb *b, size_t limbs, uint32_t ctl) {
    scepcore_difference carry = 0;
    limb mask = (limb)0 - ctl;
#pragma GCC unroll 2
    for (size_t i = 0; i < limbs; i++) {
        /* Between -2^BITS and 2^BITS: the arithmetic shift leaves 0 or -1. */
        carry += (scepcore_difference)a[i] - (scepcore_difference)b[i];
        a[i] ^= (a[i] ^ ((limb)carry & MASK)) & mask;
        carry >>= BITS;
    }
    return (uint32_t)-carry;
}

uint32_t scepcore_number_add(limb *a, const limb *b, size_t limbs, uint32_t ctl) {
    limb mask = (limb)0 - ctl;
    scepcore_sum carry = 0;
    for (size_t i = 0; i < limbs; i++) {
        carry += (scepcore_sum)a[i] + (b[i] & mask);
        a[i] = (limb)carry & MASK;
        carry >>= BITS;
    }
    return (uint32_t)carry;
}

SCEPCORE_SMALL void scepcore_number_mul_add(limb *d, const limb *a, size_t la, const limb *b,
                                            size_t lb, const limb *c) {
    for (size_t j = 0; j < lb; j++) {
        d[j] = c != NULL ? c[j] : 0;
    }
    for (size_t i = 0; i < la; i++) {
        wide acc = 0;
        /* A product of limbs and two limbs: no overflow in any radix. */
        for (size_t j = 0; j < lb; j++) {
            acc += (wide)a[i] * b[j] + d[i + j];
            d[i + j] = (limb)acc & MASK;
            acc >>= BITS;
        }
        d[i + lb] = (limb)acc;
    }
}

uint32_t scepcore_number_equal(const limb *a, const limb *b, size_t limbs) {
    limb difference = 0;
    for (size_t i = 0; i < limbs; i++) {
        difference |= a[i] ^ b[i];
    }
    return 1u ^ (uint32_t)((difference | ((limb)0 - difference)) >> TOP_BIT);
}

void scepcore_number_clear(limb *a, size_t limbs) {
    for (size_t i = 0; i < SCEPCORE_SPAN(limbs); i++) {
        (a - SCEPCORE_PAD)[i] = 0;
    }
}

#if SCEPCORE_LIMB_BITS != 32
__attribute__((hot)) void scepcore_number_shift(limb *a, unsigned k, size_t limbs) {
    limb carry = 0;
#pragma GCC unroll 4
    for (size_t i = 0; i < limbs; i++) {
        limb t = a[i];
        a[i] = (t << k | carry) & SCEPCORE_LIMB_MASK;
        carry = t >> (SCEPCORE_LIMB_BITS - k);
    }
}
#endif
