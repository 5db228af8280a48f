/* The TLS client: what is offered, and the engine's four buffers as plain functions.
 * For scepcore.TLS; scepcore_tls.h says how it is used.
 */
#include "scepcore_tls.h"

#include <string.h>

#include "inner.h"

#include "scepcore_status.h"
#include "scepcore_tls_prf.h"
#include "scepcore_wipe.h"

/* Forward secrecy first, RSA key exchange last. */
static const uint16_t suites[] = {
    BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    BR_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, BR_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
    BR_TLS_RSA_WITH_AES_128_GCM_SHA256,       BR_TLS_RSA_WITH_AES_256_GCM_SHA384,
    BR_TLS_RSA_WITH_AES_128_CBC_SHA256,       BR_TLS_RSA_WITH_AES_256_CBC_SHA256,
};

/* The same where legacy is allowed: 3DES (Windows 2003), and suites that need SHA-1 in the engine,
 * which then takes SHA-1 signatures too. */
static const uint16_t legacy_suites[] = {
    BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    BR_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256, BR_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384,
    BR_TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,    BR_TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
    BR_TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA,   BR_TLS_RSA_WITH_AES_128_GCM_SHA256,
    BR_TLS_RSA_WITH_AES_256_GCM_SHA384,       BR_TLS_RSA_WITH_AES_128_CBC_SHA256,
    BR_TLS_RSA_WITH_AES_256_CBC_SHA256,       BR_TLS_RSA_WITH_AES_128_CBC_SHA,
    BR_TLS_RSA_WITH_AES_256_CBC_SHA,          BR_TLS_RSA_WITH_3DES_EDE_CBC_SHA,
};
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

/* br_rsa_pkcs1_vrfy over our public operation. */
static uint32_t verify(const unsigned char *x, size_t xlen, const unsigned char *hash_oid,
                       size_t hash_len, const br_rsa_public_key *pk, unsigned char *hash_out) {
    unsigned char sig[SCEPCORE_MODULUS_MAX];
    if (xlen > sizeof sig) {
        return 0;
    }
    memcpy(sig, x, xlen);
    if (!scepcore_rsa_public(sig, xlen, pk)) {
        return 0;
    }
    return br_rsa_pkcs1_sig_unpad(sig, xlen, hash_oid, hash_len, hash_out);
}

/* br_rsa_pkcs1_sign over our private operation, which checks its result. */
static uint32_t sign(const unsigned char *hash_oid, const unsigned char *hash, size_t hash_len,
                     const br_rsa_private_key *sk, unsigned char *x) {
    if (!br_rsa_pkcs1_sig_pad(hash_oid, hash, hash_len, sk->n_bitlen, x)) {
        return 0;
    }
    return scepcore_rsa_private(x, sk);
}

static void offer(br_ssl_client_context *client, unsigned flags) {
    br_ssl_engine_context *engine = &client->eng;
    int legacy = (flags & SCEPCORE_TLS_LEGACY) != 0;
    br_ssl_engine_set_versions(engine, legacy ? BR_TLS10 : BR_TLS12, BR_TLS12);
    br_ssl_engine_set_suites(engine, legacy ? legacy_suites : suites,
                             legacy ? COUNT(legacy_suites) : COUNT(suites));
    /* The hash functions also name the signature algorithms that are offered. */
    br_ssl_engine_set_hash(engine, br_sha256_ID, &scepcore_sha256_vtable);
    br_ssl_engine_set_hash(engine, br_sha384_ID, &scepcore_sha384_vtable);
    br_ssl_engine_set_hash(engine, br_sha512_ID, &scepcore_sha512_vtable);
    if (legacy) {
        br_ssl_engine_set_hash(engine, br_md5_ID, &br_md5_vtable);
        br_ssl_engine_set_hash(engine, br_sha1_ID, &scepcore_sha1_vtable);
        br_ssl_engine_set_prf10(engine, &scepcore_tls10_prf);
        br_ssl_engine_set_des_cbc(engine, &br_des_ct_cbcenc_vtable, &br_des_ct_cbcdec_vtable);
    }
    br_ssl_engine_set_prf_sha256(engine, &scepcore_tls12_sha256_prf);
    br_ssl_engine_set_prf_sha384(engine, &scepcore_tls12_sha384_prf);
    br_ssl_engine_set_cbc(engine, &br_sslrec_in_cbc_vtable, &br_sslrec_out_cbc_vtable);
    br_ssl_engine_set_aes_cbc(engine, &br_aes_ct_cbcenc_vtable, &br_aes_ct_cbcdec_vtable);
    br_ssl_engine_set_gcm(engine, &br_sslrec_in_gcm_vtable, &br_sslrec_out_gcm_vtable);
    br_ssl_engine_set_aes_ctr(engine, &br_aes_ct_ctr_vtable);
    br_ssl_engine_set_ghash(engine, &br_ghash_ctmul32);
    br_ssl_engine_set_ec(engine, &scepcore_tls_curves);
    br_ssl_engine_set_rsavrfy(engine, verify);
    br_ssl_client_set_rsapub(client, scepcore_rsa_public);
}

