/* A TLS client over BearSSL's engine, without a transport: records in, records out.
 * For scepcore.TLS: HTTPS (scep/tls.py) and EAP-TLS (phone/eaptls.py).
 * RFC 5246, RFC 8422 (curves), RFC 6066 (server_name, max_fragment_length).
 *
 * The server's chain is judged by the caller: BearSSL's own X.509 engine is not linked. No
 * application data and no client certificate leaves before the caller has accepted the chain.
 */
#ifndef SCEPCORE_TLS_H
#define SCEPCORE_TLS_H

#include <stddef.h>
#include <stdint.h>

#include "bearssl.h"
#include "scepcore_key.h"
#include "scepcore_random.h"

/* Certificates of our own chain. */
#define SCEPCORE_TLS_OWN_MAX 4
/* Record buffer that takes every record; half-duplex, as a request and its answer are. */
#define SCEPCORE_TLS_BUFFER BR_SSL_BUFSIZE_MONO
/* Smallest room for records: a server that knows max_fragment_length sends records of 512 bytes. */
#define SCEPCORE_TLS_BUFFER_MIN (512 + 325)

/* What scepcore_tls_state returns, or-ed. */
#define SCEPCORE_TLS_CLOSED 0x01u  /* ended: scepcore_tls_error tells how */
#define SCEPCORE_TLS_SENDREC 0x02u /* records wait for scepcore_tls_pull */
#define SCEPCORE_TLS_RECVREC 0x04u /* scepcore_tls_push takes records */
#define SCEPCORE_TLS_SENDAPP 0x08u /* scepcore_tls_write takes data: the handshake is over */
#define SCEPCORE_TLS_RECVAPP 0x10u /* scepcore_tls_read has data */

/* Flags of scepcore_tls_start. */
#define SCEPCORE_TLS_LEGACY 0x01u /* TLS 1.0 and 1.1, 3DES, SHA-1 signatures too */

/* Judges the server's chain: DER certificates, the server's first, one behind the other. Returns 1
 * to go on, 0 to refuse. Called once in a handshake, from within scepcore_tls_push. */
typedef int (*scepcore_tls_judge)(void *arg, const uint8_t *chain, size_t len);

/* A connection. Invariant: after wipe and before start, state is SCEPCORE_TLS_CLOSED, and nothing
 * moves; all functions but start, identity and wipe take NULL for a connection that was wiped.
 * The caller keeps buffer, chain, own certificates and key alive and in place. */
typedef struct {
    br_ssl_client_context client;
    const br_x509_class *x509; /* of this connection; its address is what the engine knows */
    scepcore_tls_judge judge;
    void *judge_arg;
    uint8_t *chain; /* the last chain_size bytes of the record buffer */
    size_t chain_size;
    size_t chain_len;
    size_t leaf_len;
    uint8_t overflow; /* the chain was longer than chain_size */
    uint8_t refused;  /* the caller did not accept it */
    uint8_t started;
    br_x509_pkey pkey; /* of the server; points into pkey_data */
    uint8_t pkey_data[SCEPCORE_MODULUS_MAX + 8];
    br_x509_certificate own[SCEPCORE_TLS_OWN_MAX];
    br_rsa_private_key sk;
} scepcore_tls;

/* Start a handshake. host: server_name or NULL; buffer: record buffer, whose last chain_size bytes
 * hold the server's chain until it was judged. From then on they take records where any record fits
 * the buffer (SCEPCORE_TLS_BUFFER), else they are the caller's again. Where less than 16,384 + 325
 * bytes are left for records at first, the server is asked for short ones (max_fragment_length).
 * SCEPCORE_E_TLS_BUFFER, or as scepcore_random_bytes. */
int scepcore_tls_start(scepcore_tls *t, uint8_t *buffer, size_t buffer_len, size_t chain_size,
                       scepcore_random *r, const char *host, unsigned flags,
                       scepcore_tls_judge judge, void *judge_arg);

/* Have a client certificate, before the first push. ders/lens: count certificates, the key's first.
 * SCEPCORE_E_WIPED, SCEPCORE_E_TLS_CHAIN. */
int scepcore_tls_identity(scepcore_tls *t, scepcore_key *key, const uint8_t *const *ders,
                          const size_t *lens, size_t count);

/* The SCEPCORE_TLS_* bits of what can be done now. */
unsigned scepcore_tls_state(const scepcore_tls *t);

/* Each moves at most len bytes and returns how many; 0 where the state does not allow it. */
size_t scepcore_tls_pull(scepcore_tls *t, uint8_t *out, size_t len);
size_t scepcore_tls_push(scepcore_tls *t, const uint8_t *in, size_t len);
size_t scepcore_tls_read(scepcore_tls *t, uint8_t *out, size_t len);
size_t scepcore_tls_write(scepcore_tls *t, const uint8_t *in, size_t len);

/* Bytes of the record buffer that are needed from now on: fewer once the chain was judged. */
size_t scepcore_tls_needed(const scepcore_tls *t);

/* Send what was written now. */
void scepcore_tls_flush(scepcore_tls *t);

/* Begin an orderly end: a close_notify waits for pull. */
void scepcore_tls_close(scepcore_tls *t);

#define SCEPCORE_TLS_ERR_UNTRUSTED 1000 /* the caller refused the chain */
#define SCEPCORE_TLS_ERR_CHAIN 1001     /* the chain is longer than its memory */

/* 0: a close_notify came, or nothing is wrong; else BearSSL's BR_ERR_*, where 256 and 512 are added
 * to alert numbers that came and went; SCEPCORE_TLS_ERR_* for ours. */
int scepcore_tls_error(const scepcore_tls *t);

/* 0x0301 to 0x0303, and the suite's number; 0 before they are agreed. */
unsigned scepcore_tls_version(const scepcore_tls *t);
unsigned scepcore_tls_suite(const scepcore_tls *t);

/* Erase the connection, its buffer is the caller's to erase; idempotent. */
void scepcore_tls_wipe(scepcore_tls *t);

/* X25519 and P-256, and no other curve: a P-384 operation is 30 M instructions on ARM926. */
extern const br_ec_impl scepcore_tls_curves;

/* The X.509 "engine" that collects the chain and asks the caller. */
extern const br_x509_class scepcore_tls_x509_class;

#endif
