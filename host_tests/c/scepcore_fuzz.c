/* Every function of scepcore that takes lengths, fed with hostile input, under sanitizers.
 * For `make core-fuzz`; a libFuzzer target (clang -fsanitize=fuzzer -DLIBFUZZER), and with the main
 * below a mutation fuzzer of its own: scepcore_fuzz SECONDS SEED FILE... runs the files, then
 * changed ones for so long. What fails is left in crash-input; `scepcore_fuzz 0 0 crash-input`
 * replays it.
 *
 * The first byte of an input chooses the function, the others are cut into its arguments; each
 * argument lies in heap memory of exactly its size, so that one byte too far is seen.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host_board.h"
#include "scepcore_cipher.h"
#include "scepcore_hash.h"
#include "scepcore_key.h"
#include "scepcore_pkcs1.h"
#include "scepcore_status.h"

/* What is left of the input. */
typedef struct {
    const uint8_t *p;
    size_t len;
} input;

/* One argument; its memory is freed at the end of the case. */
typedef struct {
    uint8_t *p;
    size_t len;
} argument;

static argument taken[8];
static size_t taken_count;
static scepcore_random generator;
static uint64_t work[(SCEPCORE_OPERATION_MAX + 4096) / 8];

static uint8_t byte(input *in) {
    return in->len == 0 ? 0 : (in->len--, *in->p++);
}

static argument allocate(size_t len) {
    argument a = {malloc(len), len};
    taken[taken_count++] = a;
    return a;
}

/* The next argument: its length stands before it in one byte, or two from 0xFF on. */
static argument take(input *in) {
    size_t len = byte(in);
    if (len == 0xFF) {
        len = byte(in) << 8;
        len |= byte(in);
    }
    len = len > in->len ? in->len : len;
    argument a = allocate(len);
    memcpy(a.p, in->p, len);
    in->p += len;
    in->len -= len;
    return a;
}

static argument rest(input *in) {
    argument a = allocate(in->len);
    memcpy(a.p, in->p, in->len);
    in->len = 0;
    return a;
}

static uint32_t number(input *in) {
    uint32_t n = 0;
    for (int i = 0; i < 4; i++) {
        n = n << 8 | byte(in);
    }
    return n;
}

static void expect(int good) {
    if (!good) {
        abort();
    }
}

/* A key that was read must work, or give nothing: no result may be wrong. */
static void use(scepcore_key *key) {
    static const uint8_t digest[20] = {0};
    scepcore_operation *op = (scepcore_operation *)work;
    int status = scepcore_operation_sign(op, sizeof work, key, "sha1", 4, digest, sizeof digest);
    while (status == SCEPCORE_OK && op->kind != 0) {
        status = scepcore_operation_step(op);
        status = status == SCEPCORE_BUSY ? SCEPCORE_OK : status;
    }
    expect(status == SCEPCORE_E_FAULT ||
           (status == SCEPCORE_OK && scepcore_rsa_verify(key->n, key->nlen, key->e, "sha1", 4,
                                                         digest, 20, op->out, op->out_len) == 1));
    scepcore_operation_wipe(op);
}

static void fuzz_from_der(input *in) {
    scepcore_key key;
    argument der = rest(in);
    if (scepcore_key_from_der(&key, der.p, der.len) == SCEPCORE_OK) {
        use(&key);
    } else {
        expect(key.bits == 0);
    }
}

/* What is inside a sealed key is hostile too: another version of us may have written it. */
static void fuzz_sealed_key(input *in) {
    static const uint8_t kek[32] = {1};
    scepcore_key key;
    argument aad = take(in), plain = rest(in), blob = allocate(plain.len + SCEPCORE_SEAL_OVERHEAD);
    memcpy(blob.p + 13, plain.p, plain.len);
    expect(scepcore_seal(kek, SCEPCORE_SEAL_RSA_KEY, &generator, blob.p, plain.len, aad.p,
                         aad.len) == SCEPCORE_OK);
    if (scepcore_key_unseal(&key, kek, blob.p, blob.len, aad.p, aad.len) == SCEPCORE_OK) {
        use(&key);
    } else {
        expect(key.bits == 0);
    }
}

