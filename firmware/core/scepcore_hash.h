/* Hashes by name, HMAC and HKDF over BearSSL's hash classes.
 * For scepcore.hash and scepcore.hmac, and for signatures, seal and the random generator.
 * FIPS 180-4 (SHA), RFC 1321 (MD5), RFC 2104 (HMAC), RFC 5869 (HKDF).
 */
#ifndef SCEPCORE_HASH_H
#define SCEPCORE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "bearssl.h"

#define SCEPCORE_DIGEST_MAX 64

/* One hash algorithm. prefix is the DER of DigestInfo up to the digest (RFC 8017 section 9.2). */
typedef struct {
    char name[8];
    const br_hash_class *hash;
    uint8_t size;
    uint8_t prefix_len;
    uint8_t prefix[19];
} scepcore_digest;

/* The algorithm of that name (name_len bytes, no NUL needed), or NULL. */
const scepcore_digest *scepcore_digest_find(const char *name, size_t name_len);

/* A running hash. digest is NULL before init and after wipe. */
typedef struct {
    const scepcore_digest *digest;
    br_hash_compat_context state;
} scepcore_hash;

/* Start a hash; SCEPCORE_E_HASH_NAME. */
int scepcore_hash_init(scepcore_hash *h, const char *name, size_t name_len);

/* Add len bytes; SCEPCORE_E_WIPED. */
int scepcore_hash_update(scepcore_hash *h, const void *data, size_t len);

/* Write the digest of what came so far (h->digest->size bytes); the hash may go on. */
int scepcore_hash_out(const scepcore_hash *h, uint8_t *out);

/* Erase the state; idempotent. */
void scepcore_hash_wipe(scepcore_hash *h);

/* HMAC of data under key, any key length; writes d->size bytes. */
void scepcore_hmac(const scepcore_digest *d, const void *key, size_t key_len, const void *data,
                   size_t len, uint8_t *out);

/* HKDF-SHA256 with a salt: extract, then expand info into out_len <= 255 * 32 bytes. */
void scepcore_hkdf(const void *salt, size_t salt_len, const void *ikm, size_t ikm_len,
                   const void *info, size_t info_len, uint8_t *out, size_t out_len);

#endif
