/*
 * scepcore_rsa.h: RSA arithmetic and hash kernels, drop-ins for BearSSL's function types.
 * For: scepcore's binding, BearSSL's PKCS#1 and TLS code, and every kernel test.
 * Standards: RFC 8017 (RSA, CRT), FIPS 186-5 (key generation), FIPS 180-4 (hashes), FIPS 46-3
 * (DES).
 *
 * No malloc, no globals, no hidden static buffers. Lengths are public, contents are secret:
 * sizes of n, p, q, dp, dq, qInv and the public key may show in timing, nothing else of a
 * private key does (each .c file holds its constant-time argument).
 */
#ifndef SCEPCORE_RSA_H
#define SCEPCORE_RSA_H

#include <stddef.h>
#include <stdint.h>

#include "bearssl.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Modulus sizes, in bits, that the private operation and key generation take. */
#define SCEPCORE_RSA_MIN_BITS 512
#define SCEPCORE_RSA_MAX_BITS 4096

/* What a step function returns. */
#define SCEPCORE_RSA_DONE 0     /* finished: fetch the result */
#define SCEPCORE_RSA_AGAIN 1    /* working: call step again */
#define SCEPCORE_RSA_ERROR (-1) /* failed: nothing to fetch, the context is wiped */

/* ---- one-piece operations: BearSSL's function types ---------------------------------- */

/*
 * br_rsa_public: x := x^e mod n, in place, big-endian. xlen = length of n without leading
 * zeros. Returns 1, or 0 for x >= n, an even or oversized n, or another length.
 * Not for secrets: x, n and e may show in timing.
 */
uint32_t scepcore_rsa_public(unsigned char *x, size_t xlen, const br_rsa_public_key *pk);

/*
 * br_rsa_private: x := x^d mod n by the CRT, in place, big-endian, (sk->n_bitlen + 7) / 8
 * bytes. The result is raised to the public exponent and compared with the input before it
 * leaves. Returns 1, or 0 (x >= n, inconsistent key, or a computational fault); x is then
 * all zeros. Constant time for fixed lengths.
 * The public exponent is not part of sk: 65537 is tried, then 3, 17, 5 and 257; the operation of
 * a key with another one is refused. Who knows e calls the stepwise form with it.
 */
uint32_t scepcore_rsa_private(unsigned char *x, const br_rsa_private_key *sk);

/*
 * br_rsa_keygen: makes a key of `size` bits (512 to 4096) with public exponent `pubexp`
 * (odd, >= 3; 0 means 65537: BearSSL's default of 3 is not offered). Buffers and their sizes
 * as for br_rsa_i31_keygen. Returns 1 or 0.
 */
uint32_t scepcore_rsa_keygen(const br_prng_class **rng, br_rsa_private_key *sk, void *kbuf_priv,
                             br_rsa_public_key *pk, void *kbuf_pub, unsigned size, uint32_t pubexp);

/* ---- private operation in bounded steps ----------------------------------------------- */

/* Caller-owned memory, 8-byte aligned; opaque. Bytes needed for a key: see _size. */
typedef struct scepcore_rsa_private_ctx scepcore_rsa_private_ctx;

/* Bytes of context for a key of `bits` (n_bitlen); 0 for a size that is not served. */
size_t scepcore_rsa_private_size(unsigned bits);

/* Enough for every size. */
#define SCEPCORE_RSA_PRIVATE_MAX_SIZE 9216

/*
 * Starts x^d mod n. x: (n_bitlen + 7) / 8 bytes, copied. sk and what it points to must stay
 * unchanged until the last step. e: public exponent, 0 = find out as scepcore_rsa_private
 * does. ctx_len: bytes at ctx. Returns 1, or 0 (x >= n is found by a step, not here).
 */
int scepcore_rsa_private_init(scepcore_rsa_private_ctx *ctx, size_t ctx_len,
                              const br_rsa_private_key *sk, uint32_t e, const unsigned char *x,
                              size_t xlen);

/* One step, <= 20 M instructions on ARM926. Returns SCEPCORE_RSA_DONE, _AGAIN or _ERROR. */
int scepcore_rsa_private_step(scepcore_rsa_private_ctx *ctx);

/* After _DONE: copies the checked result (xlen as at init) and wipes ctx. Returns 1 or 0. */
int scepcore_rsa_private_result(scepcore_rsa_private_ctx *ctx, unsigned char *x, size_t xlen);

/* Erases everything; idempotent; also cancels. */
void scepcore_rsa_private_wipe(scepcore_rsa_private_ctx *ctx);

/* ---- key generation in bounded steps --------------------------------------------------- */

/* Caller-owned memory, 8-byte aligned; opaque. */
typedef struct scepcore_rsa_keygen_ctx scepcore_rsa_keygen_ctx;

/* Bytes of context for `bits`; 0 for a size that is not served. */
size_t scepcore_rsa_keygen_size(unsigned bits);

/* Enough for every size. */
#define SCEPCORE_RSA_KEYGEN_MAX_SIZE 9216

/*
 * Starts a key of `bits` with public exponent e (odd, >= 3). rng must live until the last
 * step and must have been seeded. Returns 1, or 0 for wrong arguments.
 */
int scepcore_rsa_keygen_init(scepcore_rsa_keygen_ctx *ctx, size_t ctx_len, unsigned bits,
                             uint32_t e, const br_prng_class **rng);

/* One step, <= 20 M instructions on ARM926. Returns SCEPCORE_RSA_DONE, _AGAIN or _ERROR. */
int scepcore_rsa_keygen_step(scepcore_rsa_keygen_ctx *ctx);

/* candidates: numbers that went through an exponentiation so far; primes: 0, 1 or 2. */
void scepcore_rsa_keygen_progress(const scepcore_rsa_keygen_ctx *ctx, uint32_t *candidates,
                                  uint32_t *primes);

/*
 * After _DONE: fills sk and pk (pk may be NULL), which point into kbuf_priv
 * (BR_RSA_KBUF_PRIV_SIZE(bits) bytes) and kbuf_pub (BR_RSA_KBUF_PUB_SIZE(bits)), p > q, and
 * wipes ctx. Returns 1 or 0.
 */
int scepcore_rsa_keygen_result(scepcore_rsa_keygen_ctx *ctx, br_rsa_private_key *sk,
                               void *kbuf_priv, br_rsa_public_key *pk, void *kbuf_pub);

/* Erases everything; idempotent; also cancels. */
void scepcore_rsa_keygen_wipe(scepcore_rsa_keygen_ctx *ctx);

/* ---- hashes: our compression functions behind BearSSL's interface ---------------------- */

/* Contexts are BearSSL's of the same names; HMAC, DRBG and TLS take the classes as they are. */
extern const br_hash_class scepcore_sha1_vtable;
extern const br_hash_class scepcore_sha224_vtable;
extern const br_hash_class scepcore_sha256_vtable;
extern const br_hash_class scepcore_sha384_vtable;
extern const br_hash_class scepcore_sha512_vtable;

/* ---- table DES, for public data only --------------------------------------------------- */

/*
 * CBC decryption with DES (8-byte key) or EDE3 (16, 24) as BearSSL's class; the context is
 * br_des_tab_cbcdec_keys. Table look-ups show key and data in cache timing: only for opening
 * answers whose content is public, never for our own challenge.
 */
extern const br_block_cbcdec_class scepcore_des_cbcdec_vtable;

#ifdef __cplusplus
}
#endif

#endif
