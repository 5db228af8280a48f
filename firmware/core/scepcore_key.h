/* RSA keys: generation, signing, decryption, sealing; the public operations.
 * For scepcore.RSAKey, rsa_verify and rsa_encrypt.
 * RFC 8017 (PKCS#1 v1.5), FIPS 186-5 (key generation).
 */
#ifndef SCEPCORE_KEY_H
#define SCEPCORE_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "bearssl.h"
#include "scepcore_random.h"
#include "scepcore_rsa.h"
#include "scepcore_seal.h"

#define SCEPCORE_KEY_MIN_BITS 1024
#define SCEPCORE_KEY_MAX_BITS 4096
#define SCEPCORE_MODULUS_MAX (SCEPCORE_KEY_MAX_BITS / 8)
/* A prime factor may be a little longer than half of the modulus. */
#define SCEPCORE_FACTOR_MAX 260

/* The secret part as it is sealed: header, p, q, dP, dQ, qInv (big-endian), rejection secret. */
#define SCEPCORE_KEY_HEADER 12
#define SCEPCORE_KEY_SECRET_MAX (SCEPCORE_KEY_HEADER + 5 * SCEPCORE_FACTOR_MAX + 32)
#define SCEPCORE_KEY_SEALED_MAX (SCEPCORE_KEY_SECRET_MAX + SCEPCORE_SEAL_OVERHEAD)

/* A private key. Invariant: bits is 0 (nothing here, or wiped) or all other fields belong together:
 * n = p * q exactly, and one private operation was checked with (n, e). */
typedef struct {
    uint32_t bits; /* of n */
    uint32_t e;
    uint16_t nlen; /* bytes of n */
    uint16_t plen; /* bytes of p, dP and qInv */
    uint16_t qlen; /* bytes of q and dQ */
    uint8_t n[SCEPCORE_MODULUS_MAX];
    uint8_t secret[SCEPCORE_KEY_SECRET_MAX];
} scepcore_key;

/* Erase; idempotent. */
void scepcore_key_wipe(scepcore_key *key);

/* Length of scepcore_key_seal's blob; 0 for a wiped key. */
size_t scepcore_key_sealed_size(const scepcore_key *key);

/* Seal to blob, which has scepcore_key_sealed_size bytes. SCEPCORE_E_WIPED. */
int scepcore_key_seal(const scepcore_key *key, const uint8_t kek[SCEPCORE_KEK_BYTES],
                      scepcore_random *r, const uint8_t *aad, size_t aad_len, uint8_t *blob);

/* Open a sealed key; key is all zero on failure. As scepcore_unseal; SCEPCORE_E_KEY_WRONG. */
int scepcore_key_unseal(scepcore_key *key, const uint8_t kek[SCEPCORE_KEK_BYTES],
                        const uint8_t *blob, size_t blob_len, const uint8_t *aad, size_t aad_len);

/* Import PKCS#1 RSAPrivateKey or PKCS#8 PrivateKeyInfo; key is all zero on failure.
 * SCEPCORE_E_KEY_DER, SCEPCORE_E_MODULUS, _EXPONENT, _FACTORS, _KEY_WRONG. */
int scepcore_key_from_der(scepcore_key *key, const uint8_t *der, size_t len);

/* The key as BearSSL's type, which points into it: nothing is copied. (That type has no const; what
 * gets it does not write.) */
void scepcore_key_view(const scepcore_key *key, br_rsa_private_key *sk);

/* Last step of making a key, from secret, plen, qlen and e: sets bits, nlen and n = p * q, and
 * proves e * dP = 1 mod p - 1, e * dQ = 1 mod q - 1, qInv * q = 1 mod p. Constant time for equal
 * lengths. SCEPCORE_E_MODULUS, _EXPONENT, _FACTORS, _KEY_WRONG; the caller wipes the key then. */
int scepcore_key_complete(scepcore_key *key);

enum { SCEPCORE_SIGN = 1, SCEPCORE_DECRYPT = 2 };

/* One private operation in steps; caller-owned memory of scepcore_operation_size bytes.
 * kind is 0 before start, after the result and after wipe. */
