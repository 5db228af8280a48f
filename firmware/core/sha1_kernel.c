/*
 * sha1_kernel.c: SHA-1 behind BearSSL's hash interface.
 * For: fingerprints, CMS, HMAC, the DRBG and TLS.
 * Standard: FIPS 180-4.
 */
#include "scepcore_rsa.h"

const br_hash_class scepcore_sha1_vtable = {
    sizeof(br_sha1_context),
    BR_HASHDESC_ID(br_sha1_ID) | BR_HASHDESC_OUT(br_sha1_SIZE) | BR_HASHDESC_STATE(br_sha1_SIZE) |
        BR_HASHDESC_LBLEN(6) | BR_HASHDESC_MD_PADDING | BR_HASHDESC_MD_PADDING_BE,
    (void (*)(const br_hash_class **)) & br_sha1_init,
    (void (*)(const br_hash_class **, const void *, size_t)) & br_sha1_update,
    (void (*)(const br_hash_class *const *, void *)) & br_sha1_out,
    (uint64_t(*)(const br_hash_class *const *, void *)) & br_sha1_state,
    (void (*)(const br_hash_class **, const void *, uint64_t)) & br_sha1_set_state};
