/* CBC encryption and decryption of whole blocks, by cipher name.
 * For scepcore.cipher: CMS EnvelopedData of requests (encrypt) and answers (decrypt).
 * FIPS 197 and FIPS 46-3 in the CBC mode of SP 800-38A; padding is the caller's.
 */
#ifndef SCEPCORE_CIPHER_H
#define SCEPCORE_CIPHER_H

#include <stddef.h>
#include <stdint.h>

#include "bearssl.h"

/* A cipher under one key, with its running IV. kind is 0 before init and after wipe. */
typedef struct {
    uint8_t kind;
    uint8_t block; /* bytes: 8 or 16 */
    uint8_t iv[16];
    union {
        br_aes_ct_cbcenc_keys aes_enc;
        br_aes_ct_cbcdec_keys aes_dec;
        br_des_ct_cbcenc_keys des_enc;
        br_des_tab_cbcdec_keys des_dec;
    } keys;
} scepcore_cipher;

/* Start; names as DESIGN.md section 3 fixes them. SCEPCORE_E_CIPHER_NAME, _KEY, _IV. */
int scepcore_cipher_init(scepcore_cipher *c, const char *name, size_t name_len, const uint8_t *key,
                         size_t key_len, const uint8_t *iv, size_t iv_len, int encrypt);

/* Work on len bytes of whole blocks in place. SCEPCORE_E_CIPHER_BLOCKS, SCEPCORE_E_WIPED. */
int scepcore_cipher_run(scepcore_cipher *c, uint8_t *data, size_t len);

/* Erase key schedule and IV; idempotent. */
void scepcore_cipher_wipe(scepcore_cipher *c);

#endif
