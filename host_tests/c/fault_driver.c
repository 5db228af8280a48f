/*
 * fault_driver.c: flips single bits of intermediates; no wrong result may leave.
 * For: host_tests/test_kernel_rsa.py; built with SCEPCORE_FAULT.
 *
 *   fault_driver ROUNDS SEED < KEY      one line "e p q dp dq iq" in hexadecimal
 * Prints "N faults, M released right, 0 released wrong".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rsa_parts.h"
#include "scepcore_rsa.h"

static struct {
    int where, passage, hit;
    uint32_t limb, bit;
} fault;

/* Flips one bit at the chosen point, the chosen time that it is passed. */
static void flip(int where, scepcore_limb *a, size_t limbs) {
    if (where == fault.where && fault.passage-- == 0) {
        a[fault.limb % limbs] ^= (scepcore_limb)1 << (fault.bit % SCEPCORE_LIMB_BITS);
        fault.hit = 1;
    }
}

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

int main(int argc, char **argv) {
    static unsigned char part[6][520];
    size_t len[6];
    br_hmac_drbg_context rng;
    unsigned long hits = 0, right = 0, wrong = 0;
    if (argc != 3) {
        return 2;
    }
    for (int i = 0; i < 6; i++) {
        len[i] = read_hex(part[i]);
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
    size_t xlen = len[1] + len[2];
    br_hmac_drbg_init(&rng, &br_sha256_vtable, argv[2], strlen(argv[2]));
    for (int i = atoi(argv[1]); i > 0; i--) {
        unsigned char x[1040], expected[1040];
        br_hmac_drbg_generate(&rng, x, xlen);
        x[0] = 0;
        memcpy(expected, x, xlen);
        br_rsa_i31_private(expected, &sk);
        br_hmac_drbg_generate(&rng, &fault.limb, 4);
        br_hmac_drbg_generate(&rng, &fault.bit, 4);
        fault.where = i % SCEPCORE_FAULT_POINTS;
        /* Points of the two halves are passed twice. */
        fault.passage = fault.where < SCEPCORE_FAULT_GARNER ? i / SCEPCORE_FAULT_POINTS % 2 : 0;
        fault.hit = 0;
        scepcore_rsa_fault_hook = flip;
        uint32_t ok = scepcore_rsa_private(x, &sk);
        hits += (unsigned long)fault.hit;
        if (ok) {
            right += memcmp(x, expected, xlen) == 0;
            wrong += memcmp(x, expected, xlen) != 0;
        } else {
            for (size_t k = 0; k < xlen; k++) {
                wrong += x[k] != 0;
            }
        }
    }
    printf("%lu faults, %lu released right, %lu released wrong\n", hits, right, wrong);
    return wrong != 0;
}
