/* The server's chain on its way to the caller: collected, its first key read, then judged.
 * For scepcore_tls.c. RFC 5246 section 7.4.2; BearSSL's br_x509_class.
 */
#include <string.h>

#include "scepcore_tls.h"

/* The vtable pointer is the member x509 of its connection. */
static scepcore_tls *owner(const br_x509_class **ctx) {
    return (scepcore_tls *)(void *)((char *)ctx - offsetof(scepcore_tls, x509));
}

static const scepcore_tls *owner_const(const br_x509_class *const *ctx) {
    return (const scepcore_tls *)(const void *)((const char *)ctx - offsetof(scepcore_tls, x509));
}

static void start_chain(const br_x509_class **ctx, const char *server_name) {
    scepcore_tls *t = owner(ctx);
    (void)server_name; /* the caller knows which host it asked for */
    t->chain_len = 0;
    t->leaf_len = 0;
    t->overflow = 0;
    t->refused = 0;
}

static void start_cert(const br_x509_class **ctx, uint32_t length) {
    scepcore_tls *t = owner(ctx);
    if (t->chain_len == 0) {
        t->leaf_len = length;
    }
    if (length > t->chain_size - t->chain_len) {
        t->overflow = 1;
    }
}

static void append(const br_x509_class **ctx, const unsigned char *buf, size_t len) {
    scepcore_tls *t = owner(ctx);
    if (t->overflow || len > t->chain_size - t->chain_len) {
        t->overflow = 1;
        return;
    }
    memcpy(t->chain + t->chain_len, buf, len);
    t->chain_len += len;
}

static void end_cert(const br_x509_class **ctx) {
    (void)ctx;
}

/* Copy the leaf's public key: the decoder that holds it lives on the stack. Returns 1 or 0. */
static int keep_key(scepcore_tls *t) {
    br_x509_decoder_context decoder;
    br_x509_decoder_init(&decoder, NULL, NULL);
    br_x509_decoder_push(&decoder, t->chain, t->leaf_len);
    const br_x509_pkey *key = br_x509_decoder_get_pkey(&decoder);
    if (key == NULL || key->key_type != BR_KEYTYPE_RSA) {
        return 0;
    }
    const br_rsa_public_key *rsa = &key->key.rsa;
    if (rsa->nlen > SCEPCORE_MODULUS_MAX || rsa->elen > 8) {
        return 0;
    }
    memcpy(t->pkey_data, rsa->n, rsa->nlen);
    memcpy(t->pkey_data + SCEPCORE_MODULUS_MAX, rsa->e, rsa->elen);
    t->pkey.key_type = BR_KEYTYPE_RSA;
    t->pkey.key.rsa.n = t->pkey_data;
    t->pkey.key.rsa.nlen = rsa->nlen;
    t->pkey.key.rsa.e = t->pkey_data + SCEPCORE_MODULUS_MAX;
    t->pkey.key.rsa.elen = rsa->elen;
    return 1;
}

static unsigned end_chain(const br_x509_class **ctx) {
    scepcore_tls *t = owner(ctx);
    if (t->overflow) {
        return BR_ERR_X509_LIMIT_EXCEEDED;
    }
    if (t->leaf_len == 0 || t->leaf_len > t->chain_len || !keep_key(t)) {
        t->refused = 1;
        return BR_ERR_X509_NOT_TRUSTED;
    }
    if (!t->judge(t->judge_arg, t->chain, t->chain_len)) {
        t->refused = 1;
        return BR_ERR_X509_NOT_TRUSTED;
    }
    /* The chain is needed no more: from the next record on its memory takes records, where any
     * record fits then. */
    if (t->client.eng.ibuf_len + t->chain_size >= SCEPCORE_TLS_BUFFER) {
        t->client.eng.ibuf_len += t->chain_size;
    }
    t->chain_size = 0;
    return 0;
}

static const br_x509_pkey *get_pkey(const br_x509_class *const *ctx, unsigned *usages) {
    const scepcore_tls *t = owner_const(ctx);
    if (usages != NULL) {
        *usages = BR_KEYTYPE_KEYX | BR_KEYTYPE_SIGN; /* keyUsage is judged with the chain */
    }
    return &t->pkey;
}

const br_x509_class scepcore_tls_x509_class = {
    .context_size = sizeof(const br_x509_class *),
    .start_chain = start_chain,
    .start_cert = start_cert,
    .append = append,
    .end_cert = end_cert,
    .end_chain = end_chain,
    .get_pkey = get_pkey,
};