int scepcore_tls_start(scepcore_tls *t, uint8_t *buffer, size_t buffer_len, size_t chain_size,
                       scepcore_random *r, const char *host, unsigned flags,
                       scepcore_tls_judge judge, void *judge_arg) {
    uint8_t seed[32];
    memset(t, 0, sizeof *t);
    if (chain_size > buffer_len || buffer_len - chain_size < SCEPCORE_TLS_BUFFER_MIN ||
        judge == NULL) {
        return SCEPCORE_E_TLS_BUFFER;
    }
    int status = scepcore_random_bytes(r, seed, sizeof seed);
    if (status != SCEPCORE_OK) {
        return status;
    }
    br_ssl_client_zero(&t->client);
    offer(&t->client, flags);
    t->x509 = &scepcore_tls_x509_class;
    t->judge = judge;
    t->judge_arg = judge_arg;
    t->chain = buffer + buffer_len - chain_size;
    t->chain_size = chain_size;
    br_ssl_engine_set_x509(&t->client.eng, &t->x509);
    br_ssl_engine_set_buffer(&t->client.eng, buffer, buffer_len - chain_size, 0);
    br_ssl_engine_inject_entropy(&t->client.eng, seed, sizeof seed);
    scepcore_wipe(seed, sizeof seed);
    /* A resumed session would skip the judgement of the chain; renegotiation is not needed. */
    br_ssl_engine_add_flags(&t->client.eng, BR_OPT_NO_RENEGOTIATION);
    if (!br_ssl_client_reset(&t->client, host, 0)) {
        return SCEPCORE_E_TLS_BUFFER;
    }
    t->started = 1;
    return SCEPCORE_OK;
}

int scepcore_tls_identity(scepcore_tls *t, scepcore_key *key, const uint8_t *const *ders,
                          const size_t *lens, size_t count) {
    if (!t->started || key->bits == 0) {
        return SCEPCORE_E_WIPED;
    }
    if (count == 0 || count > SCEPCORE_TLS_OWN_MAX) {
        return SCEPCORE_E_TLS_CHAIN;
    }
    for (size_t i = 0; i < count; i++) {
        /* BearSSL only reads; its type lacks the const. */
        t->own[i].data = (unsigned char *)(uintptr_t)ders[i];
        t->own[i].data_len = lens[i];
    }
    scepcore_key_view(key, &t->sk);
    br_ssl_client_set_single_rsa(&t->client, t->own, count, &t->sk, sign);
    return SCEPCORE_OK;
}

static int alive(const scepcore_tls *t) {
    return t != NULL && t->started;
}

unsigned scepcore_tls_state(const scepcore_tls *t) {
    return alive(t) ? br_ssl_engine_current_state(&t->client.eng) : SCEPCORE_TLS_CLOSED;
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

size_t scepcore_tls_pull(scepcore_tls *t, uint8_t *out, size_t len) {
    size_t have = 0;
    unsigned char *from =
        alive(t) ? br_ssl_engine_sendrec_buf(&t->client.eng, &have) : (unsigned char *)0;
    if (from == NULL) {
        return 0;
    }
    len = least(len, have);
    memcpy(out, from, len);
    br_ssl_engine_sendrec_ack(&t->client.eng, len);
    return len;
}

/* A record's header and its body, as far as they are there: no more, so that the work of a call is
 * that of one record. */
size_t scepcore_tls_push(scepcore_tls *t, const uint8_t *in, size_t len) {
    size_t done = 0;
    for (int part = 0; part < 2 && alive(t) && done < len; part++) {
        size_t room = 0;
        unsigned char *to = br_ssl_engine_recvrec_buf(&t->client.eng, &room);
        if (to == NULL) {
            break;
        }
        room = least(len - done, room);
        memcpy(to, in + done, room);
        br_ssl_engine_recvrec_ack(&t->client.eng, room);
        done += room;
    }
    return done;
}

size_t scepcore_tls_read(scepcore_tls *t, uint8_t *out, size_t len) {
    size_t have = 0;
    unsigned char *from =
        alive(t) ? br_ssl_engine_recvapp_buf(&t->client.eng, &have) : (unsigned char *)0;
    if (from == NULL || len == 0) {
        return 0;
    }
    len = least(len, have);
    memcpy(out, from, len);
    br_ssl_engine_recvapp_ack(&t->client.eng, len);
    return len;
}

size_t scepcore_tls_write(scepcore_tls *t, const uint8_t *in, size_t len) {
    size_t room = 0;
    unsigned char *to =
        alive(t) ? br_ssl_engine_sendapp_buf(&t->client.eng, &room) : (unsigned char *)0;
    if (to == NULL || len == 0) {
        return 0;
    }
    len = least(len, room);
    memcpy(to, in, len);
    br_ssl_engine_sendapp_ack(&t->client.eng, len);
    return len;
}

size_t scepcore_tls_needed(const scepcore_tls *t) {
    return alive(t) ? t->client.eng.ibuf_len + t->chain_size : 0;
}

void scepcore_tls_flush(scepcore_tls *t) {
    if (alive(t)) {
        br_ssl_engine_flush(&t->client.eng, 0);
    }
}

void scepcore_tls_close(scepcore_tls *t) {
    if (alive(t)) {
        br_ssl_engine_close(&t->client.eng);
    }
}

int scepcore_tls_error(const scepcore_tls *t) {
    if (!alive(t)) {
        return BR_ERR_OK;
    }
    if (t->overflow) {
        return SCEPCORE_TLS_ERR_CHAIN;
    }
    if (t->refused) {
        return SCEPCORE_TLS_ERR_UNTRUSTED;
    }
    return br_ssl_engine_last_error(&t->client.eng);
}

unsigned scepcore_tls_version(const scepcore_tls *t) {
    return alive(t) ? br_ssl_engine_get_version(&t->client.eng) : 0;
}

unsigned scepcore_tls_suite(const scepcore_tls *t) {
    return alive(t) ? t->client.eng.session.cipher_suite : 0;
}

void scepcore_tls_wipe(scepcore_tls *t) {
    scepcore_wipe(t, sizeof *t);
}
