/*
 * rsa_public.c: the RSA public operation as a br_rsa_public.
 * For: signature verification, encryption to a CA, the check of every private operation.
 * Standard: RFC 8017 sections 5.1.1, 5.2.2.
 */
#include "scepcore_rsa.h"

uint32_t scepcore_rsa_public(unsigned char *x, size_t xlen, const br_rsa_public_key *pk) {
    return br_rsa_i31_public(x, xlen, pk);
}
