/* Private operations in steps: signing and decrypting.
 * For RSAKey.sign, RSAKey.decrypt and RSAKey.start.
 * RFC 8017 sections 7.2.2 and 8.2.1.
 *
 * The kernel does not hand out a result that the public key does not confirm, so a fault in the
 * computation leaks nothing of the factors (Boneh, DeMillo, Lipton). What it leaves on the stack is
 * erased after each step.
 */
#include "scepcore_key.h"

#include <string.h>

#include "scepcore_ct.h"
#include "scepcore_pkcs1.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

size_t scepcore_operation_size(uint32_t bits) {
    return sizeof(scepcore_operation) + scepcore_rsa_private_size(bits);
}

static scepcore_rsa_private_ctx *context(scepcore_operation *op) {
    return (scepcore_rsa_private_ctx *)op->steps;
}

/* Start x^d mod n for x = op->ciphertext, or op->out when signing. */
static int start(scepcore_operation *op, int kind, const uint8_t *x) {
    scepcore_key_view(op->key, &op->sk);
    op->kind = (uint8_t)kind;
    op->out_len = 0;
    if (!scepcore_rsa_private_init(context(op), op->size - sizeof *op, &op->sk, op->key->e, x,
                                   op->key->nlen)) {
        scepcore_operation_wipe(op);
        return SCEPCORE_E_FAULT;
    }
    return SCEPCORE_OK;
}

static void clear(scepcore_operation *op, size_t size, scepcore_key *key) {
    scepcore_wipe(op, size);
    op->size = size;
    op->key = key;
}

int scepcore_operation_sign(scepcore_operation *op, size_t size, scepcore_key *key,
                            const char *hash_name, size_t name_len, const uint8_t *digest,
                            size_t len) {
    clear(op, size, key);
    if (key->bits == 0) {
        return SCEPCORE_E_WIPED;
    }
    const scepcore_digest *d = scepcore_digest_find(hash_name, name_len);
    if (d == NULL) {
        return SCEPCORE_E_HASH_NAME;
    }
    if (len != d->size) {
        return SCEPCORE_E_DIGEST;
    }
    int status = scepcore_pkcs1_pad_signature(d, digest, op->out, key->nlen);
    return status == SCEPCORE_OK ? start(op, SCEPCORE_SIGN, op->out) : status;
}

int scepcore_operation_decrypt(scepcore_operation *op, size_t size, scepcore_key *key,
                               const uint8_t *ciphertext, size_t len) {
    clear(op, size, key);
    if (key->bits == 0) {
        return SCEPCORE_E_WIPED;
    }
    if (len != key->nlen || memcmp(ciphertext, key->n, len) >= 0) {
        return SCEPCORE_E_CIPHERTEXT;
    }
    memcpy(op->ciphertext, ciphertext, len);
    return start(op, SCEPCORE_DECRYPT, op->ciphertext);
}

static int finish(scepcore_operation *op) {
    scepcore_key *key = op->key;
    if (!scepcore_rsa_private_result(context(op), op->out, key->nlen)) {
        return SCEPCORE_E_FAULT;
    }
    op->out_len = key->nlen;
    if (op->kind == SCEPCORE_DECRYPT) {
        const uint8_t *rejection = op->sk.iq + op->sk.iqlen;
        size_t len = scepcore_pkcs1_unpad_message(rejection, op->ciphertext, op->out, key->nlen);
        /* Public: the caller gets the message and so its length; with a wrong padding both are
         * made up, so the length tells nothing of the padding. */
        SCEPCORE_PUBLIC(&len, sizeof len);
        op->out_len = (uint16_t)len;
        scepcore_wipe(op->out + len, sizeof op->out - len);
    }
    /* Public: signature or message is the caller's from here on. */
    SCEPCORE_PUBLIC(op->out, op->out_len);
    return SCEPCORE_OK;
}

int scepcore_operation_step(scepcore_operation *op) {
    int status;
    if (op->kind == 0) {
        return SCEPCORE_E_DONE;
    }
    if (op->key->bits == 0) {
        status = SCEPCORE_E_WIPED;
    } else {
        switch (scepcore_rsa_private_step(context(op))) {
        case SCEPCORE_RSA_AGAIN:
            status = SCEPCORE_BUSY;
            break;
        case SCEPCORE_RSA_DONE:
            status = finish(op);
            break;
        default:
            status = SCEPCORE_E_FAULT;
            break;
        }
    }
    scepcore_scrub_stack();
    if (status < SCEPCORE_OK) {
        scepcore_operation_wipe(op);
    } else if (status == SCEPCORE_OK) {
        op->kind = 0;
    }
    return status;
}

void scepcore_operation_wipe(scepcore_operation *op) {
    size_t size = op->size;
    scepcore_wipe(op, size > sizeof *op ? size : sizeof *op);
    op->size = size;
}
