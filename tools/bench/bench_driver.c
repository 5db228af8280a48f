/*
 * bench_driver.c: runs one operation between the marker functions that the plugin counts.
 * For: tools/bench, on ARM (qemu-arm, qemu-system-arm) and x86-64 (callgrind).
 *
 *   bench_driver loop [TURNS]
 *   bench_driver private:LIBRARY|public:LIBRARY KEYFILE [OPERAND]    in hexadecimal
 *   bench_driver keygen-stack BITS SEED
 *   bench_driver keygen:..., hashes and ciphers: see bench_more.c
 * KEYFILE: one line "e p q dp dq iq" in hexadecimal. Prints "OPERATION stack OCTETS".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_marks.h"
#include "scepcore_rsa.h"

static uintptr_t stack_low;

/* Fills the stack below the caller, so that `painted` sees how far an operation went down. */
static void __attribute__((noinline)) paint(void) {
    volatile unsigned char area[65536];
    for (size_t i = 0; i < sizeof area; i++) {
        area[i] = 0xa5;
    }
    stack_low = (uintptr_t)area;
}

static size_t __attribute__((noinline)) painted(const unsigned char *here) {
    const volatile unsigned char *p = (const volatile unsigned char *)stack_low;
    while (*p == 0xa5) {
        p++;
    }
    return (size_t)(here - (const unsigned char *)p);
}

#define MEASURE(label, statement)                                                                  \
    do {                                                                                           \
        unsigned char here;                                                                        \
        paint();                                                                                   \
        bench_begin();                                                                             \
        statement;                                                                                 \
        bench_end();                                                                               \
        printf("%s stack %lu\n", (label), (unsigned long)painted(&here));                          \
    } while (0)

struct number {
    unsigned char b[520];
    size_t len;
};

static struct number part[6];
static unsigned char n[1040];

static void read_key(const char *path, br_rsa_private_key *sk, br_rsa_public_key *pk) {
    static char word[1100];
    FILE *f = fopen(path, "r");
    for (int i = 0; i < 6; i++) {
        if (f == NULL || fscanf(f, "%1099s", word) != 1) {
            exit(2);
        }
        for (char *s = word; s[0] && s[1]; s += 2) {
            unsigned v;
            sscanf(s, "%2x", &v);
            part[i].b[part[i].len++] = (unsigned char)v;
        }
    }
    fclose(f);
    *sk = (br_rsa_private_key){(uint32_t)(8 * (part[1].len + part[2].len)),
                               part[1].b,
                               part[1].len,
                               part[2].b,
                               part[2].len,
                               part[3].b,
                               part[3].len,
                               part[4].b,
                               part[4].len,
                               part[5].b,
                               part[5].len};
    size_t nlen = part[1].len + part[2].len;
    for (size_t i = part[1].len; i-- > 0;) {
        unsigned carry = 0;
        for (size_t j = part[2].len; j-- > 0;) {
            unsigned t = n[i + j + 1] + part[1].b[i] * part[2].b[j] + carry;
            n[i + j + 1] = (unsigned char)t;
            carry = t >> 8;
        }
        n[i] = (unsigned char)carry;
    }
    *pk = (br_rsa_public_key){n, nlen, part[0].b, part[0].len};
}

static void known_loop(unsigned long n) {
    /* Two instructions a turn on every ARM: for calibration. */
#if defined(__arm__)
    __asm__ volatile("1: subs %0, %0, #1\n bne 1b" : "+r"(n) : : "cc");
#else
    while (n-- > 0) {
        __asm__ volatile("");
    }
#endif
}

static int rsa(const char *op, const char *key, const char *operand) {
    static const struct {
        const char *name;
        br_rsa_private private;
        br_rsa_public public;
    } libraries[] = {
        {"microscep", scepcore_rsa_private, scepcore_rsa_public},
#ifndef BENCH_ONLY_OURS
        {"bearssl-i31", br_rsa_i31_private, br_rsa_i31_public},
        {"bearssl-i15", br_rsa_i15_private, br_rsa_i15_public},
#if defined(__x86_64__)
        {"bearssl-i62", br_rsa_i62_private, br_rsa_i62_public},
#endif
#endif
    };
    br_rsa_private_key sk;
    br_rsa_public_key pk;
    unsigned char x[520];
    read_key(key, &sk, &pk);
    const char *library = strchr(op, ':');
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        if (library == NULL || strcmp(library + 1, libraries[i].name) != 0) {
            continue;
        }
        memset(x, 0x5a, sizeof x);
        x[0] = 0;
        for (size_t k = 0; operand != NULL && operand[2 * k] != 0 && k < sizeof x; k++) {
            unsigned v = 0;
            sscanf(operand + 2 * k, "%2x", &v);
            x[k] = (unsigned char)v;
        }
        uint32_t ok;
        if (strncmp(op, "private", 7) == 0) {
            MEASURE(op, ok = libraries[i].private(x, &sk));
        } else {
            MEASURE(op, ok = libraries[i].public(x, pk.nlen, &pk));
        }
        return ok ? 0 : 1;
    }
    return 2;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        return 2;
    }
    if (strcmp(argv[1], "loop") == 0) {
        unsigned long turns = argc > 2 ? strtoul(argv[2], NULL, 0) : 1000000;
        MEASURE("loop", known_loop(turns));
        return 0;
    }
    if (argc > 2 && (strncmp(argv[1], "private:", 8) == 0 || strncmp(argv[1], "public:", 7) == 0)) {
        return rsa(argv[1], argv[2], argc > 3 ? argv[3] : NULL);
    }
    if (argc == 4 && strcmp(argv[1], "keygen-stack") == 0) {
        static unsigned char priv[BR_RSA_KBUF_PRIV_SIZE(4096)], pub[BR_RSA_KBUF_PUB_SIZE(4096)];
        br_hmac_drbg_context rng;
        br_rsa_private_key sk;
        br_rsa_public_key pk;
        uint32_t ok;
        br_hmac_drbg_init(&rng, &scepcore_sha256_vtable, argv[3], strlen(argv[3]));
        MEASURE("keygen", ok = scepcore_rsa_keygen(&rng.vtable, &sk, priv, &pk, pub,
                                                   (unsigned)atoi(argv[2]), 65537));
        return !ok;
    }
    return bench_other(argc, argv);
}
