/*
 * nettle.c: RSA of nettle between the markers.
 * For: tools/bench. private: blinded and checked, as rsa_pkcs1_sign_tr does it.
 *
 *   nettle private|public KEYFILE      nettle keygen BITS COUNT
 */
#include <nettle/rsa.h>

#include "bench_marks.h"
#include "peer_key.h"

static int keygen(unsigned bits, int count) {
    for (; count > 0; count--) {
        struct rsa_public_key pub;
        struct rsa_private_key key;
        rsa_public_key_init(&pub);
        rsa_private_key_init(&key);
        mpz_set_ui(pub.e, 65537);
        bench_begin();
        int ok = rsa_generate_keypair(&pub, &key, NULL, peer_random, NULL, NULL, bits, 0);
        bench_end();
        if (!ok) {
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv) {
    struct rsa_public_key pub;
    struct rsa_private_key key;
    mpz_t x, m;
    int ok = 1;
    if (argc == 4) {
        return keygen((unsigned)atoi(argv[2]), atoi(argv[3]));
    }
    if (argc != 3) {
        return 2;
    }
    read_peer_key(argv[2]);
    rsa_public_key_init(&pub);
    rsa_private_key_init(&key);
    mpz_set_str(pub.e, peer_key[0], 16);
    mpz_set_str(key.p, peer_key[1], 16);
    mpz_set_str(key.q, peer_key[2], 16);
    mpz_set_str(key.a, peer_key[3], 16);
    mpz_set_str(key.b, peer_key[4], 16);
    mpz_set_str(key.c, peer_key[5], 16);
    mpz_mul(pub.n, key.p, key.q);
    ok &= rsa_public_key_prepare(&pub) && rsa_private_key_prepare(&key);
    mpz_init(x);
    mpz_init_set(m, pub.n);
    mpz_fdiv_q_ui(m, m, 3);
    bench_begin();
    if (strcmp(argv[1], "private") == 0) {
        ok &= rsa_compute_root_tr(&pub, &key, NULL, peer_random, x, m);
    } else {
        mpz_powm(x, m, pub.e, pub.n);
    }
    bench_end();
    return !ok;
}
