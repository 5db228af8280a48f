/* Fuzz targets: the public operations and the paddings.
 * For `make core-fuzz`.
 */
#include "fuzz.h"

#include <string.h>

#include "scepcore_pkcs1.h"
#include "scepcore_status.h"

/* covers: scepcore_rsa_verify scepcore_rsa_public scepcore_public_check
 * scepcore_number_decode scepcore_number_encode scepcore_number_sub scepcore_number_clear */
void fuzz_verify(fuzz_input *in) {
    uint32_t e = fuzz_number(in);
    fuzz_argument name = fuzz_take(in), digest = fuzz_take(in), signature = fuzz_take(in),
                  n = fuzz_rest(in);
    fuzz_expect(scepcore_rsa_verify(n.p, n.len, e, (const char *)name.p, name.len, digest.p,
                                    digest.len, signature.p, signature.len) <= 0);
    /* The same without what verify looks at first: any lengths, any exponent. */
    br_rsa_public_key pk = {n.p, n.len, digest.p, digest.len};
    scepcore_rsa_public(signature.p, signature.len, &pk);
}

/* covers: scepcore_rsa_encrypt scepcore_public_check scepcore_pkcs1_pad_message */
void fuzz_encrypt(fuzz_input *in) {
    uint32_t e = fuzz_number(in);
    fuzz_argument message = fuzz_take(in), n = fuzz_rest(in), out = fuzz_allocate(n.len);
    scepcore_rsa_encrypt(&fuzz_generator, n.p, n.len, e, message.p, message.len, out.p);
}

/* covers: scepcore_pkcs1_pad_signature scepcore_pkcs1_pad_message scepcore_pkcs1_unpad_message
 * scepcore_digest_find */
void fuzz_padding(fuzz_input *in) {
    static const uint8_t rejection[32] = {3};
    fuzz_argument name = fuzz_take(in), message = fuzz_take(in), em = fuzz_rest(in);
    fuzz_argument ciphertext = fuzz_allocate(em.len), out = fuzz_allocate(em.len);
    const scepcore_digest *d = scepcore_digest_find((const char *)name.p, name.len);
    if (d != NULL) {
        fuzz_argument digest = fuzz_allocate(d->size);
        scepcore_pkcs1_pad_signature(d, digest.p, out.p, out.len);
    }
    if (em.len < SCEPCORE_KEY_MIN_BITS / 8 || em.len > SCEPCORE_MODULUS_MAX) {
        return;
    }
    memcpy(ciphertext.p, em.p, em.len);
    fuzz_expect(scepcore_pkcs1_unpad_message(rejection, ciphertext.p, em.p, em.len) <= em.len - 11);
    if (scepcore_pkcs1_pad_message(&fuzz_generator, message.p, message.len, out.p, out.len) ==
        SCEPCORE_OK) {
        size_t len = scepcore_pkcs1_unpad_message(rejection, ciphertext.p, out.p, out.len);
        fuzz_expect(len == message.len && (len == 0 || memcmp(out.p, message.p, len) == 0));
    }
}
