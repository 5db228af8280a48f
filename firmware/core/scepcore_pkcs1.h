/* PKCS#1 v1.5 padding of both types, and unpadding without an oracle.
 * For scepcore_key.c: signatures, rsa_encrypt and RSAKey.decrypt.
 * RFC 8017 sections 7.2 and 9.2; draft-irtf-cfrg-rsa-guidance (implicit rejection).
 */
#ifndef SCEPCORE_PKCS1_H
#define SCEPCORE_PKCS1_H

#include <stddef.h>
#include <stdint.h>

#include "scepcore_hash.h"
#include "scepcore_random.h"

/* Write EMSA-PKCS1-v1_5 of a digest (d->size bytes) to out[k]. SCEPCORE_E_MODULUS if k is too
 * short for the hash. */
int scepcore_pkcs1_pad_signature(const scepcore_digest *d, const uint8_t *digest, uint8_t *out,
                                 size_t k);

/* Write the type 2 padding of a message to out[k]. SCEPCORE_E_MESSAGE_LONG, or as
 * scepcore_random_bytes. */
int scepcore_pkcs1_pad_message(scepcore_random *r, const uint8_t *message, size_t len, uint8_t *out,
                               size_t k);

/* Unpad em[k] (the decrypted ciphertext[k]) in place: the message moves to em[0]. Returns its
 * length. Where the padding is wrong, message and length come from the ciphertext and the key's
 * rejection secret, always the same for the same ciphertext: the caller cannot tell, nor can one
 * who watches it. Constant time. */
size_t scepcore_pkcs1_unpad_message(const uint8_t rejection[32], const uint8_t *ciphertext,
                                    uint8_t *em, size_t k);

#endif
