/*
 * hash_driver.c: holds our hashes and table DES against BearSSL's.
 * For: host_tests/test_kernel_hash.py, natively and under qemu-arm.
 *
 * All lengths 0 to 300 at all alignments, in one, two and many pieces; state and set_state.
 * Prints "N digests agree".
 */
#include <stdio.h>
#include <string.h>

#include "scepcore_rsa.h"

static unsigned char data[512];
static unsigned long done;

static const struct {
    const br_hash_class *ours, *theirs;
} hashes[] = {
    {&scepcore_sha1_vtable, &br_sha1_vtable},     {&scepcore_sha224_vtable, &br_sha224_vtable},
    {&scepcore_sha256_vtable, &br_sha256_vtable}, {&scepcore_sha384_vtable, &br_sha384_vtable},
    {&scepcore_sha512_vtable, &br_sha512_vtable},
};
#define HASHES (sizeof hashes / sizeof *hashes)

static int same(const br_hash_class *ours, const br_hash_class *theirs, const unsigned char *d,
                size_t len, size_t piece) {
    br_hash_compat_context a, b;
    unsigned char x[64], y[64];
    size_t size = theirs->desc >> BR_HASHDESC_OUT_OFF & BR_HASHDESC_OUT_MASK;
    if (ours->desc != theirs->desc || ours->context_size != theirs->context_size) {
        return 0;
    }
    ours->init(&a.vtable);
    theirs->init(&b.vtable);
    for (size_t at = 0; at < len; at += piece) {
        ours->update(&a.vtable, d + at, piece < len - at ? piece : len - at);
    }
    theirs->update(&b.vtable, d, len);
    ours->out(&a.vtable, x);
    ours->out(&a.vtable, x); /* out leaves the context alone */
    theirs->out(&b.vtable, y);
    if (a.vtable != ours || memcmp(x, y, size)) {
        return 0;
    }
    if (ours->state(&a.vtable, x) != theirs->state(&b.vtable, y) || memcmp(x, y, size)) {
        return 0;
    }
    done++;
    return 1;
}

static int resumes(const br_hash_class *ours) {
    br_hash_compat_context a, b;
    unsigned char x[64], y[64], state[64];
    ours->init(&a.vtable);
    ours->update(&a.vtable, data, 128);
    ours->init(&b.vtable);
    uint64_t count = ours->state(&a.vtable, state);
    ours->set_state(&b.vtable, state, count);
    ours->update(&a.vtable, data + 5, 77);
    ours->update(&b.vtable, data + 5, 77);
    ours->out(&a.vtable, x);
    ours->out(&b.vtable, y);
    return memcmp(x, y, ours->desc >> BR_HASHDESC_OUT_OFF & BR_HASHDESC_OUT_MASK) == 0;
}

/* TLS hashes so: states moved in and out of contexts that hold no vtable. */
static int same_in_multihash(const br_hash_class *ours, const br_hash_class *theirs) {
    br_multihash_context m[2];
    unsigned char out[2][64];
    const br_hash_class *class[2] = {ours, theirs};
    int id = (int)(ours->desc >> BR_HASHDESC_ID_OFF & BR_HASHDESC_ID_MASK);
    for (int i = 0; i < 2; i++) {
        br_multihash_zero(&m[i]);
        br_multihash_setimpl(&m[i], id, class[i]);
        br_multihash_init(&m[i]);
        br_multihash_update(&m[i], data, 200);
        br_multihash_update(&m[i], data + 200, 312);
        br_multihash_out(&m[i], id, out[i]);
    }
    done++;
    return memcmp(out[0], out[1], ours->desc >> BR_HASHDESC_OUT_OFF & BR_HASHDESC_OUT_MASK) == 0;
}

static int same_des(size_t key_len) {
    br_des_tab_cbcdec_keys a, b;
    unsigned char x[256], y[256], iv[8] = "initial", jv[8] = "initial";
    memcpy(x, data, sizeof x);
    memcpy(y, data, sizeof y);
    scepcore_des_cbcdec_vtable.init((const br_block_cbcdec_class **)&a.vtable, data + 300, key_len);
    br_des_tab_cbcdec_init(&b, data + 300, key_len);
    scepcore_des_cbcdec_vtable.run((const br_block_cbcdec_class *const *)&a.vtable, iv, x,
                                   sizeof x);
    br_des_tab_cbcdec_run(&b, jv, y, sizeof y);
    done++;
    return memcmp(x, y, sizeof x) == 0 && memcmp(iv, jv, 8) == 0;
}

int main(void) {
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = (unsigned char)(i * 167 + (i >> 3));
    }
    for (size_t len = 0; len <= 300; len++) {
        for (size_t from = 0; from < 4; from++) {
            size_t piece = 1 + (len * 7 + from * 13) % 150;
            for (size_t i = 0; i < HASHES; i++) {
                if (!same(hashes[i].ours, hashes[i].theirs, data + from, len, piece)) {
                    printf("differs: hash %u, length %u, offset %u, pieces of %u\n", (unsigned)i,
                           (unsigned)len, (unsigned)from, (unsigned)piece);
                    return 1;
                }
            }
        }
    }
    for (size_t i = 0; i < HASHES; i++) {
        if (!resumes(hashes[i].ours) || !same_in_multihash(hashes[i].ours, hashes[i].theirs)) {
            printf("set_state differs: hash %u\n", (unsigned)i);
            return 1;
        }
    }
    if (!same_des(8) || !same_des(16) || !same_des(24)) {
        puts("DES differs");
        return 1;
    }
    printf("%lu digests agree\n", done);
    return 0;
}
