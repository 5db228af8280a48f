/* The pseudo-random functions of TLS 1.0 to 1.2 over our hashes.
 * For scepcore_tls.c.
 * RFC 2246 section 5, RFC 5246 section 5.
 */
#include "scepcore_tls_prf.h"

#include <string.h>

#include "inner.h"
#include "scepcore_rsa.h"

void scepcore_tls10_prf(void *out, size_t len, const void *secret, size_t secret_len,
                        const char *label, size_t seeds, const br_tls_prf_seed_chunk *seed) {
    /* Two halves of the secret; where its length is odd they share an octet. */
    const unsigned char *half = secret;
    size_t half_len = (secret_len + 1) / 2;
    memset(out, 0, len);
    br_tls_phash(out, len, &br_md5_vtable, half, half_len, label, seeds, seed);
    br_tls_phash(out, len, &scepcore_sha1_vtable, half + secret_len - half_len, half_len, label,
                 seeds, seed);
}

void scepcore_tls12_sha256_prf(void *out, size_t len, const void *secret, size_t secret_len,
                               const char *label, size_t seeds, const br_tls_prf_seed_chunk *seed) {
    memset(out, 0, len);
    br_tls_phash(out, len, &scepcore_sha256_vtable, secret, secret_len, label, seeds, seed);
}

void scepcore_tls12_sha384_prf(void *out, size_t len, const void *secret, size_t secret_len,
                               const char *label, size_t seeds, const br_tls_prf_seed_chunk *seed) {
    memset(out, 0, len);
    br_tls_phash(out, len, &scepcore_sha384_vtable, secret, secret_len, label, seeds, seed);
}
