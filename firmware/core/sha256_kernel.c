/*
 * sha256_kernel.c: SHA-256 behind BearSSL's hash interface.
 * For: fingerprints, CMS, HMAC, the DRBG and TLS.
 * Standard: FIPS 180-4.
 */
#include "scepcore_rsa.h"

const br_hash_class scepcore_sha256_vtable = {
    sizeof(br_sha256_context),
    BR_HASHDESC_ID(br_sha256_ID) | BR_HASHDESC_OUT(br_sha256_SIZE) |
        BR_HASHDESC_STATE(br_sha256_SIZE) | BR_HASHDESC_LBLEN(6) | BR_HASHDESC_MD_PADDING |
        BR_HASHDESC_MD_PADDING_BE,
    (void (*)(const br_hash_class **)) & br_sha256_init,
    (void (*)(const br_hash_class **, const void *, size_t)) & br_sha224_update,
    (void (*)(const br_hash_class *const *, void *)) & br_sha256_out,
    (uint64_t(*)(const br_hash_class *const *, void *)) & br_sha256_state,
    (void (*)(const br_hash_class **, const void *, uint64_t)) & br_sha256_set_state};
