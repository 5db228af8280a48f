/* Import of an RSA private key from DER: PKCS#1 RSAPrivateKey or unencrypted PKCS#8.
 * For RSAKey.from_der: provisioning of keys that another system made. There is no export.
 * RFC 8017 Appendix A.1.2, RFC 5208 section 5, RFC 5958 (version 1 with trailing fields).
 *
 * Lengths of the numbers are public, their contents are not branched on but for the sign and the
 * leading byte that DER's minimal form has.
 */
#include "scepcore_key.h"

#include <string.h>

#include "scepcore_ct.h"
#include "scepcore_hash.h"
#include "scepcore_status.h"
#include "scepcore_wipe.h"

/* What is left to read. */
typedef struct {
    const uint8_t *p;
    size_t len;
} cursor;

enum { INTEGER = 0x02, OCTET_STRING = 0x04, SEQUENCE = 0x30 };

/* Read one element with this tag: its content to *content. Strict DER lengths; 0 if it is not
 * there. */
static int read_element(cursor *c, uint8_t tag, cursor *content) {
    if (c->len < 2 || c->p[0] != tag) {
        return 0;
    }
    size_t head = 2, len = c->p[1];
    if (len >= 0x80) {
        size_t count = len & 0x7F;
        if (count < 1 || count > 2 || c->len < 2 + count || c->p[2] == 0) {
            return 0;
        }
        len = count == 1 ? c->p[2] : (size_t)c->p[2] << 8 | c->p[3];
        if (len < 0x80) {
            return 0;
        }
        head += count;
    }
    if (c->len - head < len) {
        return 0;
    }
    content->p = c->p + head;
    content->len = len;
    c->p += head + len;
    c->len -= head + len;
    return 1;
}

/* Read a positive INTEGER in minimal form: its value without a leading zero byte. */
static int read_number(cursor *c, cursor *number) {
    if (!read_element(c, INTEGER, number) || number->len == 0) {
        return 0;
    }
    const uint8_t *p = number->p;
    /* Public: the sign and the leading byte, which DER's minimal form shows in the length. */
    SCEPCORE_PUBLIC(p, number->len > 1 ? 2 : 1);
    if (p[0] >= 0x80 || (p[0] == 0 && (number->len == 1 || p[1] < 0x80))) {
        return 0;
    }
    if (p[0] == 0) {
        number->p++;
        number->len--;
    }
    return 1;
}

/* Read an INTEGER of one byte. */
static int read_small(cursor *c, uint8_t *value) {
    cursor number;
    if (!read_element(c, INTEGER, &number) || number.len != 1) {
        return 0;
    }
    *value = number.p[0];
    return 1;
}

/* PrivateKeyInfo ::= SEQUENCE { version, AlgorithmIdentifier, OCTET STRING, ... }: replaces *c by
 * the octets inside. */
static int open_pkcs8(cursor *c) {
    static const uint8_t rsa_encryption[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7,
                                             0x0d, 0x01, 0x01, 0x01, 0x05, 0x00};
    cursor algorithm, key;
    if (!read_element(c, SEQUENCE, &algorithm) || algorithm.len != sizeof rsa_encryption ||
        memcmp(algorithm.p, rsa_encryption, sizeof rsa_encryption) != 0 ||
        !read_element(c, OCTET_STRING, &key)) {
        return 0;
    }
    cursor trailing;
    if (c->len > 0 && !read_element(c, 0xA0, &trailing)) { /* [0] attributes */
        return 0;
    }
    if (c->len > 0 && !read_element(c, 0x81, &trailing)) { /* [1] publicKey */
        return 0;
    }
    *c = c->len == 0 ? key : (cursor){NULL, 0};
    return 1;
}

/* n e d p q dP dQ qInv */
enum { N, E, D, P, Q, DP, DQ, QINV, NUMBERS };

