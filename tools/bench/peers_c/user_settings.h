/*
 * user_settings.h: wolfSSL with its single-precision ARM32 assembly and nothing else.
 * For: tools/bench/peers.py.
 */
#ifndef USER_SETTINGS_H
#define USER_SETTINGS_H

#define WOLFCRYPT_ONLY
#define SINGLE_THREADED
#define NO_FILESYSTEM
#define NO_ASN_TIME
#define NO_SIG_WRAPPER
#define WOLFSSL_HAVE_SP_RSA
#define WOLFSSL_SP_4096
#define WOLFSSL_SP_MATH_ALL
#define WOLFSSL_SP_ASM
#define WOLFSSL_SP_ARM32_ASM
#define WOLFSSL_ARM_ARCH 5
#define WOLFSSL_KEY_GEN
#define WC_NO_HASHDRBG
#define WC_RESEED_INTERVAL 1000000
#define TFM_TIMING_RESISTANT
#define ECC_TIMING_RESISTANT
#define WC_NO_RSA_BLINDING
#define WC_NO_HARDEN
#define CUSTOM_RAND_GENERATE_BLOCK peer_generate_block
int peer_generate_block(unsigned char *output, unsigned int length);

#endif