typedef struct {
    scepcore_key *key; /* the caller keeps it alive */
    size_t size;       /* bytes of this object */
    uint8_t kind;
    uint16_t out_len;                  /* bytes of the result, once there */
    uint8_t out[SCEPCORE_MODULUS_MAX]; /* signature or message */
    uint8_t ciphertext[SCEPCORE_MODULUS_MAX];
    br_rsa_private_key sk;
    uint64_t steps[]; /* scepcore_rsa_private_ctx */
} scepcore_operation;

/* Bytes of an operation with a key of so many bits; SCEPCORE_OPERATION_MAX is enough for all. */
size_t scepcore_operation_size(uint32_t bits);
#define SCEPCORE_OPERATION_MAX (sizeof(scepcore_operation) + SCEPCORE_RSA_PRIVATE_MAX_SIZE)

/* Start a signature over a digest. SCEPCORE_E_WIPED, _HASH_NAME, _DIGEST, _MODULUS. */
int scepcore_operation_sign(scepcore_operation *op, size_t size, scepcore_key *key,
                            const char *hash_name, size_t name_len, const uint8_t *digest,
                            size_t len);

/* Start a decryption. SCEPCORE_E_WIPED, _CIPHERTEXT. */
int scepcore_operation_decrypt(scepcore_operation *op, size_t size, scepcore_key *key,
                               const uint8_t *ciphertext, size_t len);

/* One step (at most 20 M instructions on ARM926): SCEPCORE_BUSY, or SCEPCORE_OK with the result in
 * out[out_len]. The kernel has checked it with the public key: SCEPCORE_E_FAULT otherwise.
 * SCEPCORE_E_WIPED if the key was wiped, SCEPCORE_E_DONE after the end. */
int scepcore_operation_step(scepcore_operation *op);

/* Erase; idempotent. */
void scepcore_operation_wipe(scepcore_operation *op);

/* Key generation in steps; caller-owned memory of scepcore_generator_size bytes.
 * state is 0 before start, after the key and after wipe. */
typedef struct {
    size_t size; /* bytes of this object */
    uint8_t state;
    uint32_t bits;
    uint32_t e;
    uint32_t candidates;
    uint32_t primes;
    scepcore_key key; /* until its pairwise check is through */
    uint64_t steps[]; /* scepcore_rsa_keygen_ctx, then a scepcore_operation */
} scepcore_generator;

/* Bytes of a generator for keys of so many bits: 2048, 3072 or 4096; 0 for others. */
size_t scepcore_generator_size(uint32_t bits);

/* Start a key. SCEPCORE_E_KEY_BITS, _EXPONENT, or as scepcore_random_prng. */
int scepcore_generator_start(scepcore_generator *g, size_t size, scepcore_random *r, uint32_t bits,
                             uint32_t e);

/* One step (at most 20 M instructions on ARM926): SCEPCORE_BUSY, or SCEPCORE_OK with the key in
 * *key. SCEPCORE_E_DONE, SCEPCORE_E_FAULT, or as scepcore_random_prng. */
int scepcore_generator_step(scepcore_generator *g, scepcore_random *r, scepcore_key *key);

/* Erase; idempotent. */
void scepcore_generator_wipe(scepcore_generator *g);

/* 1 if the signature is the one of the digest under (n, e), 0 if not; below 0: n, e, hash name or
 * digest length cannot be used (SCEPCORE_E_*). Strict: the whole padded message is compared. */
int scepcore_rsa_verify(const uint8_t *n, size_t nlen, uint32_t e, const char *hash_name,
                        size_t name_len, const uint8_t *digest, size_t digest_len,
                        const uint8_t *signature, size_t signature_len);

/* Encrypt a message to (n, e); writes as many bytes as n has without leading zeros.
 * SCEPCORE_E_MODULUS, _EXPONENT, _MESSAGE_LONG, or as scepcore_random_bytes. */
int scepcore_rsa_encrypt(scepcore_random *r, const uint8_t *n, size_t nlen, uint32_t e,
                         const uint8_t *message, size_t len, uint8_t *out);

/* Skip leading zeros of n and check modulus and exponent. SCEPCORE_E_MODULUS, _EXPONENT. */
int scepcore_public_check(const uint8_t **n, size_t *nlen, uint32_t e);

#endif
