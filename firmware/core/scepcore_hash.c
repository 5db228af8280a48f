/* Hashes by name, HMAC and HKDF over BearSSL's hash classes.
 * For scepcore.hash and scepcore.hmac, and for signatures, seal and the random generator.
 * FIPS 180-4, RFC 1321, RFC 2104, RFC 5869.
 */
#include "scepcore_hash.h"

#include <string.h>

#include "scepcore_rsa.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

/* DigestInfo ::= SEQUENCE { AlgorithmIdentifier SEQUENCE { OID, NULL }, OCTET STRING }. */
#define SHA2_PREFIX(size, arc)                                                                     \
    {                                                                                              \
        0x30, 17 + (size), 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, \
            arc, 0x05, 0x00, 0x04, size                                                            \
    }

static const scepcore_digest digests[] = {
    {"md5",
     &br_md5_vtable,
     16,
     18,
     {0x30, 0x20, 0x30, 0x0c, 0x06, 0x08, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x05, 0x05,
      0x00, 0x04, 0x10}},
    {"sha1",
     &scepcore_sha1_vtable,
     20,
     15,
     {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14}},
    {"sha224", &scepcore_sha224_vtable, 28, 19, SHA2_PREFIX(28, 4)},
    {"sha256", &scepcore_sha256_vtable, 32, 19, SHA2_PREFIX(32, 1)},
    {"sha384", &scepcore_sha384_vtable, 48, 19, SHA2_PREFIX(48, 2)},
    {"sha512", &scepcore_sha512_vtable, 64, 19, SHA2_PREFIX(64, 3)},
};

const scepcore_digest *scepcore_digest_find(const char *name, size_t name_len) {
    for (size_t i = 0; i < sizeof digests / sizeof digests[0]; i++) {
        if (strlen(digests[i].name) == name_len && memcmp(digests[i].name, name, name_len) == 0) {
            return &digests[i];
        }
    }
    return NULL;
}

int scepcore_hash_init(scepcore_hash *h, const char *name, size_t name_len) {
    h->digest = scepcore_digest_find(name, name_len);
    if (h->digest == NULL) {
        return SCEPCORE_E_HASH_NAME;
    }
    h->digest->hash->init(&h->state.vtable);
    return SCEPCORE_OK;
}

int scepcore_hash_update(scepcore_hash *h, const void *data, size_t len) {
    if (h->digest == NULL) {
        return SCEPCORE_E_WIPED;
    }
    h->digest->hash->update(&h->state.vtable, data, len);
    return SCEPCORE_OK;
}

int scepcore_hash_out(const scepcore_hash *h, uint8_t *out) {
    if (h->digest == NULL) {
        return SCEPCORE_E_WIPED;
    }
    h->digest->hash->out(&h->state.vtable, out);
    return SCEPCORE_OK;
}

void scepcore_hash_wipe(scepcore_hash *h) {
    scepcore_wipe(h, sizeof *h);
}

void scepcore_hmac(const scepcore_digest *d, const void *key, size_t key_len, const void *data,
                   size_t len, uint8_t *out) {
    br_hmac_key_context k;
    br_hmac_context h;
    br_hmac_key_init(&k, d->hash, key, key_len);
    br_hmac_init(&h, &k, 0);
    br_hmac_update(&h, data, len);
    br_hmac_out(&h, out);
    scepcore_wipe(&k, sizeof k);
    scepcore_wipe(&h, sizeof h);
}

void scepcore_hkdf(const void *salt, size_t salt_len, const void *ikm, size_t ikm_len,
                   const void *info, size_t info_len, uint8_t *out, size_t out_len) {
    br_hkdf_context h;
    br_hkdf_init(&h, &scepcore_sha256_vtable, salt, salt_len);
    br_hkdf_inject(&h, ikm, ikm_len);
    br_hkdf_flip(&h);
    br_hkdf_produce(&h, info, info_len, out, out_len);
    scepcore_wipe(&h, sizeof h);
}
