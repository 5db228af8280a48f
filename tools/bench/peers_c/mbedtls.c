/*
 * mbedtls.c: RSA of mbedTLS between the markers.
 * For: tools/bench. private: blinded and checked, as it comes.
 *
 *   mbedtls private|public KEYFILE      mbedtls keygen BITS COUNT
 */
#include <mbedtls/rsa.h>

#include "bench_marks.h"
#include "peer_key.h"

static int random_octets(void *ctx, unsigned char *dst, size_t length) {
    peer_random(ctx, length, dst);
    return 0;
}

int main(int argc, char **argv) {
    mbedtls_rsa_context rsa;
    mbedtls_mpi part[3];
    unsigned char x[512], y[512];
    int status = 0;
    if (argc == 4) {
        for (int count = atoi(argv[3]); count > 0; count--) {
            mbedtls_rsa_init(&rsa);
            bench_begin();
            status |=
                mbedtls_rsa_gen_key(&rsa, random_octets, NULL, (unsigned)atoi(argv[2]), 65537);
            bench_end();
        }
        return status != 0;
    }
    if (argc != 3) {
        return 2;
    }
    read_peer_key(argv[2]);
    mbedtls_rsa_init(&rsa);
    for (int i = 0; i < 3; i++) {
        mbedtls_mpi_init(&part[i]);
        status |= mbedtls_mpi_read_string(&part[i], 16, peer_key[i]);
    }
    status |= mbedtls_rsa_import(&rsa, NULL, &part[1], &part[2], NULL, &part[0]);
    status |= mbedtls_rsa_complete(&rsa);
    memset(x, 0x5a, sizeof x);
    x[0] = 0;
    for (int i = 0; i < 2; i++) {
        if (i == 1) {
            bench_begin();
        }
        if (strcmp(argv[1], "private") == 0) {
            status |= mbedtls_rsa_private(&rsa, random_octets, NULL, x, y);
        } else {
            status |= mbedtls_rsa_public(&rsa, x, y);
        }
    }
    bench_end();
    return status != 0;
}
