/* The curves of the TLS client: X25519 and P-256 behind one br_ec_impl.
 * For scepcore_tls.c. RFC 7748, FIPS 186-5; both implementations are BearSSL's constant-time m31.
 */
#include "scepcore_tls.h"

static const br_ec_impl *of(int curve) {
    return curve == BR_EC_curve25519 ? &br_ec_c25519_m31 : &br_ec_p256_m31;
}

static const unsigned char *generator(int curve, size_t *len) {
    return of(curve)->generator(curve, len);
}

static const unsigned char *order(int curve, size_t *len) {
    return of(curve)->order(curve, len);
}

static size_t xoff(int curve, size_t *len) {
    return of(curve)->xoff(curve, len);
}

static uint32_t mul(unsigned char *g, size_t glen, const unsigned char *x, size_t xlen, int curve) {
    return of(curve)->mul(g, glen, x, xlen, curve);
}

static size_t mulgen(unsigned char *r, const unsigned char *x, size_t xlen, int curve) {
    return of(curve)->mulgen(r, x, xlen, curve);
}

static uint32_t muladd(unsigned char *a, const unsigned char *b, size_t len, const unsigned char *x,
                       size_t xlen, const unsigned char *y, size_t ylen, int curve) {
    return of(curve)->muladd(a, b, len, x, xlen, y, ylen, curve);
}

const br_ec_impl scepcore_tls_curves = {
    .supported_curves = (uint32_t)1 << BR_EC_curve25519 | (uint32_t)1 << BR_EC_secp256r1,
    .generator = generator,
    .order = order,
    .xoff = xoff,
    .mul = mul,
    .mulgen = mulgen,
    .muladd = muladd,
};