static void fuzz_unseal(input *in) {
    static const uint8_t kek[32] = {1};
    scepcore_key key;
    argument aad = take(in), blob = rest(in);
    argument out =
        allocate(blob.len > SCEPCORE_SEAL_OVERHEAD ? blob.len - SCEPCORE_SEAL_OVERHEAD : 0);
    expect(scepcore_unseal(kek, SCEPCORE_SEAL_DATA, blob.p, blob.len, aad.p, aad.len, out.p) < 0);
    expect(scepcore_key_unseal(&key, kek, blob.p, blob.len, aad.p, aad.len) < 0);
}

static void fuzz_hash(input *in) {
    scepcore_hash h;
    argument name = take(in), key = take(in);
    if (scepcore_hash_init(&h, (const char *)name.p, name.len) == SCEPCORE_OK) {
        argument out = allocate(h.digest->size);
        while (in->len > 0 && taken_count < 7) {
            argument data = take(in);
            scepcore_hash_update(&h, data.p, data.len);
        }
        scepcore_hash_out(&h, out.p);
        scepcore_hmac(h.digest, key.p, key.len, name.p, name.len, out.p);
    }
    scepcore_hash_wipe(&h);
}

static void fuzz_cipher(input *in) {
    scepcore_cipher c;
    int encrypt = byte(in) & 1;
    argument name = take(in), key = take(in), iv = take(in), data = rest(in);
    if (scepcore_cipher_init(&c, (const char *)name.p, name.len, key.p, key.len, iv.p, iv.len,
                             encrypt) == SCEPCORE_OK) {
        scepcore_cipher_run(&c, data.p, data.len);
        scepcore_cipher_wipe(&c);
    }
    expect(scepcore_cipher_run(&c, data.p, 0) == SCEPCORE_E_WIPED);
}

static void fuzz_verify(input *in) {
    uint32_t e = number(in);
    argument name = take(in), digest = take(in), signature = take(in), n = rest(in);
    expect(scepcore_rsa_verify(n.p, n.len, e, (const char *)name.p, name.len, digest.p, digest.len,
                               signature.p, signature.len) <= 0);
}

static void fuzz_encrypt(input *in) {
    uint32_t e = number(in);
    argument message = take(in), n = rest(in), out = allocate(n.len);
    scepcore_rsa_encrypt(&generator, n.p, n.len, e, message.p, message.len, out.p);
}

static void fuzz_unpad(input *in) {
    static const uint8_t rejection[32] = {3};
    argument em = rest(in), ciphertext = allocate(em.len);
    if (em.len >= SCEPCORE_KEY_MIN_BITS / 8 && em.len <= SCEPCORE_MODULUS_MAX) {
        memcpy(ciphertext.p, em.p, em.len);
        expect(scepcore_pkcs1_unpad_message(rejection, ciphertext.p, em.p, em.len) <= em.len - 11);
    }
}

static void fuzz_small(input *in) {
    scepcore_kek kek;
    argument purpose = take(in), data = take(in);
    size_t want = number(in) % 70000;
    argument out = allocate(want);
    expect(scepcore_kek_derive(&kek, purpose.p, purpose.len) ==
           (purpose.len - 1 < 64 ? SCEPCORE_OK : SCEPCORE_E_PURPOSE));
    scepcore_random_seed(&generator, data.p, data.len);
    expect((scepcore_random_bytes(&generator, out.p, want) == SCEPCORE_OK) == (want <= 65536));
    scepcore_hkdf(purpose.p, purpose.len, data.p, data.len, NULL, 0, out.p,
                  want > 8160 ? 8160 : want);
}

