/*
 * rsa_public.c: the RSA public operation as a br_rsa_public.
 * For: signature verification, encryption to a CA, the check of every private operation.
 * Standard: RFC 8017 sections 5.1.1, 5.2.2.
 *
 * scepcore_rsa_power branches on the exponent only, which is public; n and x are handled in
 * constant time, since the private operation calls it with a modulus made of secret factors.
 */
#include "rsa_parts.h"

#include "scepcore_ct.h"
#include "scepcore_rsa.h"

typedef scepcore_limb limb;

static unsigned exponent_bit(const unsigned char *e, size_t elen, size_t i) {
    return e[elen - 1 - i / 8] >> (i & 7) & 1u;
}

static void copy(limb *d, const limb *s, size_t limbs) {
    for (size_t i = 0; i < limbs; i++) {
        d[i] = s[i];
    }
}

SCEPCORE_SMALL void scepcore_rsa_power(limb *x, limb *t, limb *u, limb *v,
                                       const scepcore_modulus *m, const unsigned char *e,
                                       size_t elen) {
    const scepcore_modpow_kernel *k = scepcore_modpow;
    limb *acc = u, *other = v;
    size_t bits = scepcore_rsa_bit_length(e, elen);
    if (bits == 1) {
        return; /* e = 1 */
    }
    scepcore_modulus_square_r(t, u, m);
    scepcore_number_clear(u, m->limbs);
    scepcore_number_clear(v, m->limbs);
    if (bits == 0) {
        scepcore_number_clear(x, m->limbs);
        x[0] = 1; /* e = 0 */
        return;
    }
    k->mul(acc, x, t, m);
    copy(t, acc, m->limbs);
    for (size_t i = bits - 1; i > 0; i--) {
        limb *swap = acc;
        k->sqr(other, acc, m);
        acc = other;
        other = swap;
        if (exponent_bit(e, elen, i - 1)) {
            /* The last factor is x itself: the product is then out of Montgomery form. */
            k->mul(other, acc, i > 1 ? t : x, m);
            swap = acc;
            acc = other;
            other = swap;
        }
    }
    if (exponent_bit(e, elen, 0)) {
        scepcore_modulus_normalise(acc, m);
        copy(x, acc, m->limbs);
    } else {
        scepcore_modulus_leave(x, acc, other, m);
    }
}

SCEPCORE_SMALL unsigned scepcore_rsa_bit_length(const unsigned char *src, size_t len) {
    uint32_t bits = 0;
    for (size_t i = 0; i < len; i++) {
        /* The first octet that is not zero fixes the length; later ones add 8 each. */
        uint32_t started = 0u - ((0u - bits) >> 31);
        uint32_t b = src[i], width = 0;
        for (unsigned k = 0; k < 8; k++) {
            uint32_t set = 0u - (b >> k & 1u);
            width = (width & ~set) | ((k + 1) & set);
        }
        bits += (8 & started) | (width & ~started);
    }
    return bits;
}

SCEPCORE_SMALL uint32_t scepcore_rsa_public(unsigned char *x, size_t xlen,
                                            const br_rsa_public_key *pk) {
    limb space[5 * SCEPCORE_SPAN(SCEPCORE_MAX_LIMBS)];
    const unsigned char *n = pk->n;
    size_t nlen = pk->nlen;
    limb *place[5];
    scepcore_modulus m;
    uint32_t ok;
    while (nlen > 0 && *n == 0) {
        n++;
        nlen--;
    }
    if (nlen == 0 || nlen > SCEPCORE_RSA_MAX_BITS / 8 || xlen != nlen) {
        return 0;
    }
    unsigned bits = scepcore_rsa_bit_length(n, nlen);
    size_t limbs = SCEPCORE_LIMBS(bits);
    for (size_t i = 0; i < 5; i++) {
        place[i] = space + i * SCEPCORE_SPAN(limbs) + SCEPCORE_PAD;
        scepcore_number_clear(place[i], limbs);
    }
    scepcore_number_decode(place[0], limbs, n, nlen);
    if (!scepcore_modulus_init(&m, place[0], bits, limbs)) {
        return 0;
    }
    ok = scepcore_number_decode(place[1], limbs, x, xlen);
    ok &= scepcore_number_sub(place[1], place[0], limbs, 0);
    /* Public: a signature is; a padded message begins with a zero byte, so it is always below n. */
    SCEPCORE_PUBLIC(&ok, sizeof ok);
    if (!ok) {
        return 0;
    }
    scepcore_rsa_power(place[1], place[2], place[3], place[4], &m, pk->e, pk->elen);
    scepcore_number_encode(x, xlen, place[1], limbs);
    return 1;
}
