/*
 * openssl.c: RSA of OpenSSL between the markers.
 * For: tools/bench. The second operation is counted: the first one prepares the key.
 *
 *   openssl private|public KEYFILE
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/bn.h>
#include <openssl/rsa.h>

#include "bench_marks.h"
#include "peer_key.h"

int main(int argc, char **argv) {
    BIGNUM *part[6] = {NULL}, *n = BN_new(), *d = BN_new(), *t = BN_new(), *u = BN_new();
    BN_CTX *ctx = BN_CTX_new();
    unsigned char x[512], y[512];
    RSA *rsa = RSA_new();
    if (argc != 3) {
        return 2;
    }
    read_peer_key(argv[2]);
    for (int i = 0; i < 6; i++) {
        BN_hex2bn(&part[i], peer_key[i]);
    }
    BN_mul(n, part[1], part[2], ctx);
    BN_sub(t, part[1], BN_value_one());
    BN_sub(u, part[2], BN_value_one());
    BN_mul(t, t, u, ctx);
    BN_mod_inverse(d, part[0], t, ctx);
    RSA_set0_key(rsa, n, part[0], d);
    RSA_set0_factors(rsa, part[1], part[2]);
    RSA_set0_crt_params(rsa, part[3], part[4], part[5]);
    int size = RSA_size(rsa), done = 0;
    memset(x, 0x5a, sizeof x);
    x[0] = 0;
    for (int i = 0; i < 2; i++) {
        if (i == 1) {
            bench_begin();
        }
        if (strcmp(argv[1], "private") == 0) {
            done = RSA_private_encrypt(size, x, y, rsa, RSA_NO_PADDING);
        } else {
            done = RSA_public_decrypt(size, x, y, rsa, RSA_NO_PADDING);
        }
    }
    bench_end();
    return done != size;
}
