/*
 * handshake.c: a TLS handshake with client certificate, client and server in one process; only the
 * client's work stands between the marker functions.
 * For: tools/bench/handshake.py, on ARM (qemu-arm). RFC 5246.
 *
 *   handshake x25519|p256 FOLDER
 * FOLDER: chain.der (the server's, two certificates one behind the other), chain.len (length of the
 * first), client.der, client.key, server.key (PKCS#1). The judge takes every chain: its work is
 * Python's. Prints "handshake stack OCTETS".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_marks.h"
#include "scepcore_key.h"
#include "scepcore_random.h"
#include "scepcore_tls.h"

#define CLIENT(statement)                                                                          \
    do {                                                                                           \
        bench_begin();                                                                             \
        statement;                                                                                 \
        bench_end();                                                                               \
    } while (0)

#define STACK 32768

static unsigned char chain[4096], own[2048];
static size_t chain_len, own_len, leaf_len;
static uintptr_t stack_low;

static void __attribute__((noinline)) paint(void) {
    volatile unsigned char area[STACK];
    for (size_t i = 0; i < sizeof area; i++) {
        area[i] = 0xa5;
    }
    stack_low = (uintptr_t)area;
}

static size_t __attribute__((noinline)) painted(const unsigned char *here) {
    const volatile unsigned char *p = (const volatile unsigned char *)stack_low;
    while (*p == 0xa5) {
        p++;
    }
    return (size_t)(here - (const unsigned char *)p);
}

static size_t load(const char *folder, const char *name, unsigned char *to, size_t max) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        perror(path);
        exit(2);
    }
    size_t n = fread(to, 1, max, f);
    fclose(f);
    return n;
}

static void key_of(scepcore_key *key, const char *folder, const char *name) {
    static unsigned char der[2048];
    if (scepcore_key_from_der(key, der, load(folder, name, der, sizeof der)) != 0) {
        exit(2);
    }
}

static int believe(void *arg, const uint8_t *der, size_t len) {
    (void)arg;
    return len == chain_len && memcmp(der, chain, len) == 0;
}

/* The server takes the client's certificate as it knows it; its signature is verified. */
static br_x509_knownkey_context client_key;

static void serve(br_ssl_server_context *server, const scepcore_key *sk, const br_ec_impl *curves,
                  const scepcore_key *peer) {
    static br_x509_certificate certificates[2];
    static unsigned char buffer[BR_SSL_BUFSIZE_MONO], e[] = {1, 0, 1};
    static br_rsa_private_key view;
    static br_x500_name no_names[1];
    static const uint16_t suites[] = {BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256};
    br_rsa_public_key pk = {(unsigned char *)(uintptr_t)peer->n, peer->nlen, e, sizeof e};
    br_ssl_engine_context *engine = &server->eng;
    certificates[0].data = chain;
    certificates[0].data_len = leaf_len;
    certificates[1].data = chain + leaf_len;
    certificates[1].data_len = chain_len - leaf_len;
    br_ssl_server_zero(server);
    br_ssl_engine_set_versions(engine, BR_TLS12, BR_TLS12);
    br_ssl_engine_set_suites(engine, suites, 1);
    br_ssl_engine_set_hash(engine, br_sha256_ID, &br_sha256_vtable);
    br_ssl_engine_set_prf_sha256(engine, &br_tls12_sha256_prf);
    br_ssl_engine_set_gcm(engine, &br_sslrec_in_gcm_vtable, &br_sslrec_out_gcm_vtable);
    br_ssl_engine_set_aes_ctr(engine, &br_aes_ct_ctr_vtable);
    br_ssl_engine_set_ghash(engine, &br_ghash_ctmul32);
    br_ssl_engine_set_ec(engine, curves);
    br_ssl_engine_set_rsavrfy(engine, br_rsa_i31_pkcs1_vrfy);
    scepcore_key_view(sk, &view);
    br_ssl_server_set_single_rsa(server, certificates, 2, &view, BR_KEYTYPE_SIGN,
                                 br_rsa_i31_private, br_rsa_i31_pkcs1_sign);
    br_x509_knownkey_init_rsa(&client_key, &pk, BR_KEYTYPE_SIGN);
    br_ssl_engine_set_x509(engine, &client_key.vtable);
    br_ssl_server_set_trust_anchor_names(server, no_names, 1);
    br_ssl_engine_set_buffer(engine, buffer, sizeof buffer, 0);
    br_ssl_engine_inject_entropy(engine, "bench", 5);
    if (!br_ssl_server_reset(server)) {
        exit(3);
    }
}

int main(int argc, char **argv) {
    static scepcore_key client, key;
    static scepcore_random random;
    static scepcore_tls tls;
    static br_ssl_server_context server;
    static uint8_t buffer[SCEPCORE_TLS_BUFFER], octets[1024];
    unsigned char here, text[16] = {0};
    if (argc != 3) {
        return 2;
    }
    chain_len = load(argv[2], "chain.der", chain, sizeof chain);
    own_len = load(argv[2], "client.der", own, sizeof own);
    load(argv[2], "chain.len", text, sizeof text - 1);
    leaf_len = (size_t)atoi((char *)text);
    key_of(&client, argv[2], "client.key");
    key_of(&key, argv[2], "server.key");
    serve(&server, &key, argv[1][0] == 'x' ? &br_ec_c25519_m31 : &br_ec_p256_m31, &client);
    if (scepcore_random_seed(&random, (const uint8_t *)"bench", 5) != 0) {
        return 3;
    }
    const uint8_t *ders[1] = {own};
    const size_t lens[1] = {own_len};
    int status = 0;
    paint();
    CLIENT(status |= scepcore_tls_start(&tls, buffer, sizeof buffer, 4096, &random, "localhost", 0,
                                        believe, NULL));
    CLIENT(status |= scepcore_tls_identity(&tls, &client, ders, lens, 1));
    while (status == 0 && !(scepcore_tls_state(&tls) & SCEPCORE_TLS_SENDAPP)) {
        size_t n = 0, room;
        unsigned state = scepcore_tls_state(&tls);
        if (state & SCEPCORE_TLS_SENDREC) {
            CLIENT(n = scepcore_tls_pull(&tls, octets, sizeof octets));
            for (size_t at = 0; at < n;) {
                unsigned char *to = br_ssl_engine_recvrec_buf(&server.eng, &room);
                if (to == NULL) {
                    return 4;
                }
                room = room < n - at ? room : n - at;
                memcpy(to, octets + at, room);
                br_ssl_engine_recvrec_ack(&server.eng, room);
                at += room;
            }
            continue;
        }
        unsigned char *from = br_ssl_engine_sendrec_buf(&server.eng, &room);
        if (from == NULL || !(state & SCEPCORE_TLS_RECVREC)) {
            fprintf(stderr, "client %d server %d\n", scepcore_tls_error(&tls),
                    br_ssl_engine_last_error(&server.eng));
            return 5;
        }
        CLIENT(n = scepcore_tls_push(&tls, from, room < sizeof octets ? room : sizeof octets));
        br_ssl_engine_sendrec_ack(&server.eng, n);
    }
    printf("handshake stack %lu\n", (unsigned long)painted(&here));
    return status != 0 || scepcore_tls_version(&tls) != BR_TLS12;
}
