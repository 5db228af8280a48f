/* The pseudo-random functions of TLS 1.0 to 1.2 over our hashes, each a br_tls_prf_impl.
 * For scepcore_tls.c.
 * RFC 2246 section 5 (1.0 and 1.1), RFC 5246 section 5 (1.2).
 */
#ifndef SCEPCORE_TLS_PRF_H
#define SCEPCORE_TLS_PRF_H

#include <bearssl.h>

/* len bytes from the secret, the label (a string) and the seeds, as br_tls_prf_impl has them: P_MD5
 * xor P_SHA-1, each over half of the secret. */
void scepcore_tls10_prf(void *out, size_t len, const void *secret, size_t secret_len,
                        const char *label, size_t seeds, const br_tls_prf_seed_chunk *seed);

/* The same by P_SHA-256. */
void scepcore_tls12_sha256_prf(void *out, size_t len, const void *secret, size_t secret_len,
                               const char *label, size_t seeds, const br_tls_prf_seed_chunk *seed);

/* The same by P_SHA-384. */
void scepcore_tls12_sha384_prf(void *out, size_t len, const void *secret, size_t secret_len,
                               const char *label, size_t seeds, const br_tls_prf_seed_chunk *seed);

#endif
