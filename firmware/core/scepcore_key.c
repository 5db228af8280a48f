/* RSA private keys at rest: layout, wiping, sealing.
 * For scepcore.RSAKey.
 * RFC 8017 section 3.2 (the five CRT parts).
 */
#include "scepcore_key.h"

#include <string.h>

#include "scepcore_ct.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

/* Header of the secret part: format, reserved, plen, qlen, reserved, e (big-endian). */
#define KEY_FORMAT 1

static size_t secret_size(const scepcore_key *key) {
    return SCEPCORE_KEY_HEADER + 3u * key->plen + 2u * key->qlen + 32;
}

void scepcore_key_wipe(scepcore_key *key) {
    scepcore_wipe(key, sizeof *key);
}

void scepcore_key_view(const scepcore_key *key, br_rsa_private_key *sk) {
    sk->n_bitlen = key->bits;
    sk->p = (uint8_t *)key->secret + SCEPCORE_KEY_HEADER;
    sk->q = sk->p + key->plen;
    sk->dp = sk->q + key->qlen;
    sk->dq = sk->dp + key->plen;
    sk->iq = sk->dq + key->qlen;
    sk->plen = sk->dplen = sk->iqlen = key->plen;
    sk->qlen = sk->dqlen = key->qlen;
}

size_t scepcore_key_sealed_size(const scepcore_key *key) {
    return key->bits == 0 ? 0 : secret_size(key) + SCEPCORE_SEAL_OVERHEAD;
}

int scepcore_key_seal(const scepcore_key *key, const uint8_t kek[SCEPCORE_KEK_BYTES],
                      scepcore_random *r, const uint8_t *aad, size_t aad_len, uint8_t *blob) {
    if (key->bits == 0) {
        return SCEPCORE_E_WIPED;
    }
    size_t len = secret_size(key);
    uint8_t *plain = blob + 13; /* where scepcore_seal takes it from */
    memcpy(plain, key->secret, len);
    plain[0] = KEY_FORMAT;
    plain[1] = 0;
    plain[2] = (uint8_t)(key->plen >> 8);
    plain[3] = (uint8_t)key->plen;
    plain[4] = (uint8_t)(key->qlen >> 8);
    plain[5] = (uint8_t)key->qlen;
    plain[6] = plain[7] = 0;
    for (int i = 0; i < 4; i++) {
        plain[8 + i] = (uint8_t)(key->e >> (24 - 8 * i));
    }
    return scepcore_seal(kek, SCEPCORE_SEAL_RSA_KEY, r, blob, len, aad, aad_len);
}

/* Read the header of an opened secret part of len bytes. */
static int read_header(scepcore_key *key, size_t len) {
    const uint8_t *h = key->secret;
    /* Public: lengths of the factors, which follow from the key's size, and e. */
    SCEPCORE_PUBLIC(h, SCEPCORE_KEY_HEADER);
    key->plen = (uint16_t)(h[2] << 8 | h[3]);
    key->qlen = (uint16_t)(h[4] << 8 | h[5]);
    key->e = (uint32_t)h[8] << 24 | (uint32_t)h[9] << 16 | (uint32_t)h[10] << 8 | h[11];
    if (h[0] != KEY_FORMAT) {
        return SCEPCORE_E_SEAL_VERSION;
    }
    if (key->plen > SCEPCORE_FACTOR_MAX || key->qlen > SCEPCORE_FACTOR_MAX ||
        len != secret_size(key)) {
        return SCEPCORE_E_KEY_WRONG;
    }
    return SCEPCORE_OK;
}

int scepcore_key_unseal(scepcore_key *key, const uint8_t kek[SCEPCORE_KEK_BYTES],
                        const uint8_t *blob, size_t blob_len, const uint8_t *aad, size_t aad_len) {
    scepcore_key_wipe(key);
    if (blob_len < SCEPCORE_KEY_HEADER + SCEPCORE_SEAL_OVERHEAD) {
        return SCEPCORE_E_SEAL_SHORT;
    }
    if (blob_len > SCEPCORE_KEY_SEALED_MAX) {
        return SCEPCORE_E_SEAL_OPEN;
    }
    int status =
        scepcore_unseal(kek, SCEPCORE_SEAL_RSA_KEY, blob, blob_len, aad, aad_len, key->secret);
    if (status == SCEPCORE_OK) {
        status = read_header(key, blob_len - SCEPCORE_SEAL_OVERHEAD);
    }
    if (status == SCEPCORE_OK) {
        status = scepcore_key_complete(key);
    }
    if (status != SCEPCORE_OK) {
        scepcore_key_wipe(key);
    }
    scepcore_scrub_stack();
    return status;
}
