/*
 * bearssl_private.c: our private operation for keys of any public exponent.
 * For: host_tests/test_kernel_bearssl.py. A br_rsa_private_key does not hold e; our function checks
 * its result with the usual ones, and with any other that its caller names, as scepcore_key does.
 */
#include "scepcore_rsa.h"

uint32_t test_rsa_private(unsigned char *x, const br_rsa_private_key *sk) {
    static uint64_t memory[4096];
    scepcore_rsa_private_ctx *c = (void *)memory;
    size_t len = (sk->n_bitlen + 7) / 8;
    uint32_t e = br_rsa_i31_compute_pubexp(sk);
    int state;
    if (e == 3 || e == 5 || e == 17 || e == 257 || e == 65537 || e == 0) {
        return scepcore_rsa_private(x, sk);
    }
    if (!scepcore_rsa_private_init(c, sizeof memory, sk, e, x, len)) {
        return 0;
    }
    while ((state = scepcore_rsa_private_step(c)) == SCEPCORE_RSA_AGAIN) {
    }
    return state == SCEPCORE_RSA_DONE && scepcore_rsa_private_result(c, x, len);
}
