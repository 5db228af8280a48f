/*
 * rsa_driver.c: holds our RSA operations against BearSSL's, key by key.
 * For: host_tests/test_kernel_rsa.py, natively and under qemu-arm.
 *
 *   rsa_driver COUNT SEED < KEYS
 *   rsa_driver public < MODULI       lines "e n": public operation alone, n any odd number
 * KEYS: lines "e p q dp dq iq" in hexadecimal. For each key: x = 0, 1, 2, n-1, n, 2^bits-1 and
 * COUNT random ones; private, stepwise and public operation. Prints "N operations agree".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scepcore_rsa.h"

#define MAX (SCEPCORE_RSA_MAX_BITS / 8 + 8)

struct number {
    unsigned char b[MAX];
    size_t len;
};

static int read_hex(struct number *n, const char *s) {
    size_t digits = strlen(s);
    n->len = 0;
    if (digits % 2 || digits / 2 > MAX) {
        return 0;
    }
    for (; *s; s += 2) {
        unsigned v;
        if (sscanf(s, "%2x", &v) != 1) {
            return 0;
        }
        n->b[n->len++] = (unsigned char)v;
    }
    return 1;
}

static unsigned bit_length(const unsigned char *b, size_t len) {
    while (len > 0 && *b == 0) {
        b++;
        len--;
    }
    unsigned bits = (unsigned)len * 8;
    for (unsigned top = 0x80; len > 0 && !(*b & top); top >>= 1) {
        bits--;
    }
    return bits;
}

/* n = p * q in octets, with leading zeros; returns its length. */
static size_t modulus(unsigned char *n, const struct number *p, const struct number *q) {
    size_t len = p->len + q->len;
    memset(n, 0, len);
    for (size_t i = p->len; i-- > 0;) {
        unsigned carry = 0;
        for (size_t j = q->len; j-- > 0;) {
            unsigned t = n[i + j + 1] + p->b[i] * q->b[j] + carry;
            n[i + j + 1] = (unsigned char)t;
            carry = t >> 8;
        }
        n[i] = (unsigned char)carry;
    }
    return len;
}

static int stepwise(unsigned char *x, size_t xlen, const br_rsa_private_key *sk, uint32_t e) {
    static uint64_t memory[SCEPCORE_RSA_PRIVATE_MAX_SIZE / 8];
    scepcore_rsa_private_ctx *c = (void *)memory;
    size_t size = scepcore_rsa_private_size(sk->n_bitlen);
    if (size == 0 || size > sizeof memory || !scepcore_rsa_private_init(c, size, sk, e, x, xlen)) {
        return 0;
    }
    int state;
    while ((state = scepcore_rsa_private_step(c)) == SCEPCORE_RSA_AGAIN) {
    }
    int ok = state == SCEPCORE_RSA_DONE && scepcore_rsa_private_result(c, x, xlen);
    for (size_t i = 0; i < size; i++) {
        /* The state word is all that a wiped context may hold, and it is 0 then. */
        if (((unsigned char *)memory)[i] != 0) {
            puts("context not wiped");
            exit(1);
        }
    }
    return ok;
}

/* One x through all; exits on a difference. */
static void compare(const unsigned char *x, size_t xlen, const br_rsa_private_key *sk, uint32_t e,
                    const br_rsa_public_key *pk, const char *what) {
    unsigned char theirs[MAX], ours[MAX], steps[MAX];
    memcpy(theirs, x, xlen);
    memcpy(ours, x, xlen);
    memcpy(steps, x, xlen);
    uint32_t r = br_rsa_i31_private(theirs, sk);
    uint32_t s = scepcore_rsa_private(ours, sk);
    uint32_t t = (uint32_t)stepwise(steps, xlen, sk, e);
    if (r != s || r != t || (r && memcmp(theirs, ours, xlen)) ||
        (r && memcmp(theirs, steps, xlen))) {
        printf("private differs: %u bits, %s, returns %u %u %u\n", (unsigned)sk->n_bitlen, what,
               (unsigned)r, (unsigned)s, (unsigned)t);
        exit(1);
    }
    memcpy(theirs, x, xlen);
    memcpy(ours, x, xlen);
    r = br_rsa_i31_public(theirs, xlen, pk);
    s = scepcore_rsa_public(ours, xlen, pk);
    if (r != s || (r && memcmp(theirs, ours, xlen))) {
        printf("public differs: %u bits, %s, returns %u %u\n", (unsigned)sk->n_bitlen, what,
               (unsigned)r, (unsigned)s);
        exit(1);
    }
}

