/*
 * rsa_keygen.c: RSA key generation, whole or in steps.
 * For: scepcore's RSAKey.generate, mkflash's factory keys.
 * Standard: FIPS 186-5 Appendix A.1.3 with Appendix B.3.
 */
#include <string.h>

#include "scepcore_rsa.h"
#include "scepcore_wipe.h"

struct scepcore_rsa_keygen_ctx {
    const br_prng_class **rng;
    int state;
    unsigned bits;
    uint32_t e;
    br_rsa_private_key sk;
    br_rsa_public_key pk;
    unsigned char priv[BR_RSA_KBUF_PRIV_SIZE(SCEPCORE_RSA_MAX_BITS)];
    unsigned char pub[BR_RSA_KBUF_PUB_SIZE(SCEPCORE_RSA_MAX_BITS)];
};

uint32_t scepcore_rsa_keygen(const br_prng_class **rng, br_rsa_private_key *sk, void *kbuf_priv,
                             br_rsa_public_key *pk, void *kbuf_pub, unsigned size,
                             uint32_t pubexp) {
    return br_rsa_i31_keygen(rng, sk, kbuf_priv, pk, kbuf_pub, size, pubexp ? pubexp : 65537);
}

size_t scepcore_rsa_keygen_size(unsigned bits) {
    if (bits < SCEPCORE_RSA_MIN_BITS || bits > SCEPCORE_RSA_MAX_BITS) {
        return 0;
    }
    return sizeof(scepcore_rsa_keygen_ctx);
}

int scepcore_rsa_keygen_init(scepcore_rsa_keygen_ctx *ctx, size_t ctx_len, unsigned bits,
                             uint32_t e, const br_prng_class **rng) {
    size_t need = scepcore_rsa_keygen_size(bits);
    if (need == 0 || ctx_len < need || e < 3 || (e & 1) == 0) {
        return 0;
    }
    ctx->rng = rng;
    ctx->bits = bits;
    ctx->e = e;
    ctx->state = SCEPCORE_RSA_AGAIN;
    return 1;
}

int scepcore_rsa_keygen_step(scepcore_rsa_keygen_ctx *ctx) {
    if (ctx->state == SCEPCORE_RSA_AGAIN) {
        ctx->state =
            br_rsa_i31_keygen(ctx->rng, &ctx->sk, ctx->priv, &ctx->pk, ctx->pub, ctx->bits, ctx->e)
                ? SCEPCORE_RSA_DONE
                : SCEPCORE_RSA_ERROR;
    }
    return ctx->state;
}

void scepcore_rsa_keygen_progress(const scepcore_rsa_keygen_ctx *ctx, uint32_t *candidates,
                                  uint32_t *primes) {
    *candidates = 0;
    *primes = ctx->state == SCEPCORE_RSA_DONE ? 2 : 0;
}

int scepcore_rsa_keygen_result(scepcore_rsa_keygen_ctx *ctx, br_rsa_private_key *sk,
                               void *kbuf_priv, br_rsa_public_key *pk, void *kbuf_pub) {
    int ok = ctx->state == SCEPCORE_RSA_DONE;
    if (ok) {
        unsigned char *b = kbuf_priv;
        *sk = ctx->sk;
        memcpy(b, ctx->priv, BR_RSA_KBUF_PRIV_SIZE(ctx->bits));
        sk->p = b;
        sk->q = sk->p + sk->plen;
        sk->dp = sk->q + sk->qlen;
        sk->dq = sk->dp + sk->dplen;
        sk->iq = sk->dq + sk->dqlen;
        if (pk != NULL) {
            memcpy(kbuf_pub, ctx->pk.n, ctx->pk.nlen);
            pk->n = kbuf_pub;
            pk->nlen = ctx->pk.nlen;
            pk->e = pk->n + pk->nlen;
            pk->elen = ctx->pk.elen;
            memcpy(pk->e, ctx->pk.e, pk->elen);
        }
    }
    scepcore_rsa_keygen_wipe(ctx);
    return ok;
}

void scepcore_rsa_keygen_wipe(scepcore_rsa_keygen_ctx *ctx) {
    scepcore_wipe(ctx, sizeof *ctx);
    ctx->state = SCEPCORE_RSA_ERROR;
}
