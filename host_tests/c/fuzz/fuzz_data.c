/* Fuzz targets: hashes, ciphers, derived keys, randomness, plain memory.
 * For `make core-fuzz`.
 */
#include "fuzz.h"

#include <string.h>

#include "scepcore_cipher.h"
#include "scepcore_hash.h"
#include "scepcore_status.h"
#include "scepcore_tls_prf.h"
#include "scepcore_wipe.h"

/* covers: scepcore_hash_init scepcore_hash_update scepcore_hmac scepcore_digest_find
 * scepcore_blocks_update */
void fuzz_hash(fuzz_input *in) {
    scepcore_hash h, whole;
    fuzz_argument name = fuzz_take(in), key = fuzz_take(in);
    if (scepcore_hash_init(&h, (const char *)name.p, name.len) != SCEPCORE_OK) {
        return;
    }
    fuzz_argument out = fuzz_allocate(h.digest->size), other = fuzz_allocate(h.digest->size);
    fuzz_input copy = *in;
    while (fuzz_more(in)) {
        fuzz_argument data = fuzz_take(in);
        scepcore_hash_update(&h, data.p, data.len);
    }
    scepcore_hash_out(&h, out.p);
    /* The same octets once more, one at a time: the pieces make no difference. */
    scepcore_hash_init(&whole, (const char *)name.p, name.len);
    while (copy.p < in->p) {
        size_t len = fuzz_byte(&copy);
        if (len == 0xFF) {
            len = (size_t)fuzz_byte(&copy) << 8;
            len |= fuzz_byte(&copy);
        }
        for (; len > 0 && copy.p < in->p; len--) {
            uint8_t octet = fuzz_byte(&copy);
            scepcore_hash_update(&whole, &octet, 1);
        }
    }
    scepcore_hash_out(&whole, other.p);
    fuzz_expect(memcmp(out.p, other.p, out.len) == 0);
    scepcore_hmac(h.digest, key.p, key.len, name.p, name.len, out.p);
    scepcore_hash_wipe(&whole);
    scepcore_hash_wipe(&h);
    fuzz_expect(scepcore_hash_update(&h, name.p, name.len) == SCEPCORE_E_WIPED);
}

/* covers: scepcore_cipher_init scepcore_cipher_run */
void fuzz_cipher(fuzz_input *in) {
    scepcore_cipher c;
    int encrypt = fuzz_byte(in) & 1;
    fuzz_argument name = fuzz_take(in), key = fuzz_take(in), iv = fuzz_take(in),
                  data = fuzz_rest(in);
    if (scepcore_cipher_init(&c, (const char *)name.p, name.len, key.p, key.len, iv.p, iv.len,
                             encrypt) == SCEPCORE_OK) {
        scepcore_cipher_run(&c, data.p, data.len);
        scepcore_cipher_wipe(&c);
    }
    fuzz_expect(scepcore_cipher_run(&c, data.p, 0) == SCEPCORE_E_WIPED);
}

/* covers: scepcore_tls10_prf scepcore_tls12_sha256_prf scepcore_tls12_sha384_prf scepcore_hkdf
 * scepcore_kek_derive */
void fuzz_prf(fuzz_input *in) {
    static const br_tls_prf_impl functions[] = {scepcore_tls10_prf, scepcore_tls12_sha256_prf,
                                                scepcore_tls12_sha384_prf};
    scepcore_kek kek;
    br_tls_prf_seed_chunk seeds[4];
    size_t count = 0, which = fuzz_byte(in) % 3, want = fuzz_number(in) % 9000;
    fuzz_argument secret = fuzz_take(in), out = fuzz_allocate(want);
    const char *label = fuzz_string(in);
    for (; count < 4 && fuzz_more(in); count++) {
        fuzz_argument seed = fuzz_take(in);
        seeds[count] = (br_tls_prf_seed_chunk){seed.p, seed.len};
    }
    functions[which](out.p, want, secret.p, secret.len, label, count, seeds);
    scepcore_hkdf(secret.p, secret.len, label, strlen(label), count > 0 ? seeds[0].data : NULL,
                  count > 0 ? seeds[0].len : 0, out.p, want > 8160 ? 8160 : want);
    fuzz_expect(scepcore_kek_derive(&kek, secret.p, secret.len) ==
                (secret.len - 1 < SCEPCORE_PURPOSE_MAX ? SCEPCORE_OK : SCEPCORE_E_PURPOSE));
}

/* covers: scepcore_random_seed scepcore_random_bytes scepcore_health_test scepcore_board_noise */
void fuzz_noise(fuzz_input *in) {
    scepcore_health health;
    size_t want = fuzz_number(in) % 70000;
    fuzz_argument data = fuzz_take(in), out = fuzz_allocate(want);
    scepcore_random_seed(&fuzz_generator, data.p, data.len);
    fuzz_expect((scepcore_random_bytes(&fuzz_generator, out.p, want) == SCEPCORE_OK) ==
                (want <= SCEPCORE_RANDOM_MAX));
    scepcore_health_init(&health);
    int good = 1;
    while (fuzz_more(in)) {
        fuzz_argument samples = fuzz_take(in);
        size_t n = samples.len < SCEPCORE_NOISE_BLOCK ? samples.len : SCEPCORE_NOISE_BLOCK;
        int now = scepcore_health_test(&health, samples.p, n);
        fuzz_expect(now <= good); /* a source that failed stays so */
        good = now;
    }
}

/* covers: scepcore_wipe scepcore_equal */
void fuzz_memory(fuzz_input *in) {
    fuzz_argument a = fuzz_take(in), b = fuzz_take(in);
    size_t n = a.len < b.len ? a.len : b.len;
    fuzz_expect(scepcore_equal(a.p, b.p, n) == (n == 0 || memcmp(a.p, b.p, n) == 0));
    scepcore_wipe(a.p, a.len);
    for (size_t i = 0; i < a.len; i++) {
        fuzz_expect(a.p[i] == 0);
    }
}
