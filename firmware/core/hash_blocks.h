/*
 * hash_blocks.h: what SHA-1 and the SHA-2 hashes share: blocks, padding, BearSSL's interface.
 * For: sha1_kernel.c, sha256_kernel.c, sha512_kernel.c.
 * Standard: FIPS 180-4 sections 5.1, 5.2.
 */
#ifndef SCEPCORE_HASH_BLOCKS_H
#define SCEPCORE_HASH_BLOCKS_H

#include "scepcore_rsa.h"

/*
 * One hash. Its context is BearSSL's of the same name: vtable, block octets of buffer, the count
 * of octets (64 bits), the state. BearSSL's multihash calls set_state and update on contexts whose
 * vtable it never set: a row is handed in with each call, never looked up there.
 */
typedef struct {
    /* state: words as the machine holds them; hashes `blocks` blocks at any address. */
    void (*compress)(void *state, const unsigned char *block, size_t blocks);
    const void *start;   /* the first state */
    unsigned char block; /* octets: 64, of words of 32 bits, or 128, of 64 */
    unsigned char state; /* octets */
    unsigned char out;   /* octets: the first words of the state are the digest */
    unsigned char count; /* offset of the count in the context; the state follows */
} scepcore_blocks;

void scepcore_blocks_init(void *context, const scepcore_blocks *h);
void scepcore_blocks_update(void *context, const scepcore_blocks *h, const void *data, size_t len);
void scepcore_blocks_out(const void *context, const scepcore_blocks *h, void *out);
uint64_t scepcore_blocks_state(const void *context, const scepcore_blocks *h, void *out);
void scepcore_blocks_set_state(void *context, const scepcore_blocks *h, const void *state,
                               uint64_t count);

/* scepcore_NAME_vtable for the row NAME_row; LENGTH: logarithm of the octets of a block. */
#define SCEPCORE_BLOCKS_CLASS(NAME, LENGTH, WIDE)                                                  \
    static void NAME##_init(const br_hash_class **ctx) {                                           \
        *ctx = &scepcore_##NAME##_vtable;                                                          \
        scepcore_blocks_init(ctx, &NAME##_row);                                                    \
    }                                                                                              \
    static void NAME##_update(const br_hash_class **ctx, const void *data, size_t len) {           \
        scepcore_blocks_update(ctx, &NAME##_row, data, len);                                       \
    }                                                                                              \
    static void NAME##_out(const br_hash_class *const *ctx, void *out) {                           \
        scepcore_blocks_out(ctx, &NAME##_row, out);                                                \
    }                                                                                              \
    static uint64_t NAME##_state(const br_hash_class *const *ctx, void *out) {                     \
        return scepcore_blocks_state(ctx, &NAME##_row, out);                                       \
    }                                                                                              \
    static void NAME##_set_state(const br_hash_class **ctx, const void *state, uint64_t count) {   \
        scepcore_blocks_set_state(ctx, &NAME##_row, state, count);                                 \
    }                                                                                              \
    const br_hash_class scepcore_##NAME##_vtable = {                                               \
        sizeof(br_##NAME##_context),                                                               \
        BR_HASHDESC_ID(br_##NAME##_ID) | BR_HASHDESC_OUT(br_##NAME##_SIZE) |                       \
            BR_HASHDESC_STATE(sizeof((br_##NAME##_context *)0)->val) | BR_HASHDESC_LBLEN(LENGTH) | \
            BR_HASHDESC_MD_PADDING | BR_HASHDESC_MD_PADDING_BE | (WIDE),                           \
        NAME##_init,                                                                               \
        NAME##_update,                                                                             \
        NAME##_out,                                                                                \
        NAME##_state,                                                                              \
        NAME##_set_state}

#endif