static void (*const functions[])(input *) = {
    fuzz_from_der, fuzz_sealed_key, fuzz_unseal, fuzz_hash,  fuzz_cipher,
    fuzz_verify,   fuzz_encrypt,    fuzz_unpad,  fuzz_small,
};
#define FUNCTIONS (sizeof functions / sizeof functions[0])

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint8_t secret[32] = {2};
    input in = {data, size};
    if (!scepcore_random_seeded(&generator)) {
        host_board_set_secret(secret);
        expect(scepcore_random_seed(&generator, NULL, 0) == SCEPCORE_OK);
    }
    functions[byte(&in) % FUNCTIONS](&in);
    while (taken_count > 0) {
        free(taken[--taken_count].p);
    }
    return 0;
}

#ifndef LIBFUZZER
#define INPUT_MAX 4096

static uint64_t state;

static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % below);
}

static size_t load(const char *path, uint8_t *data) {
    FILE *file = fopen(path, "rb");
    size_t size = file == NULL ? 0 : fread(data, 1, INPUT_MAX, file);
    if (file != NULL) {
        fclose(file);
    }
    return size;
}

/* A few changes: a byte, a piece that moves, another length. */
static size_t mutate(uint8_t *data, size_t size) {
    for (uint32_t changes = 1 + draw(4); changes > 0 && size > 1; changes--) {
        size_t at = draw((uint32_t)size), to = draw((uint32_t)size);
        size_t len = draw((uint32_t)(size - (at > to ? at : to)) + 1);
        switch (draw(5)) {
        case 0:
            data[at] ^= (uint8_t)(1 << draw(8));
            break;
        case 1:
            data[at] = (uint8_t)draw(256);
            break;
        case 2:
            memmove(data + to, data + at, len);
            break;
        case 3:
            size = draw(4) == 0 ? 1 + draw((uint32_t)size) : size;
            break;
        default:
            size += size < INPUT_MAX - 16 ? draw(16) : 0;
            break;
        }
    }
    return size;
}

static uint8_t current[INPUT_MAX];
static size_t current_size;

void __sanitizer_set_death_callback(void (*callback)(void));

/* The last thing that a failing run does. */
static void keep(void) {
    FILE *file = fopen("crash-input", "wb");
    if (file != NULL) {
        fwrite(current, 1, current_size, file);
        fclose(file);
    }
    fprintf(stderr, "replay: %s 0 0 crash-input\n", "scepcore_fuzz");
}

static void on_abort(int number) {
    (void)number;
    keep();
    _exit(1);
}

/* An input of no seed, or a changed seed. */
static void make_case(uint8_t seeds[][INPUT_MAX], const size_t *sizes, size_t count) {
    if (count > 0 && draw(8) != 0) {
        size_t seed = draw((uint32_t)count);
        memcpy(current, seeds[seed], sizes[seed]);
        current_size = mutate(current, sizes[seed]);
        return;
    }
    current_size = 1 + draw(300);
    for (size_t i = 0; i < current_size; i++) {
        current[i] = (uint8_t)draw(256);
    }
}

int main(int count, char **words) {
    static uint8_t seeds[64][INPUT_MAX];
    static size_t sizes[64];
    size_t loaded = 0;
    unsigned long cases = 0;
    if (count < 3) {
        fprintf(stderr, "usage: scepcore_fuzz SECONDS SEED FILE...\n");
        return 2;
    }
    state = (uint64_t)atol(words[2]) + 1;
    signal(SIGABRT, on_abort);
    __sanitizer_set_death_callback(keep);
    for (int i = 3; i < count && loaded < 64; i++, loaded++) {
        sizes[loaded] = current_size = load(words[i], seeds[loaded]);
        memcpy(current, seeds[loaded], current_size);
        LLVMFuzzerTestOneInput(current, current_size);
    }
    for (time_t end = time(NULL) + atoi(words[1]); time(NULL) < end; cases++) {
        make_case(seeds, sizes, loaded);
        LLVMFuzzerTestOneInput(current, current_size);
    }
    printf("core-fuzz: %lu cases, 0 findings\n", cases);
    return 0;
}
#endif
