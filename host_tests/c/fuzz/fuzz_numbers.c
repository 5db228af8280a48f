/* Fuzz targets: the arithmetic below the keys, with lengths and operands that no key has.
 * For `make core-fuzz`.
 */
#include "fuzz.h"

#include <string.h>

#include "modpow.h"
#include "rsa_parts.h"
#include "rsa_prime.h"
#include "scepcore_rsa.h"
#include "sieve.h"

/* A number of `limbs` limbs with its pads in memory of exactly that size, all zero. */
static scepcore_limb *number(size_t limbs) {
    fuzz_argument a = fuzz_allocate(SCEPCORE_SPAN(limbs) * sizeof(scepcore_limb));
    memset(a.p, 0, a.len);
    return (scepcore_limb *)(void *)a.p + SCEPCORE_PAD;
}

static int same(const scepcore_limb *a, const scepcore_limb *b, size_t limbs) {
    return memcmp(a, b, limbs * sizeof *a) == 0;
}

/* covers: scepcore_number_decode scepcore_number_decode_at scepcore_number_encode
 * scepcore_number_sub scepcore_number_add scepcore_number_mul_add scepcore_number_equal
 * scepcore_number_shift scepcore_number_clear */
void fuzz_numbers(fuzz_input *in) {
    size_t limbs = 1 + fuzz_byte(in) % 40, other = 1 + fuzz_byte(in) % 40;
    size_t from = fuzz_number(in) % 5000, bits = fuzz_byte(in) % 4;
    fuzz_argument x = fuzz_take(in), y = fuzz_take(in), back = fuzz_allocate(x.len);
    scepcore_limb *a = number(limbs + 1), *b = number(limbs + 1), *c = number(other);
    scepcore_limb *d = number(limbs + 1), *e = number(limbs + other);
    uint32_t fits = scepcore_number_decode(a, limbs, x.p, x.len);
    scepcore_number_encode(back.p, back.len, a, limbs);
    fuzz_expect(!fits || x.len == 0 || memcmp(back.p, x.p, x.len) == 0);
    scepcore_number_decode_at(b, limbs, y.p, y.len, from);
    scepcore_number_decode_at(c, other, y.p, y.len, 0);
    memcpy(d, a, limbs * sizeof *a);
    /* There and back: the borrow is the carry. */
    uint32_t carry = scepcore_number_add(d, b, limbs, 1);
    fuzz_expect(scepcore_number_sub(d, b, limbs, 1) == carry);
    fuzz_expect(scepcore_number_equal(d, a, limbs) == 1 && same(d, a, limbs));
    /* a * c + c = (a + 1) * c, where a + 1 fits. */
    scepcore_number_mul_add(e, a, limbs, c, other, c);
    scepcore_limb *one = number(limbs), *f = number(limbs + other);
    one[0] = 1;
    if (scepcore_number_add(d, one, limbs, 1) == 0) {
        scepcore_number_mul_add(f, d, limbs, c, other, NULL);
        fuzz_expect(same(e, f, limbs + other));
    }
    /* A limb of room: the product fits. */
    memcpy(d, a, (limbs + 1) * sizeof *a);
    scepcore_number_shift(d, (unsigned)bits, limbs + 1);
    for (size_t i = 0; i < (size_t)1 << bits; i++) {
        fuzz_expect(scepcore_number_sub(d, a, limbs + 1, 1) == 0);
    }
    scepcore_number_clear(a, limbs + 1);
    fuzz_expect(scepcore_number_equal(d, a, limbs + 1) == 1);
}

/* x^e mod n twice, once as with a public exponent and once as with a secret one.
 * covers: scepcore_modulus_init scepcore_modulus_enter scepcore_modexp_init scepcore_rsa_power
 * scepcore_rsa_bit_length */
void fuzz_power(fuzz_input *in) {
    scepcore_modulus m;
    scepcore_modexp power;
    fuzz_argument n = fuzz_take(in), e = fuzz_take(in), x = fuzz_rest(in);
    unsigned bits = scepcore_rsa_bit_length(n.p, n.len);
    if (bits > 2080 || e.len > 64) {
        return;
    }
    size_t limbs = SCEPCORE_LIMBS(bits);
    scepcore_limb *modulus = number(limbs);
    scepcore_number_decode(modulus, limbs, n.p, n.len);
    if (!scepcore_modulus_init(&m, modulus, bits, limbs)) {
        return;
    }
    scepcore_limb *a = number(limbs), *b = number(limbs), *t = number(limbs), *u = number(limbs);
    scepcore_limb *r2 = number(limbs), *plain = number(limbs);
    scepcore_modulus_square_r(r2, t, &m);
    scepcore_modulus_enter(a, x.p, x.len, r2, t, u, &m);
    scepcore_number_clear(t, limbs);
    scepcore_modulus_leave(plain, a, t, &m);
    fuzz_expect(scepcore_number_sub(plain, modulus, limbs, 0) == 1); /* below n */
    scepcore_limb *table = number(SCEPCORE_WINDOW_ENTRIES * limbs);
    scepcore_modexp_init(&power, &m, a, b, u, table, e.p, e.len);
    while (!scepcore_modexp_step(&power)) {
    }
    scepcore_number_clear(t, limbs);
    scepcore_modulus_leave(t, power.acc, u, &m);
    if (e.len > 0) {
        scepcore_limb *v = number(limbs), *w = number(limbs), *z = number(limbs);
        scepcore_rsa_power(plain, v, w, z, &m, e.p, e.len);
        fuzz_expect(scepcore_number_equal(plain, t, limbs) == 1);
    }
}

