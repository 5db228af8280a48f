/* Public-key operations: verify a signature, encrypt a content key.
 * For scepcore.rsa_verify and scepcore.rsa_encrypt.
 * RFC 8017 sections 7.2.1 and 8.2.2.
 */
#include "scepcore_key.h"

#include <string.h>

#include "scepcore_ct.h"
#include "scepcore_pkcs1.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

int scepcore_public_check(const uint8_t **n, size_t *nlen, uint32_t e) {
    while (*nlen > 0 && **n == 0) {
        ++*n;
        --*nlen;
    }
    if (*nlen < SCEPCORE_KEY_MIN_BITS / 8 || *nlen > SCEPCORE_MODULUS_MAX ||
        (*nlen == SCEPCORE_KEY_MIN_BITS / 8 && **n < 0x80) || ((*n)[*nlen - 1] & 1) == 0) {
        return SCEPCORE_E_MODULUS;
    }
    return e < 3 || (e & 1) == 0 ? SCEPCORE_E_EXPONENT : SCEPCORE_OK;
}

/* x = x^e mod n in place; 0 if x >= n. */
static uint32_t public_operation(uint8_t *x, const uint8_t *n, size_t nlen, uint32_t e) {
    uint8_t bytes[4] = {(uint8_t)(e >> 24), (uint8_t)(e >> 16), (uint8_t)(e >> 8), (uint8_t)e};
    br_rsa_public_key pk = {(uint8_t *)n, nlen, bytes, sizeof bytes};
    return scepcore_rsa_public(x, nlen, &pk);
}

int scepcore_rsa_verify(const uint8_t *n, size_t nlen, uint32_t e, const char *hash_name,
                        size_t name_len, const uint8_t *digest, size_t digest_len,
                        const uint8_t *signature, size_t signature_len) {
    uint8_t opened[SCEPCORE_MODULUS_MAX], expected[SCEPCORE_MODULUS_MAX];
    const scepcore_digest *d = scepcore_digest_find(hash_name, name_len);
    if (d == NULL) {
        return SCEPCORE_E_HASH_NAME;
    }
    if (digest_len != d->size) {
        return SCEPCORE_E_DIGEST;
    }
    int status = scepcore_public_check(&n, &nlen, e);
    if (status == SCEPCORE_OK) {
        status = scepcore_pkcs1_pad_signature(d, digest, expected, nlen);
    }
    if (status != SCEPCORE_OK) {
        return status;
    }
    if (signature_len != nlen) {
        return 0;
    }
    memcpy(opened, signature, nlen);
    return public_operation(opened, n, nlen, e) && memcmp(opened, expected, nlen) == 0;
}

int scepcore_rsa_encrypt(scepcore_random *r, const uint8_t *n, size_t nlen, uint32_t e,
                         const uint8_t *message, size_t len, uint8_t *out) {
    int status = scepcore_public_check(&n, &nlen, e);
    if (status == SCEPCORE_OK) {
        status = scepcore_pkcs1_pad_message(r, message, len, out, nlen);
    }
    if (status != SCEPCORE_OK) {
        return status;
    }
    /* The padded message begins with a zero byte, so it is below n. */
    if (!public_operation(out, n, nlen, e)) {
        scepcore_wipe(out, nlen);
        return SCEPCORE_E_FAULT;
    }
    /* Public: a ciphertext is made to be read by anybody. */
    SCEPCORE_PUBLIC(out, nlen);
    scepcore_scrub_stack();
    return SCEPCORE_OK;
}
