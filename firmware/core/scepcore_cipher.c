/* CBC encryption and decryption of whole blocks, by cipher name.
 * For scepcore.cipher: CMS EnvelopedData of requests (encrypt) and answers (decrypt).
 * FIPS 197 and FIPS 46-3 in the CBC mode of SP 800-38A.
 *
 * Constant time: AES both ways and DES encryption are BearSSL's bit-sliced code, because our
 * requests carry the challenge. DES decryption uses tables: it opens answers, whose content is a
 * public certificate or CRL, and a large CRL in 3DES would take five times as long.
 */
#include "scepcore_cipher.h"

#include <string.h>

#include "scepcore_rsa.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

enum { WIPED, AES_ENCRYPT, AES_DECRYPT, DES_ENCRYPT, DES_DECRYPT };

static const struct {
    char name[13];
    uint8_t key;   /* bytes */
    uint8_t block; /* bytes */
} ciphers[] = {
    {"des-cbc", 8, 8},       {"des-ede3-cbc", 24, 8}, {"aes-128-cbc", 16, 16},
    {"aes-192-cbc", 24, 16}, {"aes-256-cbc", 32, 16},
};

static int find(const char *name, size_t name_len) {
    for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++) {
        if (strlen(ciphers[i].name) == name_len && memcmp(ciphers[i].name, name, name_len) == 0) {
            return (int)i;
        }
    }
    return -1;
}

int scepcore_cipher_init(scepcore_cipher *c, const char *name, size_t name_len, const uint8_t *key,
                         size_t key_len, const uint8_t *iv, size_t iv_len, int encrypt) {
    c->kind = WIPED;
    int i = find(name, name_len);
    if (i < 0) {
        return SCEPCORE_E_CIPHER_NAME;
    }
    if (key_len != ciphers[i].key) {
        return SCEPCORE_E_CIPHER_KEY;
    }
    if (iv_len != ciphers[i].block) {
        return SCEPCORE_E_CIPHER_IV;
    }
    c->block = ciphers[i].block;
    memcpy(c->iv, iv, iv_len);
    if (c->block == 16 && encrypt) {
        c->kind = AES_ENCRYPT;
        br_aes_ct_cbcenc_init(&c->keys.aes_enc, key, key_len);
    } else if (c->block == 16) {
        c->kind = AES_DECRYPT;
        br_aes_ct_cbcdec_init(&c->keys.aes_dec, key, key_len);
    } else if (encrypt) {
        c->kind = DES_ENCRYPT;
        br_des_ct_cbcenc_init(&c->keys.des_enc, key, key_len);
    } else {
        c->kind = DES_DECRYPT;
        scepcore_des_cbcdec_vtable.init(&c->keys.des_dec.vtable, key, key_len);
    }
    return SCEPCORE_OK;
}

int scepcore_cipher_run(scepcore_cipher *c, uint8_t *data, size_t len) {
    if (c->kind == WIPED) {
        return SCEPCORE_E_WIPED;
    }
    if (len % c->block != 0) {
        return SCEPCORE_E_CIPHER_BLOCKS;
    }
    switch (c->kind) {
    case AES_ENCRYPT:
        br_aes_ct_cbcenc_run(&c->keys.aes_enc, c->iv, data, len);
        break;
    case AES_DECRYPT:
        br_aes_ct_cbcdec_run(&c->keys.aes_dec, c->iv, data, len);
        break;
    case DES_ENCRYPT:
        br_des_ct_cbcenc_run(&c->keys.des_enc, c->iv, data, len);
        break;
    default:
        scepcore_des_cbcdec_vtable.run(&c->keys.des_dec.vtable, c->iv, data, len);
        break;
    }
    return SCEPCORE_OK;
}

void scepcore_cipher_wipe(scepcore_cipher *c) {
    scepcore_wipe(c, sizeof *c);
}