/* covers: scepcore_sieve_step scepcore_prime_inverse */
void fuzz_sieve(fuzz_input *in) {
    uint32_t bound = 3 + fuzz_number(in) % 5000, e = fuzz_number(in) | 1, inverse;
    fuzz_argument x = fuzz_rest(in);
    size_t pieces = x.len / 4 < 1 ? 1 : x.len / 4 > 74 ? 74 : x.len / 4;
    fuzz_argument room = fuzz_allocate(pieces * 4), state = fuzz_allocate(sizeof(scepcore_sieve));
    uint32_t *start = (uint32_t *)(void *)room.p;
    scepcore_sieve *s = (scepcore_sieve *)(void *)state.p;
    uint32_t by_3 = 0;
    memset(room.p, 0, room.len);
    memcpy(room.p, x.p, x.len < room.len ? x.len : room.len);
    start[0] |= 3;
    for (size_t i = 0; i < pieces; i++) {
        start[i] &= 0xfffffff;
        by_3 = (by_3 + start[i]) % 3; /* 2^28 = 1 mod 3 */
    }
    scepcore_sieve_init(s, bound);
    while (!scepcore_sieve_step(s, start, pieces)) {
    }
    for (uint32_t i = 0; (i = scepcore_sieve_candidate(s, i)) < SCEPCORE_SIEVE_WINDOW; i++) {
        fuzz_expect(bound <= 3 || pieces == 1 || (by_3 + i) % 3 != 0);
    }
    /* 1/(n - 1) mod e, where there is one. */
    scepcore_limb *n = number(pieces);
    uint64_t rest = 0;
    scepcore_number_decode(n, pieces, x.p, x.len);
    n[0] |= 1;
    if (e < 3) {
        return;
    }
    for (size_t i = pieces * SCEPCORE_LIMB_BITS; i > 0; i--) {
        rest =
            (rest << 1 | (n[(i - 1) / SCEPCORE_LIMB_BITS] >> (i - 1) % SCEPCORE_LIMB_BITS & 1)) % e;
    }
    rest = (rest + e - 1) % e;
    fuzz_expect(!scepcore_prime_inverse(&inverse, n, pieces, e) || rest * inverse % e == 1);
}

/* A key whose parts nobody looked at, in memory of any size. The result, if there is one, was
 * checked by the kernel: it must also hold here.
 * covers: scepcore_rsa_private_init scepcore_rsa_private_result */
void fuzz_private(fuzz_input *in) {
    uint32_t bits = fuzz_number(in) % 5000, e = fuzz_number(in), room = fuzz_number(in);
    fuzz_argument p = fuzz_take(in), q = fuzz_take(in), dp = fuzz_take(in), dq = fuzz_take(in),
                  iq = fuzz_take(in), x = fuzz_rest(in);
    br_rsa_private_key sk = {bits,   p.p,  p.len,  q.p,  q.len, dp.p,
                             dp.len, dq.p, dq.len, iq.p, iq.len};
    size_t whole = scepcore_rsa_private_size(bits);
    fuzz_argument memory = fuzz_allocate(room < whole ? room : whole), out = fuzz_allocate(x.len);
    scepcore_rsa_private_ctx *c = (void *)memory.p;
    int state = SCEPCORE_RSA_AGAIN;
    if (dp.len + dq.len > 600 || !scepcore_rsa_private_init(c, memory.len, &sk, e, x.p, x.len)) {
        return;
    }
    fuzz_expect(memory.len == whole && x.len == (bits + 7) / 8);
    while (state == SCEPCORE_RSA_AGAIN) {
        state = scepcore_rsa_private_step(c);
    }
    fuzz_expect(scepcore_rsa_private_result(c, out.p, out.len) == (state == SCEPCORE_RSA_DONE));
    fuzz_expect(scepcore_rsa_private_result(c, out.p, out.len) == 0);
}
