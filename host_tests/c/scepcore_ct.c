/* Run every operation of scepcore that touches a secret; under valgrind, with a core compiled with
 * SCEPCORE_CT=1, each branch and each address that depends on a secret is reported.
 * For `make ct`. Arguments: names of parts (default: all). Prints the parts that ran.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host_board.h"
#include "scepcore_cipher.h"
#include "scepcore_ct.h"
#include "scepcore_hash.h"
#include "scepcore_key.h"
#include "scepcore_pkcs1.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

static scepcore_random generator;
static scepcore_key key;
static uint64_t memory[(SCEPCORE_OPERATION_MAX + 4096) / 8];

static void expect(int good, const char *what) {
    if (!good) {
        printf("FAILED: %s\n", what);
        exit(2);
    }
}

/* The same device each time; its noise and secret become secret memory in the core. */
static void start_device(void) {
    static const uint8_t secret[32] = "a device secret for this test";
    host_board_set_secret(secret);
    expect(scepcore_random_seed(&generator, NULL, 0) == SCEPCORE_OK, "seed");
}

static void generate(scepcore_random *r) {
    size_t size = scepcore_generator_size(2048);
    scepcore_generator *g = malloc(size);
    int status = scepcore_generator_start(g, size, r, 2048, 65537);
    scepcore_key_wipe(&key);
    while (status == SCEPCORE_BUSY || (status == SCEPCORE_OK && key.bits == 0)) {
        status = scepcore_generator_step(g, r, &key);
    }
    expect(status == SCEPCORE_OK, "generate");
    scepcore_generator_wipe(g);
    free(g);
}

/* A key made from randomness that is not secret to valgrind, then secret as a whole: so the other
 * parts stand for themselves. */
static void make_key(void) {
    static scepcore_random open_generator;
    if (key.bits == 0) {
        open_generator = generator;
        SCEPCORE_PUBLIC(&open_generator, sizeof open_generator);
        generate(&open_generator);
        SCEPCORE_SECRET(key.secret + SCEPCORE_KEY_HEADER, sizeof key.secret - SCEPCORE_KEY_HEADER);
    }
}

static void part_generate(void) {
    generate(&generator);
}

static scepcore_operation *run(int status) {
    scepcore_operation *op = (scepcore_operation *)memory;
    while (status == SCEPCORE_OK && op->out_len == 0 && op->kind != 0) {
        status = scepcore_operation_step(op);
        status = status == SCEPCORE_BUSY ? SCEPCORE_OK : status;
    }
    expect(status == SCEPCORE_OK, "operation");
    return op;
}

static void part_sign(void) {
    static const uint8_t digest[32] = {1, 2, 3};
    make_key();
    scepcore_operation *op = run(scepcore_operation_sign(
        (scepcore_operation *)memory, sizeof memory, &key, "sha256", 6, digest, sizeof digest));
    expect(scepcore_rsa_verify(key.n, key.nlen, key.e, "sha256", 6, digest, sizeof digest, op->out,
                               op->out_len) == 1,
           "signature");
    scepcore_operation_wipe(op);
}

/* One right padding, then ciphertexts whose padding is almost surely wrong. */
static void part_decrypt(void) {
    uint8_t ciphertext[SCEPCORE_MODULUS_MAX], message[24] = "a content key";
    make_key();
    SCEPCORE_SECRET(message, sizeof message);
    expect(scepcore_rsa_encrypt(&generator, key.n, key.nlen, key.e, message, sizeof message,
                                ciphertext) == SCEPCORE_OK,
           "encrypt");
    for (int i = 0; i < 4; i++) {
        scepcore_operation *op = run(scepcore_operation_decrypt(
            (scepcore_operation *)memory, sizeof memory, &key, ciphertext, key.nlen));
        expect(i > 0 || op->out_len == sizeof message, "message");
        scepcore_operation_wipe(op);
        ciphertext[key.nlen - 1] ^= (uint8_t)(1 << i);
    }
}

/* Unpadding of every kind, without the arithmetic before it. */
static void part_unpad(void) {
    uint8_t rejection[32] = {7}, ciphertext[256] = {9}, em[256];
    for (int kind = 0; kind < 6; kind++) {
        memset(em, 0x55, sizeof em);
        em[0] = kind == 1;
        em[1] = kind == 2 ? 1 : 2;
        em[kind == 3 ? 9 : 200] = kind == 4 ? 1 : 0;
        em[255] = kind == 5 ? 0 : 1;
        uint8_t secret[32];
        memcpy(secret, rejection, 32);
        SCEPCORE_SECRET(em, sizeof em);
        SCEPCORE_SECRET(secret, sizeof secret);
        size_t len = scepcore_pkcs1_unpad_message(secret, ciphertext, em, sizeof em);
        SCEPCORE_PUBLIC(&len, sizeof len);
        expect(len <= 245, "length");
    }
}

static void part_seal(void) {
    static const uint8_t aad[] = "identity slot";
    uint8_t blob[1000 + SCEPCORE_SEAL_OVERHEAD], plain[1000];
    scepcore_kek kek;
    memset(blob + 13, 5, sizeof plain);
    SCEPCORE_SECRET(blob + 13, sizeof plain);
    expect(scepcore_kek_derive(&kek, (const uint8_t *)"ct", 2) == SCEPCORE_OK, "derive");
    expect(scepcore_seal(kek.key, SCEPCORE_SEAL_DATA, &generator, blob, sizeof plain, aad,
                         sizeof aad) == SCEPCORE_OK,
           "seal");
    expect(scepcore_unseal(kek.key, SCEPCORE_SEAL_DATA, blob, sizeof blob, aad, sizeof aad,
                           plain) == SCEPCORE_OK,
           "unseal");
    blob[20] ^= 1;
    expect(scepcore_unseal(kek.key, SCEPCORE_SEAL_DATA, blob, sizeof blob, aad, sizeof aad,
                           plain) == SCEPCORE_E_SEAL_OPEN,
           "altered blob");
    scepcore_kek_wipe(&kek);
}

