/* PKCS#1 v1.5 padding of both types, and unpadding without an oracle.
 * For scepcore_key.c: signatures, rsa_encrypt and RSAKey.decrypt.
 * RFC 8017 sections 7.2 and 9.2; draft-irtf-cfrg-rsa-guidance (implicit rejection).
 */
#include "scepcore_pkcs1.h"

#include <string.h>

#include "scepcore_ct.h"
#include "scepcore_rsa.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

#define MODULUS_MAX 512 /* bytes */

int scepcore_pkcs1_pad_signature(const scepcore_digest *d, const uint8_t *digest, uint8_t *out,
                                 size_t k) {
    size_t tail = (size_t)d->prefix_len + d->size;
    if (k < tail + 11) {
        return SCEPCORE_E_MODULUS;
    }
    /* EM = 00 01 FF..FF 00 DigestInfo */
    memset(out, 0xFF, k);
    out[0] = 0;
    out[1] = 1;
    out[k - tail - 1] = 0;
    memcpy(out + k - tail, d->prefix, d->prefix_len);
    memcpy(out + k - d->size, digest, d->size);
    return SCEPCORE_OK;
}

/* 1 if a byte that was drawn as padding cannot stay. */
static uint8_t is_zero(uint8_t drawn) {
    uint8_t zero = drawn == 0;
    /* Public: that a byte is drawn again says nothing of the byte that stays. */
    SCEPCORE_PUBLIC(&zero, 1);
    return zero;
}

int scepcore_pkcs1_pad_message(scepcore_random *r, const uint8_t *message, size_t len, uint8_t *out,
                               size_t k) {
    if (len + 11 > k) {
        return SCEPCORE_E_MESSAGE_LONG;
    }
    /* EM = 00 02 PS 00 M, PS random without a zero */
    size_t ps = k - len - 3;
    int status = scepcore_random_bytes(r, out + 2, ps);
    for (size_t i = 2; status == SCEPCORE_OK && i < 2 + ps; i++) {
        while (status == SCEPCORE_OK && is_zero(out[i])) {
            status = scepcore_random_bytes(r, out + i, 1);
        }
    }
    if (status != SCEPCORE_OK) {
        scepcore_wipe(out, k);
        return status;
    }
    out[0] = 0;
    out[1] = 2;
    out[2 + ps] = 0;
    memcpy(out + 3 + ps, message, len);
    return SCEPCORE_OK;
}

/* Masks: all ones if true, else zero; values below 2^31. */
static uint32_t mask_zero(uint32_t a) {
    return -(((a | -a) >> 31) ^ 1);
}

static uint32_t mask_less(uint32_t a, uint32_t b) {
    return -((a - b) >> 31);
}

static uint32_t select(uint32_t mask, uint32_t a, uint32_t b) {
    return b ^ (mask & (a ^ b));
}

/* The draft's PRF: HMAC-SHA256(key, I2OSP(i, 2) || label || I2OSP(8 * len, 2)), i = 0, 1, ... */
static void prf(const uint8_t key[32], const char *label, uint8_t *out, size_t len) {
    br_hmac_key_context k;
    br_hmac_context h;
    uint8_t block[32];
    uint8_t bits[2] = {(uint8_t)(len >> 5), (uint8_t)(len << 3)};
    br_hmac_key_init(&k, &scepcore_sha256_vtable, key, 32);
    for (size_t done = 0; done < len; done += sizeof block) {
        size_t n = len - done < sizeof block ? len - done : sizeof block;
        uint8_t counter[2] = {0, (uint8_t)(done / sizeof block)};
        br_hmac_init(&h, &k, 0);
        br_hmac_update(&h, counter, 2);
        br_hmac_update(&h, label, strlen(label));
        br_hmac_update(&h, bits, 2);
        br_hmac_out(&h, block);
        memcpy(out + done, block, n);
    }
    scepcore_wipe(&k, sizeof k);
    scepcore_wipe(&h, sizeof h);
    scepcore_wipe(block, sizeof block);
}

/* Length of the substitute message: the last of 128 candidates that fits, else 0. */
static uint32_t substitute_length(const uint8_t key[32], size_t k) {
    uint8_t candidates[256];
    uint32_t limit = (uint32_t)k - 10, mask = limit, length = 0;
    mask |= mask >> 1;
    mask |= mask >> 2;
    mask |= mask >> 4;
    mask |= mask >> 8;
    prf(key, "length", candidates, sizeof candidates);
    for (size_t i = 0; i < sizeof candidates; i += 2) {
        uint32_t candidate = ((uint32_t)candidates[i] << 8 | candidates[i + 1]) & mask;
        length = select(mask_less(candidate, limit), candidate, length);
    }
    scepcore_wipe(candidates, sizeof candidates);
    return length;
}

/* Move em[start..k) to em[0], for a secret start: one conditional move per bit of it. */
static void move_to_front(uint8_t *em, size_t k, uint32_t start) {
    for (uint32_t bit = 1; bit < k; bit <<= 1) {
        uint8_t mask = (uint8_t)~mask_zero(start & bit);
        for (size_t i = 0; i < k; i++) {
            uint8_t from = i + bit < k ? em[i + bit] : 0;
            em[i] ^= mask & (em[i] ^ from);
        }
    }
}

size_t scepcore_pkcs1_unpad_message(const uint8_t rejection[32], const uint8_t *ciphertext,
                                    uint8_t *em, size_t k) {
    uint8_t key[32], substitute[MODULUS_MAX];
    scepcore_hmac(scepcore_digest_find("sha256", 6), rejection, 32, ciphertext, k, key);
    prf(key, "message", substitute, k);
    uint32_t substitute_start = (uint32_t)k - substitute_length(key, k);

    /* EM = 00 02 PS 00 M, PS at least 8 bytes without a zero */
    uint32_t good = mask_zero(em[0]) & mask_zero(em[1] ^ 2u);
    uint32_t found = 0, start = 0;
    for (uint32_t i = 2; i < k; i++) {
        uint32_t zero = mask_zero(em[i]);
        start = select(zero & ~found, i + 1, start);
        found |= zero;
    }
    good &= found & ~mask_less(start, 11);
    start = select(good, start, substitute_start);
    for (size_t i = 0; i < k; i++) {
        em[i] = (uint8_t)select(good, em[i], substitute[i]);
    }
    move_to_front(em, k, start);
    scepcore_wipe(key, sizeof key);
    scepcore_wipe(substitute, sizeof substitute);
    return k - start;
}
