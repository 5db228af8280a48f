/*
 * wolfssl.c: RSA of wolfSSL's single-precision ARM32 assembly between the markers.
 * For: tools/bench. private: without blinding, as its SP code computes it.
 *
 *   wolfssl private|public KEYFILE      wolfssl keygen BITS COUNT
 */
#include <wolfssl/wolfcrypt/settings.h>

#include <wolfssl/wolfcrypt/random.h>
#include <wolfssl/wolfcrypt/rsa.h>

#include "bench_marks.h"
#include "peer_key.h"

int peer_generate_block(unsigned char *output, unsigned int length) {
    peer_random(NULL, length, output);
    return 0;
}

int main(int argc, char **argv) {
    RsaKey key;
    WC_RNG rng;
    mp_int t;
    unsigned char x[512], y[512];
    int status = 0;
    wc_InitRng(&rng);
    if (argc == 4) {
        for (int count = atoi(argv[3]); count > 0; count--) {
            wc_InitRsaKey(&key, NULL);
            bench_begin();
            status |= wc_MakeRsaKey(&key, atoi(argv[2]), 65537, &rng);
            bench_end();
        }
        return status != 0;
    }
    if (argc != 3) {
        return 2;
    }
    read_peer_key(argv[2]);
    wc_InitRsaKey(&key, NULL);
    mp_init(&t);
    mp_read_radix(&key.e, peer_key[0], MP_RADIX_HEX);
    mp_read_radix(&key.p, peer_key[1], MP_RADIX_HEX);
    mp_read_radix(&key.q, peer_key[2], MP_RADIX_HEX);
    mp_read_radix(&key.dP, peer_key[3], MP_RADIX_HEX);
    mp_read_radix(&key.dQ, peer_key[4], MP_RADIX_HEX);
    mp_read_radix(&key.u, peer_key[5], MP_RADIX_HEX);
    mp_mul(&key.p, &key.q, &key.n);
    mp_set(&key.d, 3); /* the CRT elements are what it uses */
    key.type = RSA_PRIVATE;
    unsigned int size = (unsigned int)mp_unsigned_bin_size(&key.n), length = sizeof y;
    memset(x, 0x5a, sizeof x);
    x[0] = 0;
    int type = strcmp(argv[1], "private") == 0 ? RSA_PRIVATE_ENCRYPT : RSA_PUBLIC_DECRYPT;
    bench_begin();
    status = wc_RsaFunction(x, size, y, &length, type, &key, &rng);
    bench_end();
    if (status != 0) {
        printf("status %d\n", status);
    }
    return status != 0;
}
