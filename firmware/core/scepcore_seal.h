/* Sealing: authenticated encryption under a key-encryption key (kek) that comes from the device.
 * For scepcore.seal/unseal, scepcore.Kek and RSAKey.seal/unseal.
 * RFC 5869 (HKDF-SHA256), SP 800-38C (AES-256-CCM).
 *
 * A sealed blob is: version (1 byte, 1), nonce (12), ciphertext (as long as the plaintext), tag
 * (16). What is bound to it but not inside it: the version, the kind and the caller's aad.
 */
#ifndef SCEPCORE_SEAL_H
#define SCEPCORE_SEAL_H

#include <stddef.h>
#include <stdint.h>

#include "scepcore_random.h"

#define SCEPCORE_KEK_BYTES 32
#define SCEPCORE_SEAL_VERSION 1
#define SCEPCORE_SEAL_OVERHEAD 29
/* Longest plaintext: a 12-byte nonce leaves CCM a length field of 3 bytes. */
#define SCEPCORE_SEAL_MAX 0xFFFFFF
#define SCEPCORE_PURPOSE_MAX 64

/* What is sealed. Each kind has keys of its own, so that a sealed private key never opens as data
 * whose plaintext would go to Python. */
enum { SCEPCORE_SEAL_DATA = 0, SCEPCORE_SEAL_RSA_KEY = 1 };

/* A key-encryption key. set is 0 before derive and after wipe. */
typedef struct {
    uint8_t set;
    uint8_t key[SCEPCORE_KEK_BYTES];
} scepcore_kek;

/* Derive the kek of a purpose (1..64 bytes) from the device secret.
 * SCEPCORE_E_PURPOSE, SCEPCORE_E_NO_SECRET. */
int scepcore_kek_derive(scepcore_kek *kek, const uint8_t *purpose, size_t len);

/* Erase; idempotent. */
void scepcore_kek_wipe(scepcore_kek *kek);

/* Seal len bytes at out + 13 in place: out has len + SCEPCORE_SEAL_OVERHEAD bytes. r may be
 * unseeded (see scepcore_seal.c). SCEPCORE_E_SEAL_LONG. */
int scepcore_seal(const uint8_t kek[SCEPCORE_KEK_BYTES], int kind, scepcore_random *r, uint8_t *out,
                  size_t len, const uint8_t *aad, size_t aad_len);

/* Open a blob: writes blob_len - SCEPCORE_SEAL_OVERHEAD bytes to out, zeros when it does not open.
 * SCEPCORE_E_SEAL_OPEN, _VERSION, _SHORT. */
int scepcore_unseal(const uint8_t kek[SCEPCORE_KEK_BYTES], int kind, const uint8_t *blob,
                    size_t blob_len, const uint8_t *aad, size_t aad_len, uint8_t *out);

#endif