static void part_sealed_key(void) {
    static uint8_t blob[SCEPCORE_KEY_SEALED_MAX];
    static scepcore_key again;
    scepcore_kek kek;
    make_key();
    scepcore_kek_derive(&kek, (const uint8_t *)"ct", 2);
    size_t size = scepcore_key_sealed_size(&key);
    expect(scepcore_key_seal(&key, kek.key, &generator, NULL, 0, blob) == SCEPCORE_OK, "seal");
    expect(scepcore_key_unseal(&again, kek.key, blob, size, NULL, 0) == SCEPCORE_OK, "unseal");
    expect(again.nlen == key.nlen && memcmp(again.n, key.n, key.nlen) == 0, "same modulus");
    scepcore_key_wipe(&again);
    scepcore_kek_wipe(&kek);
}

static void part_symmetric(void) {
    static const char *const ciphers[] = {"aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des-cbc",
                                          "des-ede3-cbc"};
    static const uint8_t key_sizes[] = {16, 24, 32, 8, 24};
    static const char *const hashes[] = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512"};
    uint8_t secret[32] = {1}, data[256] = {2}, out[64];
    const uint8_t iv[16] = {0};
    SCEPCORE_SECRET(secret, sizeof secret);
    SCEPCORE_SECRET(data, sizeof data);
    for (int i = 0; i < 5; i++) {
        scepcore_cipher c;
        for (int encrypt = i < 3 ? 0 : 1; encrypt < 2; encrypt++) { /* DES decrypts by tables */
            expect(scepcore_cipher_init(&c, ciphers[i], strlen(ciphers[i]), secret, key_sizes[i],
                                        iv, i < 3 ? 16 : 8, encrypt) == SCEPCORE_OK,
                   ciphers[i]);
            expect(scepcore_cipher_run(&c, data, sizeof data) == SCEPCORE_OK, ciphers[i]);
            scepcore_cipher_wipe(&c);
        }
    }
    for (int i = 0; i < 6; i++) {
        const scepcore_digest *d = scepcore_digest_find(hashes[i], strlen(hashes[i]));
        scepcore_hmac(d, secret, sizeof secret, data, sizeof data, out);
    }
}

static void part_equal(void) {
    uint8_t a[64] = {0}, b[64] = {0};
    for (int i = 0; i < 3; i++) {
        b[63] = (uint8_t)i;
        SCEPCORE_SECRET(b, sizeof b);
        uint32_t same = scepcore_equal(a, b, sizeof a);
        SCEPCORE_PUBLIC(&same, sizeof same);
        expect(same == (i == 0), "equal");
    }
}

/* Append a DER INTEGER whose value is secret but for its length and top bit. */
static size_t put_number(uint8_t *at, const uint8_t *number, size_t len) {
    uint8_t *start = at, top = number[0];
    SCEPCORE_PUBLIC(&top, 1);
    while (top == 0) {
        number++;
        len--;
        top = number[0];
        SCEPCORE_PUBLIC(&top, 1);
    }
    size_t content = len + (top >= 0x80);
    *at++ = 0x02;
    if (content > 255) {
        *at++ = 0x82;
        *at++ = (uint8_t)(content >> 8);
    } else if (content > 127) {
        *at++ = 0x81;
    }
    *at++ = (uint8_t)content;
    if (top >= 0x80) {
        *at++ = 0;
    }
    memcpy(at, number, len);
    return (size_t)(at - start) + len;
}

static void part_import(void) {
    static uint8_t der[4096];
    static scepcore_key again;
    static const uint8_t version[] = {0x02, 1, 0}, e[] = {0x02, 3, 1, 0, 1};
    br_rsa_private_key sk;
    uint8_t d[256];
    make_key();
    scepcore_key_view(&key, &sk);
    memset(d, 1, sizeof d);
    SCEPCORE_SECRET(d, sizeof d);
    uint8_t *at = der + 4;
    memcpy(at, version, sizeof version);
    at += sizeof version;
    at += put_number(at, key.n, key.nlen);
    memcpy(at, e, sizeof e);
    at += sizeof e;
    at += put_number(at, d, sizeof d);
    at += put_number(at, sk.p, sk.plen);
    at += put_number(at, sk.q, sk.qlen);
    at += put_number(at, sk.dp, sk.dplen);
    at += put_number(at, sk.dq, sk.dqlen);
    at += put_number(at, sk.iq, sk.iqlen);
    size_t len = (size_t)(at - der) - 4;
    const uint8_t head[4] = {0x30, 0x82, (uint8_t)(len >> 8), (uint8_t)len};
    memcpy(der, head, sizeof head);
    expect(scepcore_key_from_der(&again, der, len + 4) == SCEPCORE_OK, "import");
    scepcore_key_wipe(&again);
}

static const struct {
    const char *name;
    void (*run)(void);
} parts[] = {
    {"symmetric", part_symmetric}, {"equal", part_equal},           {"seal", part_seal},
    {"unpad", part_unpad},         {"generate", part_generate},     {"sign", part_sign},
    {"decrypt", part_decrypt},     {"sealed-key", part_sealed_key}, {"import", part_import},
};

int main(int count, char **names) {
    start_device();
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        int wanted = count < 2;
        for (int j = 1; j < count; j++) {
            wanted |= strcmp(names[j], parts[i].name) == 0;
        }
        if (wanted) {
            printf("%s\n", parts[i].name);
            fflush(stdout);
            parts[i].run();
        }
    }
    return 0;
}
