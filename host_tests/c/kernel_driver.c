/*
 * kernel_driver.c: one Montgomery product, square and look-up of the kernel that the build uses.
 * For: host_tests/test_kernel_modpow.py, natively and under qemu-arm.
 *
 *   kernel_driver < LINES    "n a b" in hexadecimal, n odd with its top bit in the first octet
 * Prints "bits-of-a-limb limbs a*b a*a" a line, the results as they are, not reduced below n. Exits
 * with 3 where a pad or an operand was written, or a look-up took the wrong entry.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modpow.h"
#include "rsa_parts.h"

#define SPAN SCEPCORE_SPAN(SCEPCORE_MAX_LIMBS)

static unsigned char octets[3][600];
static size_t lengths[3];
static scepcore_limb space[5][SPAN];
static scepcore_limb table[SCEPCORE_WINDOW_ENTRIES * SCEPCORE_MAX_LIMBS + SCEPCORE_PAD];

static int read_line(void) {
    static char word[1201];
    for (int i = 0; i < 3; i++) {
        if (scanf("%1200s", word) != 1) {
            return 0;
        }
        lengths[i] = strlen(word) / 2;
        for (size_t k = 0; k < lengths[i]; k++) {
            unsigned v;
            sscanf(word + 2 * k, "%2x", &v);
            octets[i][k] = (unsigned char)v;
        }
    }
    return 1;
}

static void print(const scepcore_limb *d, size_t limbs) {
    static unsigned char out[700];
    size_t len = (limbs * SCEPCORE_LIMB_BITS + 7) / 8;
    scepcore_number_encode(out, len, d, limbs);
    putchar(' ');
    for (size_t i = 0; i < len; i++) {
        printf("%02x", out[i]);
    }
}

static void expect(int good) {
    if (!good) {
        exit(3);
    }
}

/* All that surrounds a number of so many limbs is zero. */
static void expect_pads(const scepcore_limb *d, size_t limbs) {
    for (size_t i = 1; i <= SCEPCORE_PAD; i++) {
        expect(*(d - i) == 0 && d[limbs - 1 + i] == 0);
    }
}

static void look_up(size_t limbs, scepcore_limb *d) {
    for (size_t i = 0; i < SCEPCORE_WINDOW_ENTRIES * limbs; i++) {
        table[i] = (scepcore_limb)(i * 0x9e3779b9u) & SCEPCORE_LIMB_MASK;
    }
    for (uint32_t k = 0; k < SCEPCORE_WINDOW_ENTRIES; k++) {
        scepcore_modpow->select(d, table, k, limbs);
        expect(memcmp(d, table + k * limbs, limbs * sizeof *d) == 0);
        expect_pads(d, limbs);
    }
}

int main(void) {
    scepcore_limb *at[5];
    while (read_line()) {
        scepcore_modulus m;
        unsigned bits = scepcore_rsa_bit_length(octets[0], lengths[0]);
        size_t limbs = SCEPCORE_LIMBS(bits);
        memset(space, 0, sizeof space);
        for (int i = 0; i < 5; i++) {
            at[i] = space[i] + SCEPCORE_PAD;
        }
        for (int i = 0; i < 3; i++) {
            expect((int)scepcore_number_decode(at[i], limbs, octets[i], lengths[i]));
        }
        expect((int)scepcore_modulus_init(&m, at[0], bits, limbs));
        printf("%d %u", SCEPCORE_LIMB_BITS, (unsigned)limbs);
        scepcore_modpow->mul(at[3], at[1], at[2], &m);
        print(at[3], limbs);
        scepcore_modpow->sqr(at[4], at[1], &m);
        print(at[4], limbs);
        putchar('\n');
        for (int i = 0; i < 5; i++) {
            expect_pads(at[i], limbs);
        }
        for (int i = 0; i < 3; i++) {
            scepcore_number_decode(at[3], limbs, octets[i], lengths[i]);
            expect((int)scepcore_number_equal(at[i], at[3], limbs));
        }
        look_up(limbs, at[3]);
    }
    return 0;
}