static int read_numbers(const uint8_t *der, size_t len, cursor numbers[NUMBERS]) {
    cursor c = {der, len}, body;
    uint8_t version;
    if (!read_element(&c, SEQUENCE, &body) || c.len != 0 || !read_small(&body, &version)) {
        return 0;
    }
    if (body.len > 0 && body.p[0] == SEQUENCE) {
        c = body;
        if (version > 1 || !open_pkcs8(&c) || !read_element(&c, SEQUENCE, &body) || c.len != 0 ||
            !read_small(&body, &version)) {
            return 0;
        }
    }
    if (version != 0) { /* 1 is multi-prime */
        return 0;
    }
    for (int i = 0; i < NUMBERS; i++) {
        if (!read_number(&body, &numbers[i])) {
            return 0;
        }
    }
    return body.len == 0;
}

/* Copy a number right-aligned into len bytes; 0 if it is longer. */
static int place(uint8_t *out, size_t len, const cursor *number) {
    if (number->len > len) {
        return 0;
    }
    memset(out, 0, len - number->len);
    memcpy(out + len - number->len, number->p, number->len);
    return 1;
}

/* The rejection secret as the draft has it: SHA-256 of d in as many bytes as n. */
static int hash_exponent(const cursor *d, size_t nlen, uint8_t out[32]) {
    static const uint8_t zeros[SCEPCORE_MODULUS_MAX];
    scepcore_hash h;
    if (d->len > nlen) {
        return 0;
    }
    scepcore_hash_init(&h, "sha256", 6);
    scepcore_hash_update(&h, zeros, nlen - d->len);
    scepcore_hash_update(&h, d->p, d->len);
    scepcore_hash_out(&h, out);
    scepcore_hash_wipe(&h);
    return 1;
}

static int import(scepcore_key *key, const cursor *numbers) {
    br_rsa_private_key sk;
    const uint8_t *n = numbers[N].p;
    size_t nlen = numbers[N].len;
    uint8_t e[4];
    if (!place(e, sizeof e, &numbers[E])) {
        return SCEPCORE_E_EXPONENT;
    }
    key->e = (uint32_t)e[0] << 24 | (uint32_t)e[1] << 16 | (uint32_t)e[2] << 8 | e[3];
    int status = scepcore_public_check(&n, &nlen, key->e);
    if (status != SCEPCORE_OK) {
        return status;
    }
    if (numbers[P].len > SCEPCORE_FACTOR_MAX || numbers[Q].len > SCEPCORE_FACTOR_MAX) {
        return SCEPCORE_E_KEY_WRONG;
    }
    key->plen = (uint16_t)numbers[P].len;
    key->qlen = (uint16_t)numbers[Q].len;
    scepcore_key_view(key, &sk);
    if (!place(sk.p, sk.plen, &numbers[P]) || !place(sk.q, sk.qlen, &numbers[Q]) ||
        !place(sk.dp, sk.dplen, &numbers[DP]) || !place(sk.dq, sk.dqlen, &numbers[DQ]) ||
        !place(sk.iq, sk.iqlen, &numbers[QINV]) ||
        !hash_exponent(&numbers[D], nlen, sk.iq + sk.iqlen)) {
        return SCEPCORE_E_KEY_WRONG;
    }
    status = scepcore_key_complete(key);
    if (status == SCEPCORE_OK && (key->nlen != nlen || memcmp(key->n, n, nlen) != 0)) {
        status = SCEPCORE_E_KEY_WRONG;
    }
    return status;
}

int scepcore_key_from_der(scepcore_key *key, const uint8_t *der, size_t len) {
    cursor numbers[NUMBERS];
    scepcore_key_wipe(key);
    if (!read_numbers(der, len, numbers)) {
        return SCEPCORE_E_KEY_DER;
    }
    int status = import(key, numbers);
    if (status != SCEPCORE_OK) {
        scepcore_key_wipe(key);
    }
    scepcore_scrub_stack();
    return status;
}
