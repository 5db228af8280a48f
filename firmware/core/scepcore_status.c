/* The sentence and the kind of each status.
 * For both bindings, so that CPython and MicroPython say the same.
 */
#include "scepcore_status.h"

#include <stddef.h>

static const struct {
    signed char status;
    const char *message;
} table[] = {
    {SCEPCORE_E_HASH_NAME, "unknown hash name: use md5, sha1, sha224, sha256, sha384 or sha512"},
    {SCEPCORE_E_CIPHER_NAME, "unknown cipher name: use des-cbc, des-ede3-cbc, aes-128-cbc, "
                             "aes-192-cbc or aes-256-cbc"},
    {SCEPCORE_E_CIPHER_KEY, "the key's length is not the cipher's"},
    {SCEPCORE_E_CIPHER_IV, "the initialisation vector must be one block long"},
    {SCEPCORE_E_CIPHER_BLOCKS, "the data must be whole blocks"},
    {SCEPCORE_E_OUTPUT, "the output buffer is too short"},
    {SCEPCORE_E_DIGEST, "the digest's length is not the hash's"},
    {SCEPCORE_E_RANDOM_LENGTH, "one request gives 0 to 65536 random bytes"},
    {SCEPCORE_E_MODULUS, "the modulus must be odd and have 1024 to 4096 bits"},
    {SCEPCORE_E_EXPONENT, "the public exponent must be odd, from 3 to 4294967295"},
    {SCEPCORE_E_KEY_BITS, "the key size must be 2048, 3072 or 4096 bits"},
    {SCEPCORE_E_MESSAGE_LONG, "the message is too long for the modulus"},
    {SCEPCORE_E_CIPHERTEXT, "the ciphertext must be as long as the modulus and below it"},
    {SCEPCORE_E_KEK, "a kek is a Kek or 32 bytes"},
    {SCEPCORE_E_PURPOSE, "a purpose has 1 to 64 bytes"},
    {SCEPCORE_E_SEAL_LONG, "the plaintext is too long to seal"},
    {SCEPCORE_E_KEY_DER, "not a two-prime RSA private key in PKCS#1 or unencrypted PKCS#8 DER"},
    {SCEPCORE_E_KEY_WRONG, "the parts of the RSA private key do not belong together"},
    {SCEPCORE_E_KIND, "the operation must be sign or decrypt"},
    {SCEPCORE_E_OVERLAP, "source and destination must be the same buffer or apart"},
    {SCEPCORE_E_SECRET_LENGTH, "a device secret has 32 bytes"},
    {SCEPCORE_E_FACTORS, "the two prime factors must be of about equal length"},
    {SCEPCORE_E_TLS_BUFFER, "a TLS buffer has 837 to 65536 bytes, and a host name fits the engine"},
    {SCEPCORE_E_TLS_CHAIN, "a client certificate comes as a chain of 1 to 4 certificates"},
    {SCEPCORE_E_WIPED, "the object was wiped"},
    {SCEPCORE_E_FAULT, "the result of a private operation failed its check and was withheld"},
    {SCEPCORE_E_NO_SECRET, "this device has no device secret"},
    {SCEPCORE_E_DONE, "the operation has already given its result"},
    {SCEPCORE_E_UNSEEDED, "the random generator is not seeded"},
    {SCEPCORE_E_NO_NOISE, "the board gave too little noise to seed the random generator"},
    {SCEPCORE_E_HEALTH, "the noise source failed its health tests"},
    {SCEPCORE_E_SEAL_OPEN, "the sealed blob does not open: other key, other use or altered"},
    {SCEPCORE_E_SEAL_VERSION, "the sealed blob has an unknown version"},
    {SCEPCORE_E_SEAL_SHORT, "the sealed blob is too short"},
};

int scepcore_status_kind(int status) {
    if (status >= SCEPCORE_OK) {
        return SCEPCORE_KIND_NONE;
    }
    if (status > SCEPCORE_E_WIPED) {
        return SCEPCORE_KIND_VALUE;
    }
    if (status > SCEPCORE_E_UNSEEDED) {
        return SCEPCORE_KIND_ERROR;
    }
    return status > SCEPCORE_E_SEAL_OPEN ? SCEPCORE_KIND_ENTROPY : SCEPCORE_KIND_SEAL;
}

const char *scepcore_status_message(int status) {
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].status == status) {
            return table[i].message;
        }
    }
    return status >= SCEPCORE_OK ? "no error" : "internal error";
}
