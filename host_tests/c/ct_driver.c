/*
 * ct_driver.c: private operation and key generation with every secret undefined, for memcheck.
 * For: host_tests/test_kernel_ct.py; built with SCEPCORE_CT=1.
 *
 *   ct_driver private < KEY       one line "e p q dp dq iq" in hexadecimal
 *   ct_driver keygen BITS
 *   ct_driver broken < KEY        negative control: branches on a bit of dp
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scepcore_ct.h"
#include "scepcore_rsa.h"

/* A generator whose output is secret. */
typedef struct {
    const br_prng_class *vtable;
    br_hmac_drbg_context inner;
} secret_rng;

static void generate(const br_prng_class **ctx, void *out, size_t len) {
    secret_rng *r = (secret_rng *)(void *)ctx;
    br_hmac_drbg_generate(&r->inner, out, len);
    SCEPCORE_SECRET(out, len);
}

static const br_prng_class secret_class = {sizeof(secret_rng), NULL, generate, NULL};

static size_t read_hex(unsigned char *b) {
    static char word[1100];
    size_t len = 0;
    if (scanf("%1099s", word) != 1) {
        exit(2);
    }
    for (char *s = word; s[0] && s[1]; s += 2) {
        unsigned v;
        sscanf(s, "%2x", &v);
        b[len++] = (unsigned char)v;
    }
    return len;
}

static int private(int broken) {
    static unsigned char part[6][520];
    static unsigned char x[1040];
    size_t len[6];
    for (int i = 0; i < 6; i++) {
        len[i] = read_hex(part[i]);
        SCEPCORE_SECRET(part[i], i > 0 ? len[i] : 0);
    }
    br_rsa_private_key sk = {(uint32_t)(8 * (len[1] + len[2])),
                             part[1],
                             len[1],
                             part[2],
                             len[2],
                             part[3],
                             len[3],
                             part[4],
                             len[4],
                             part[5],
                             len[5]};
    memset(x, 0x5a, sizeof x);
    x[0] = 0;
    SCEPCORE_SECRET(x, len[1] + len[2]);
    if (broken && part[3][7] & 1) {
        puts("a branch on a bit of dp");
    }
    uint32_t ok = scepcore_rsa_private(x, &sk);
    SCEPCORE_PUBLIC(&ok, sizeof ok);
    return ok ? 0 : 1;
}

static int keygen(unsigned bits) {
    static unsigned char priv[BR_RSA_KBUF_PRIV_SIZE(4096)], pub[BR_RSA_KBUF_PUB_SIZE(4096)];
    secret_rng rng = {.vtable = &secret_class};
    br_rsa_private_key sk;
    br_rsa_public_key pk;
    br_hmac_drbg_init(&rng.inner, &br_sha256_vtable, "ct", 2);
    return scepcore_rsa_keygen(&rng.vtable, &sk, priv, &pk, pub, bits, 65537) ? 0 : 1;
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "keygen") == 0) {
        return keygen((unsigned)atoi(argv[2]));
    }
    return argc == 2 ? private(strcmp(argv[1], "broken") == 0) : 2;
}
