/*
 * hash_blocks.c: update, padding and state of SHA-1 and the SHA-2 hashes.
 * For: sha1_kernel.c, sha256_kernel.c, sha512_kernel.c.
 * Standard: FIPS 180-4 sections 5.1, 5.2.
 *
 * Constant time in the data; the lengths are public. Blocks are compressed where they lie.
 */
#include "hash_blocks.h"

#include <string.h>

static unsigned char *buffer(const void *context) {
    return (unsigned char *)context + sizeof(const br_hash_class *);
}

static uint64_t *counter(const void *context, const scepcore_blocks *h) {
    return (uint64_t *)(void *)((unsigned char *)context + h->count);
}

/* The state's first `len` octets, big-endian. */
static void encode(unsigned char *out, const scepcore_blocks *h, const void *state, size_t len) {
    size_t word = h->block / 16;
    for (size_t i = 0; i < len; i++) {
        size_t at = i / word, shift = 8 * (word - 1 - i % word);
        out[i] = (unsigned char)(word == 4 ? ((const uint32_t *)state)[at] >> shift
                                           : ((const uint64_t *)state)[at] >> shift);
    }
}

void scepcore_blocks_init(void *context, const scepcore_blocks *h) {
    uint64_t *count = counter(context, h);
    *count = 0;
    memcpy(count + 1, h->start, h->state);
}

void scepcore_blocks_update(void *context, const scepcore_blocks *h, const void *data, size_t len) {
    uint64_t *count = counter(context, h);
    const unsigned char *octets = data;
    size_t whole = h->block, held = (size_t)*count & (whole - 1);
    if (len == 0) {
        return;
    }
    *count += len;
    if (held > 0) {
        size_t take = whole - held < len ? whole - held : len;
        memcpy(buffer(context) + held, octets, take);
        octets += take;
        len -= take;
        if (held + take < whole) {
            return;
        }
        h->compress(count + 1, buffer(context), 1);
    }
    held = len & (whole - 1);
    len -= held;
    if (len > 0) {
        h->compress(count + 1, octets, len / whole);
    }
    memcpy(buffer(context), octets + len, held);
}

void scepcore_blocks_out(const void *context, const scepcore_blocks *h, void *out) {
    uint64_t state[8], count = *counter(context, h);
    unsigned char last[256];
    size_t whole = h->block, held = (size_t)count & (whole - 1);
    size_t blocks = held < whole - whole / 8 ? 1 : 2, end = blocks * whole;
    memcpy(state, counter(context, h) + 1, h->state);
    memset(last, 0, sizeof last);
    memcpy(last, buffer(context), held);
    last[held] = 0x80;
    for (size_t i = 0; i < 8; i++) {
        last[end - 1 - i] = (unsigned char)(count << 3 >> (8 * i));
    }
    h->compress(state, last, blocks);
    encode(out, h, state, h->out);
}

uint64_t scepcore_blocks_state(const void *context, const scepcore_blocks *h, void *out) {
    const uint64_t *count = counter(context, h);
    encode(out, h, count + 1, h->state);
    return *count;
}

void scepcore_blocks_set_state(void *context, const scepcore_blocks *h, const void *state,
                               uint64_t count) {
    const unsigned char *octets = state;
    uint64_t *at = counter(context, h);
    size_t word = h->block / 16;
    *at = count;
    for (size_t i = 0; i < h->state; i += word) {
        uint64_t value = 0;
        for (size_t j = 0; j < word; j++) {
            value = value << 8 | octets[i + j];
        }
        if (word == 4) {
            ((uint32_t *)(at + 1))[i / 4] = (uint32_t)value;
        } else {
            at[1 + i / 8] = value;
        }
    }
}