/* The public operation on edge operands of moduli that no key has. */
static int public_edges(void) {
    static char line[2][2 * MAX + 2];
    struct number e, n;
    unsigned long done = 0;
    while (scanf("%1040s %1040s", line[0], line[1]) == 2) {
        unsigned char x[3][MAX], y[MAX];
        if (!read_hex(&e, line[0]) || !read_hex(&n, line[1])) {
            return 1;
        }
        br_rsa_public_key pk = {n.b, n.len, e.b, e.len};
        memcpy(x[0], n.b, n.len);
        x[0][n.len - 1]--;
        memset(x[1], 0xff, n.len);
        x[1][0] = 0;
        memset(x[2], 0xff, n.len);
        for (int i = 0; i < 3; i++, done++) {
            memcpy(y, x[i], n.len);
            uint32_t r = br_rsa_i31_public(y, n.len, &pk);
            uint32_t s = scepcore_rsa_public(x[i], n.len, &pk);
            if (r != s || (r && memcmp(x[i], y, n.len))) {
                printf("public differs: n %s, operand %d, returns %u %u\n", line[1], i, (unsigned)r,
                       (unsigned)s);
                return 1;
            }
        }
    }
    printf("%lu operations agree\n", done);
    return 0;
}

int main(int argc, char **argv) {
    static char line[6][2 * MAX + 2];
    struct number part[6];
    br_hmac_drbg_context rng;
    unsigned long done = 0;
    if (argc == 2 && strcmp(argv[1], "public") == 0) {
        return public_edges();
    }
    if (argc != 3) {
        return 2;
    }
    int count = atoi(argv[1]);
    br_hmac_drbg_init(&rng, &br_sha256_vtable, argv[2], strlen(argv[2]));
    while (scanf("%1040s %1040s %1040s %1040s %1040s %1040s", line[0], line[1], line[2], line[3],
                 line[4], line[5]) == 6) {
        unsigned char n[MAX], x[MAX];
        for (int i = 0; i < 6; i++) {
            if (!read_hex(&part[i], line[i])) {
                puts("bad key line");
                return 1;
            }
        }
        br_rsa_private_key sk = {(uint32_t)(8 * (part[1].len + part[2].len)),
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
        size_t nlen = modulus(n, &part[1], &part[2]);
        sk.n_bitlen = bit_length(n, nlen);
        memmove(n, n + nlen - (sk.n_bitlen + 7) / 8, (sk.n_bitlen + 7) / 8);
        nlen = (sk.n_bitlen + 7) / 8;
        br_rsa_public_key pk = {n, nlen, part[0].b, part[0].len};
        uint32_t e = 0;
        for (size_t i = 0; i < part[0].len; i++) {
            e = e << 8 | part[0].b[i];
        }
        memset(x, 0, sizeof x);
        compare(x, nlen, &sk, e, &pk, "x = 0");
        x[nlen - 1] = 1;
        compare(x, nlen, &sk, e, &pk, "x = 1");
        x[nlen - 1] = 2;
        compare(x, nlen, &sk, e, &pk, "x = 2");
        memcpy(x, n, nlen);
        compare(x, nlen, &sk, e, &pk, "x = n");
        x[nlen - 1]--;
        compare(x, nlen, &sk, e, &pk, "x = n - 1");
        memset(x, 0xff, nlen);
        compare(x, nlen, &sk, e, &pk, "x all ones");
        done += 6;
        for (int i = 0; i < count; i++, done++) {
            br_hmac_drbg_generate(&rng, x, nlen);
            x[0] &= (unsigned char)(0xff >> ((8 - (sk.n_bitlen & 7)) & 7));
            if (i % 4) {
                x[0] = 0; /* mostly below n */
            }
            compare(x, nlen, &sk, e, &pk, "random x");
        }
    }
    printf("%lu operations agree\n", done);
    return 0;
}
