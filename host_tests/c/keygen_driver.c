/*
 * keygen_driver.c: makes keys with our generator, stepwise, and prints them for judgement.
 * For: host_tests/test_kernel_keygen.py and tools/bench.
 *
 *   keygen_driver BITS E COUNT SEED
 * Prints per key "n e p q dp dq iq candidates steps" in hexadecimal, candidates and steps decimal.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scepcore_rsa.h"

static void hex(const unsigned char *b, size_t len) {
    while (len-- > 0) {
        printf("%02x", *b++);
    }
    putchar(' ');
}

int main(int argc, char **argv) {
    static uint64_t memory[SCEPCORE_RSA_KEYGEN_MAX_SIZE / 8];
    static unsigned char priv[BR_RSA_KBUF_PRIV_SIZE(4096)], pub[BR_RSA_KBUF_PUB_SIZE(4096)];
    br_hmac_drbg_context rng;
    br_rsa_private_key sk;
    br_rsa_public_key pk;
    if (argc != 5) {
        return 2;
    }
    unsigned bits = (unsigned)atoi(argv[1]);
    scepcore_rsa_keygen_ctx *c = (void *)memory;
    br_hmac_drbg_init(&rng, &br_sha256_vtable, argv[4], strlen(argv[4]));
    for (int i = atoi(argv[3]); i > 0; i--) {
        uint32_t candidates = 0, primes, before = 0;
        unsigned long steps = 0;
        int state;
        if (!scepcore_rsa_keygen_init(c, scepcore_rsa_keygen_size(bits), bits,
                                      (uint32_t)strtoul(argv[2], NULL, 0), &rng.vtable)) {
            puts("refused");
            return 1;
        }
        while ((state = scepcore_rsa_keygen_step(c)) == SCEPCORE_RSA_AGAIN) {
            steps++;
            scepcore_rsa_keygen_progress(c, &candidates, &primes);
            if (candidates < before) {
                puts("progress went back");
                return 1;
            }
            before = candidates;
        }
        if (state != SCEPCORE_RSA_DONE || !scepcore_rsa_keygen_result(c, &sk, priv, &pk, pub)) {
            puts("failed");
            return 1;
        }
        for (size_t k = 0; k < scepcore_rsa_keygen_size(bits); k++) {
            if (((unsigned char *)memory)[k] != 0) {
                puts("context not wiped");
                return 1;
            }
        }
        hex(pk.n, pk.nlen);
        hex(pk.e, pk.elen);
        hex(sk.p, sk.plen);
        hex(sk.q, sk.qlen);
        hex(sk.dp, sk.dplen);
        hex(sk.dq, sk.dqlen);
        hex(sk.iq, sk.iqlen);
        printf("%lu %lu\n", (unsigned long)candidates, steps);
    }
    return 0;
}
