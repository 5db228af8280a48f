/*
 * modpow_window.c: exponentiation with a fixed window, in bounded steps.
 * For: rsa_private.c, rsa_keygen.c.
 * Method: fixed 4-bit windows from the left, every table entry read at each look-up.
 *
 * Constant time: the sequence of squarings, products and look-ups depends on elen only; a window
 * of zeros multiplies by one like any other; the look-up reads the whole table.
 */
#include "modpow.h"

typedef scepcore_limb limb;

static void copy(limb *d, const limb *s, size_t limbs) {
    for (size_t i = 0; i < limbs; i++) {
        d[i] = s[i];
    }
}

static void swap(scepcore_modexp *x) {
    limb *t = x->acc;
    x->acc = x->tmp;
    x->tmp = t;
}

static uint32_t nibble(const scepcore_modexp *x, size_t at) {
    return x->e[at / 2] >> (at & 1 ? 0 : 4) & 15u;
}

SCEPCORE_SMALL void scepcore_modexp_init(scepcore_modexp *x, const scepcore_modulus *m, limb *acc,
                                         limb *tmp, limb *sel, limb *table, const unsigned char *e,
                                         size_t elen) {
    size_t len = m->limbs;
    *x = (scepcore_modexp){m, e, elen, 0, acc, tmp, sel, table};
    scepcore_number_clear(tmp, len);
    scepcore_number_clear(sel, len);
    copy(sel, acc, len);
    scepcore_modulus_one(tmp, m);
    copy(table, tmp, len);
    copy(table + len, acc, len);
    for (size_t i = 2; i < SCEPCORE_WINDOW_ENTRIES; i++) {
        scepcore_modpow->mul(x->tmp, x->acc, sel, m);
        swap(x);
        copy(table + i * len, x->acc, len);
    }
}

int scepcore_modexp_step(scepcore_modexp *x) {
    const scepcore_modulus *m = x->m;
    const scepcore_modpow_kernel *k = scepcore_modpow;
    /* A window costs about 17 * limbs^2 instructions. */
    size_t windows = 1 + 600000 / SCEPCORE_SLOWNESS(m->limbs) / (m->limbs * m->limbs);
    for (; x->done < 2 * x->elen && windows > 0; windows--) {
        k->select(x->sel, x->table, nibble(x, x->done), m->limbs);
        if (x->done == 0) {
            copy(x->acc, x->sel, m->limbs);
        } else {
            k->sqr(x->tmp, x->acc, m);
            k->sqr(x->acc, x->tmp, m);
            k->sqr(x->tmp, x->acc, m);
            k->sqr(x->acc, x->tmp, m);
            k->mul(x->tmp, x->acc, x->sel, m);
            swap(x);
        }
        x->done++;
    }
    return x->done >= 2 * x->elen;
}
