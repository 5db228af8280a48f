/* Results of the core's functions, each with one sentence.
 * For both bindings: they raise the exception that scepcore_status_kind names, with the sentence.
 */
#ifndef SCEPCORE_STATUS_H
#define SCEPCORE_STATUS_H

/* 0 and above: fine; below: refused or failed, and nothing was written that may be used. */
enum {
    SCEPCORE_OK = 0,
    SCEPCORE_BUSY = 1, /* a stepwise operation wants another step */
    SCEPCORE_E_HASH_NAME = -1,
    SCEPCORE_E_CIPHER_NAME = -2,
    SCEPCORE_E_CIPHER_KEY = -3,
    SCEPCORE_E_CIPHER_IV = -4,
    SCEPCORE_E_CIPHER_BLOCKS = -5,
    SCEPCORE_E_OUTPUT = -6,
    SCEPCORE_E_DIGEST = -7,
    SCEPCORE_E_RANDOM_LENGTH = -8,
    SCEPCORE_E_MODULUS = -9,
    SCEPCORE_E_EXPONENT = -10,
    SCEPCORE_E_KEY_BITS = -11,
    SCEPCORE_E_MESSAGE_LONG = -12,
    SCEPCORE_E_CIPHERTEXT = -13,
    SCEPCORE_E_KEK = -14,
    SCEPCORE_E_PURPOSE = -15,
    SCEPCORE_E_SEAL_LONG = -16,
    SCEPCORE_E_KEY_DER = -17,
    SCEPCORE_E_KEY_WRONG = -18,
    SCEPCORE_E_KIND = -19,
    SCEPCORE_E_OVERLAP = -20,
    SCEPCORE_E_SECRET_LENGTH = -21,
    SCEPCORE_E_FACTORS = -22,
    SCEPCORE_E_TLS_BUFFER = -23,
    SCEPCORE_E_TLS_CHAIN = -24,
    SCEPCORE_E_WIPED = -40,
    SCEPCORE_E_FAULT = -41,
    SCEPCORE_E_NO_SECRET = -42,
    SCEPCORE_E_DONE = -43,
    SCEPCORE_E_UNSEEDED = -60,
    SCEPCORE_E_NO_NOISE = -61,
    SCEPCORE_E_HEALTH = -62,
    SCEPCORE_E_SEAL_OPEN = -80,
    SCEPCORE_E_SEAL_VERSION = -81,
    SCEPCORE_E_SEAL_SHORT = -82,
};

/* Which exception the bindings raise. */
enum {
    SCEPCORE_KIND_NONE = 0,
    SCEPCORE_KIND_VALUE = 1,   /* ValueError: the caller's argument */
    SCEPCORE_KIND_ERROR = 2,   /* scepcore.Error: state or fault */
    SCEPCORE_KIND_ENTROPY = 3, /* scepcore.EntropyError: no randomness */
    SCEPCORE_KIND_SEAL = 4,    /* scepcore.SealError: a blob does not open */
};

/* The SCEPCORE_KIND_* of a status. */
int scepcore_status_kind(int status);

/* The sentence of a status, for a person; a static string without any secret. */
const char *scepcore_status_message(int status);

#endif
