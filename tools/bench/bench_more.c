/*
 * bench_more.c: key generation, hashes and ciphers for bench_driver.c.
 * For: tools/bench.
 *
 *   keygen:LIBRARY BITS SEED COUNT    prints "candidates N" per key besides
 *   md5|sha1|sha256|sha512|aes128-enc|aes128-dec|des3:LIBRARY    over 1,024 octets
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_marks.h"
#include "scepcore_rsa.h"

static unsigned char buffer[1024];

static int keygen(const char *library, unsigned bits, const char *seed, int count) {
    static uint64_t memory[SCEPCORE_RSA_KEYGEN_MAX_SIZE / 8];
    static unsigned char priv[BR_RSA_KBUF_PRIV_SIZE(4096)], pub[BR_RSA_KBUF_PUB_SIZE(4096)];
    br_hmac_drbg_context rng;
    br_rsa_private_key sk;
    br_rsa_public_key pk;
    br_hmac_drbg_init(&rng, &scepcore_sha256_vtable, seed, strlen(seed));
    for (int i = 0; i < count; i++) {
        uint32_t ok = 0;
        if (strcmp(library, "microscep") == 0) {
            scepcore_rsa_keygen_ctx *c = (void *)memory;
            uint32_t candidates = 0, primes;
            int state;
            bench_begin();
            ok = (uint32_t)scepcore_rsa_keygen_init(c, sizeof memory, bits, 65537, &rng.vtable);
            while ((state = scepcore_rsa_keygen_step(c)) == SCEPCORE_RSA_AGAIN) {
            }
            scepcore_rsa_keygen_progress(c, &candidates, &primes);
            ok &= state == SCEPCORE_RSA_DONE && scepcore_rsa_keygen_result(c, &sk, priv, &pk, pub);
            bench_end();
            printf("candidates %lu\n", (unsigned long)candidates);
#ifndef BENCH_ONLY_OURS
        } else if (strcmp(library, "bearssl-i31") == 0) {
            bench_begin();
            ok = br_rsa_i31_keygen(&rng.vtable, &sk, priv, &pk, pub, bits, 65537);
            bench_end();
        } else if (strcmp(library, "bearssl-i15") == 0) {
            bench_begin();
            ok = br_rsa_i15_keygen(&rng.vtable, &sk, priv, &pk, pub, bits, 65537);
            bench_end();
#endif
        }
        if (!ok) {
            return 1;
        }
    }
    return 0;
}

static void hash(const br_hash_class *class) {
    br_hash_compat_context c;
    unsigned char out[64];
    class->init(&c.vtable);
    bench_begin();
    class->update(&c.vtable, buffer, sizeof buffer);
    bench_end();
    class->out(&c.vtable, out);
}

static int hash_by_name(const char *op) {
    static const struct {
        const char *name;
        const br_hash_class *class;
    } table[] = {
        {"sha1:microscep", &scepcore_sha1_vtable},
        {"sha256:microscep", &scepcore_sha256_vtable},
        {"md5:bearssl-i31", &br_md5_vtable},
        {"sha1:bearssl-i31", &br_sha1_vtable},
        {"sha256:bearssl-i31", &br_sha256_vtable},
        {"sha512:bearssl-i31", &br_sha512_vtable},
        {"sha512:microscep", &scepcore_sha512_vtable},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (strcmp(op, table[i].name) == 0) {
            hash(table[i].class);
            return 0;
        }
    }
    return 2;
}

static int cipher(const char *op) {
    unsigned char key[24] = "0123456789abcdefghijklm", iv[16] = {0};
    if (strcmp(op, "aes128-enc:bearssl-i31") == 0) {
        br_aes_ct_cbcenc_keys k;
        br_aes_ct_cbcenc_init(&k, key, 16);
        bench_begin();
        br_aes_ct_cbcenc_run(&k, iv, buffer, sizeof buffer);
        bench_end();
    } else if (strcmp(op, "aes128-dec:bearssl-i31") == 0) {
        br_aes_ct_cbcdec_keys k;
        br_aes_ct_cbcdec_init(&k, key, 16);
        bench_begin();
        br_aes_ct_cbcdec_run(&k, iv, buffer, sizeof buffer);
        bench_end();
    } else if (strcmp(op, "des3:bearssl-i31") == 0 || strcmp(op, "des3:microscep") == 0) {
        const br_block_cbcdec_class *class = strcmp(op, "des3:microscep") == 0
                                                 ? &scepcore_des_cbcdec_vtable
                                                 : &br_des_tab_cbcdec_vtable;
        br_des_tab_cbcdec_keys k;
        class->init(&k.vtable, key, 24);
        bench_begin();
        class->run(&k.vtable, iv, buffer, sizeof buffer);
        bench_end();
    } else {
        return 2;
    }
    return 0;
}

int bench_other(int argc, char **argv) {
    if (strncmp(argv[1], "keygen:", 7) == 0 && argc == 5) {
        return keygen(argv[1] + 7, (unsigned)atoi(argv[2]), argv[3], atoi(argv[4]));
    }
    int status = hash_by_name(argv[1]);
    return status == 2 ? cipher(argv[1]) : status;
}
