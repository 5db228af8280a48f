/* Sealing: authenticated encryption under a key-encryption key that comes from the device.
 * For scepcore.seal/unseal, scepcore.Kek and RSAKey.seal/unseal.
 * RFC 5869 (HKDF-SHA256), SP 800-38C (AES-256-CCM with BearSSL's bit-sliced AES).
 *
 * The nonce: CCM fails badly when two plaintexts share one. It is the first 12 bytes of
 * HMAC-SHA256 under a key of its own, over fresh random bytes, the aad and the plaintext. While the
 * generator works, nonces are random: after 2^32 blobs under one kek (a flash part is worn out
 * long before) two are equal with probability 2^-33. Should the generator repeat itself (a board
 * that boots from a copied state, reproducible test randomness) or not be seeded, equal nonces come
 * only with equal plaintext and aad, and then the blob is the same: all that is told is that the
 * same thing was stored again.
 *
 * Constant time: lengths and the aad are public; whether a blob opens is public.
 */
#include "scepcore_seal.h"

#include <string.h>

#include "scepcore_board.h"
#include "scepcore_ct.h"
#include "scepcore_hash.h"
#include "scepcore_rsa.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

#define NONCE 12
#define TAG 16

int scepcore_kek_derive(scepcore_kek *kek, const uint8_t *purpose, size_t len) {
    uint8_t secret[SCEPCORE_DEVICE_SECRET_BYTES];
    scepcore_kek_wipe(kek);
    if (len < 1 || len > SCEPCORE_PURPOSE_MAX) {
        return SCEPCORE_E_PURPOSE;
    }
    if (!scepcore_board_secret(secret)) {
        return SCEPCORE_E_NO_SECRET;
    }
    SCEPCORE_SECRET(secret, sizeof secret);
    scepcore_hkdf("microscep kek", 13, secret, sizeof secret, purpose, len, kek->key,
                  sizeof kek->key);
    kek->set = 1;
    scepcore_wipe(secret, sizeof secret);
    return SCEPCORE_OK;
}

void scepcore_kek_wipe(scepcore_kek *kek) {
    scepcore_wipe(kek, sizeof *kek);
}

/* Keys of one kind: 32 bytes for AES, 32 for the nonce. */
static void derive_keys(const uint8_t *kek, int kind, uint8_t keys[64]) {
    uint8_t info[2] = {SCEPCORE_SEAL_VERSION, (uint8_t)kind};
    scepcore_hkdf("microscep seal", 14, kek, SCEPCORE_KEK_BYTES, info, sizeof info, keys, 64);
}

static void make_nonce(const uint8_t *key, scepcore_random *r, const uint8_t *aad, size_t aad_len,
                       const uint8_t *plaintext, size_t len, uint8_t nonce[NONCE]) {
    br_hmac_key_context k;
    br_hmac_context h;
    uint8_t head[20] = {0};
    uint8_t mac[32];
    (void)scepcore_random_bytes(r, head, 16); /* zeros if unseeded: see above */
    for (int i = 0; i < 4; i++) {
        head[16 + i] = (uint8_t)((uint32_t)aad_len >> (24 - 8 * i));
    }
    br_hmac_key_init(&k, &scepcore_sha256_vtable, key, 32);
    br_hmac_init(&h, &k, 0);
    br_hmac_update(&h, head, sizeof head);
    br_hmac_update(&h, aad, aad_len);
    br_hmac_update(&h, plaintext, len);
    br_hmac_out(&h, mac);
    memcpy(nonce, mac, NONCE);
    /* Public: the nonce stands in the blob. */
    SCEPCORE_PUBLIC(nonce, NONCE);
    scepcore_wipe(&k, sizeof k);
    scepcore_wipe(&h, sizeof h);
    scepcore_wipe(mac, sizeof mac);
    scepcore_wipe(head, sizeof head);
}

/* CCM over the len bytes at data, in place; leaves the tag to get or check in ccm. */
static void run_ccm(br_ccm_context *ccm, br_aes_ct_ctrcbc_keys *aes, const uint8_t *key, int kind,
                    const uint8_t *nonce, const uint8_t *aad, size_t aad_len, int encrypt,
                    uint8_t *data, size_t len) {
    uint8_t head[2] = {SCEPCORE_SEAL_VERSION, (uint8_t)kind};
    br_aes_ct_ctrcbc_init(aes, key, 32);
    br_ccm_init(ccm, &aes->vtable);
    br_ccm_reset(ccm, nonce, NONCE, sizeof head + (uint64_t)aad_len, len, TAG);
    br_ccm_aad_inject(ccm, head, sizeof head);
    br_ccm_aad_inject(ccm, aad, aad_len);
    br_ccm_flip(ccm);
    br_ccm_run(ccm, encrypt, data, len);
}

int scepcore_seal(const uint8_t kek[SCEPCORE_KEK_BYTES], int kind, scepcore_random *r, uint8_t *out,
                  size_t len, const uint8_t *aad, size_t aad_len) {
    uint8_t keys[64];
    br_ccm_context ccm;
    br_aes_ct_ctrcbc_keys aes;
    if (len > SCEPCORE_SEAL_MAX) {
        return SCEPCORE_E_SEAL_LONG;
    }
    derive_keys(kek, kind, keys);
    out[0] = SCEPCORE_SEAL_VERSION;
    uint8_t *nonce = out + 1, *data = nonce + NONCE;
    make_nonce(keys + 32, r, aad, aad_len, data, len, nonce);
    run_ccm(&ccm, &aes, keys, kind, nonce, aad, aad_len, 1, data, len);
    br_ccm_get_tag(&ccm, data + len);
    /* Public: ciphertext and tag are made to be read by anybody. */
    SCEPCORE_PUBLIC(data, len + TAG);
    scepcore_wipe(keys, sizeof keys);
    scepcore_wipe(&ccm, sizeof ccm);
    scepcore_wipe(&aes, sizeof aes);
    return SCEPCORE_OK;
}

int scepcore_unseal(const uint8_t kek[SCEPCORE_KEK_BYTES], int kind, const uint8_t *blob,
                    size_t blob_len, const uint8_t *aad, size_t aad_len, uint8_t *out) {
    uint8_t keys[64];
    br_ccm_context ccm;
    br_aes_ct_ctrcbc_keys aes;
    if (blob_len < SCEPCORE_SEAL_OVERHEAD) {
        return SCEPCORE_E_SEAL_SHORT;
    }
    if (blob[0] != SCEPCORE_SEAL_VERSION) {
        return SCEPCORE_E_SEAL_VERSION;
    }
    size_t len = blob_len - SCEPCORE_SEAL_OVERHEAD;
    if (len > SCEPCORE_SEAL_MAX) {
        return SCEPCORE_E_SEAL_LONG;
    }
    const uint8_t *nonce = blob + 1, *data = nonce + NONCE;
    derive_keys(kek, kind, keys);
    memcpy(out, data, len);
    run_ccm(&ccm, &aes, keys, kind, nonce, aad, aad_len, 0, out, len);
    uint32_t good = br_ccm_check_tag(&ccm, data + len);
    /* Public: the caller is told whether it opens. */
    SCEPCORE_PUBLIC(&good, sizeof good);
    if (!good) {
        scepcore_wipe(out, len);
    }
    scepcore_wipe(keys, sizeof keys);
    scepcore_wipe(&ccm, sizeof ccm);
    scepcore_wipe(&aes, sizeof aes);
    return good ? SCEPCORE_OK : SCEPCORE_E_SEAL_OPEN;
}
