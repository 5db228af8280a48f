/* Fuzz targets: keys from outside, sealed blobs, private operations, key generation's sizes.
 * For `make core-fuzz`.
 */
#include "fuzz.h"

#include <string.h>

#include "scepcore_status.h"

static const uint8_t kek[SCEPCORE_KEK_BYTES] = {1};
static const uint8_t digest[20] = {0};

/* Memory for an object of at most `whole` octets that was never used: all zero. */
static fuzz_argument fresh(size_t room, size_t whole) {
    fuzz_argument memory = fuzz_allocate(room < whole ? room : whole);
    if (memory.len > 0) {
        memset(memory.p, 0, memory.len);
    }
    return memory;
}

/* Runs an operation to its end; its last status. */
static int finish(scepcore_operation *op, int status) {
    while (status == SCEPCORE_OK && op->kind != 0) {
        status = scepcore_operation_step(op);
        status = status == SCEPCORE_BUSY ? SCEPCORE_OK : status;
    }
    return status;
}

/* A key that was read must work, or give nothing: no result may be wrong. */
static void use(scepcore_key *key) {
    size_t size = scepcore_operation_size(key->bits);
    fuzz_argument memory = fresh(size, size);
    scepcore_operation *op = (scepcore_operation *)(void *)memory.p;
    int status =
        finish(op, scepcore_operation_sign(op, memory.len, key, "sha1", 4, digest, sizeof digest));
    fuzz_expect(
        status == SCEPCORE_E_FAULT ||
        (status == SCEPCORE_OK && scepcore_rsa_verify(key->n, key->nlen, key->e, "sha1", 4, digest,
                                                      sizeof digest, op->out, op->out_len) == 1));
    scepcore_operation_wipe(op);
}

/* covers: scepcore_key_from_der scepcore_rsa_bit_length */
void fuzz_from_der(fuzz_input *in) {
    scepcore_key key;
    fuzz_argument der = fuzz_rest(in);
    if (scepcore_key_from_der(&key, der.p, der.len) == SCEPCORE_OK) {
        use(&key);
    } else {
        fuzz_expect(key.bits == 0);
    }
}

/* What is inside a sealed key is hostile too: another version of us may have written it.
 * covers: scepcore_seal scepcore_key_unseal scepcore_key_seal */
void fuzz_sealed_key(fuzz_input *in) {
    scepcore_key key, again;
    fuzz_argument aad = fuzz_take(in), plain = fuzz_rest(in);
    fuzz_argument blob = fuzz_allocate(plain.len + SCEPCORE_SEAL_OVERHEAD);
    if (plain.len > 0) {
        memcpy(blob.p + 13, plain.p, plain.len);
    }
    fuzz_expect(scepcore_seal(kek, SCEPCORE_SEAL_RSA_KEY, &fuzz_generator, blob.p, plain.len, aad.p,
                              aad.len) == SCEPCORE_OK);
    if (scepcore_key_unseal(&key, kek, blob.p, blob.len, aad.p, aad.len) != SCEPCORE_OK) {
        fuzz_expect(key.bits == 0);
        return;
    }
    fuzz_argument sealed = fuzz_allocate(scepcore_key_sealed_size(&key));
    fuzz_expect(scepcore_key_seal(&key, kek, &fuzz_generator, aad.p, aad.len, sealed.p) ==
                SCEPCORE_OK);
    fuzz_expect(scepcore_key_unseal(&again, kek, sealed.p, sealed.len, aad.p, aad.len) ==
                SCEPCORE_OK);
    fuzz_expect(again.nlen == key.nlen && memcmp(again.n, key.n, key.nlen) == 0);
    use(&key);
}

/* covers: scepcore_unseal scepcore_key_unseal */
void fuzz_unseal(fuzz_input *in) {
    scepcore_key key;
    fuzz_argument aad = fuzz_take(in), blob = fuzz_rest(in);
    fuzz_argument out =
        fuzz_allocate(blob.len > SCEPCORE_SEAL_OVERHEAD ? blob.len - SCEPCORE_SEAL_OVERHEAD : 0);
    fuzz_expect(scepcore_unseal(kek, SCEPCORE_SEAL_DATA, blob.p, blob.len, aad.p, aad.len, out.p) <
                0);
    fuzz_expect(scepcore_key_unseal(&key, kek, blob.p, blob.len, aad.p, aad.len) < 0);
}

/* covers: scepcore_operation_sign scepcore_operation_decrypt scepcore_rsa_private_init
 * scepcore_rsa_private_result scepcore_modulus_init scepcore_modulus_enter scepcore_modexp_init
 * scepcore_rsa_power */
void fuzz_operation(fuzz_input *in) {
    scepcore_key *key = fuzz_key();
    int decrypt = fuzz_byte(in) & 1;
    size_t whole = scepcore_operation_size(key->bits), room = fuzz_number(in);
    fuzz_argument name = fuzz_take(in), data = fuzz_rest(in);
    fuzz_argument memory = fresh(room, whole);
    scepcore_operation *op = (scepcore_operation *)(void *)memory.p;
    if (memory.len < sizeof *op) {
        return; /* the caller has a scepcore_operation at least */
    }
    int status = decrypt ? scepcore_operation_decrypt(op, memory.len, key, data.p, data.len)
                         : scepcore_operation_sign(op, memory.len, key, (const char *)name.p,
                                                   name.len, data.p, data.len);
    if (status == SCEPCORE_OK) {
        fuzz_expect(memory.len == whole);
        status = finish(op, status);
        /* A ciphertext that is not below n has no result; all else has one. */
        fuzz_expect(status == SCEPCORE_OK || (decrypt && status == SCEPCORE_E_FAULT));
        fuzz_expect(status != SCEPCORE_OK || op->out_len <= key->nlen);
    }
    scepcore_operation_wipe(op);
}

/* covers: scepcore_generator_start scepcore_rsa_keygen_init */
void fuzz_generator_sizes(fuzz_input *in) {
    scepcore_key key;
    uint32_t bits = fuzz_number(in), e = fuzz_number(in);
    size_t whole = scepcore_generator_size(bits), room = fuzz_number(in);
    fuzz_argument memory = fresh(room, whole);
    scepcore_generator *g = (scepcore_generator *)(void *)memory.p;
    if (memory.len < sizeof *g) {
        return;
    }
    int status = scepcore_generator_start(g, memory.len, &fuzz_generator, bits, e);
    /* Started: the random start and a piece of the sieve, not a whole key. */
    for (int i = 0; i < 2 && status == SCEPCORE_OK; i++) {
        fuzz_expect(memory.len == whole);
        fuzz_expect(scepcore_generator_step(g, &fuzz_generator, &key) == SCEPCORE_BUSY);
    }
    scepcore_generator_wipe(g);
}
