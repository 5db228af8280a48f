/*
 * rsa_private.c: the RSA private operation, checked before release, whole or in steps.
 * For: scepcore's sign and decrypt, BearSSL's PKCS#1 and TLS code.
 * Standard: RFC 8017 sections 5.1.2, 5.2.1 (CRT form).
 */
#include <string.h>

#include "scepcore_rsa.h"
#include "scepcore_wipe.h"

struct scepcore_rsa_private_ctx {
    const br_rsa_private_key *sk;
    size_t ctx_len;
    size_t xlen;
    int state;
    unsigned char x[SCEPCORE_RSA_MAX_BITS / 8];
};

uint32_t scepcore_rsa_private(unsigned char *x, const br_rsa_private_key *sk) {
    return br_rsa_i31_private(x, sk);
}

size_t scepcore_rsa_private_size(unsigned bits) {
    if (bits < SCEPCORE_RSA_MIN_BITS || bits > SCEPCORE_RSA_MAX_BITS) {
        return 0;
    }
    return sizeof(scepcore_rsa_private_ctx);
}

int scepcore_rsa_private_init(scepcore_rsa_private_ctx *ctx, size_t ctx_len,
                              const br_rsa_private_key *sk, uint32_t e, const unsigned char *x,
                              size_t xlen) {
    (void)e;
    if (ctx_len < sizeof *ctx || xlen != (sk->n_bitlen + 7) >> 3 || xlen > sizeof ctx->x) {
        return 0;
    }
    ctx->sk = sk;
    ctx->ctx_len = ctx_len;
    ctx->xlen = xlen;
    ctx->state = SCEPCORE_RSA_AGAIN;
    memcpy(ctx->x, x, xlen);
    return 1;
}

int scepcore_rsa_private_step(scepcore_rsa_private_ctx *ctx) {
    if (ctx->state == SCEPCORE_RSA_AGAIN) {
        ctx->state = br_rsa_i31_private(ctx->x, ctx->sk) ? SCEPCORE_RSA_DONE : SCEPCORE_RSA_ERROR;
    }
    return ctx->state;
}

int scepcore_rsa_private_result(scepcore_rsa_private_ctx *ctx, unsigned char *x, size_t xlen) {
    int ok = ctx->state == SCEPCORE_RSA_DONE && xlen == ctx->xlen;
    if (ok) {
        memcpy(x, ctx->x, xlen);
    }
    scepcore_rsa_private_wipe(ctx);
    return ok;
}

void scepcore_rsa_private_wipe(scepcore_rsa_private_ctx *ctx) {
    scepcore_wipe(ctx, sizeof *ctx);
    ctx->state = SCEPCORE_RSA_ERROR;
}
