/* Health tests of a raw noise source.
 * For scepcore_random.c, at start-up and for every reseed.
 * SP 800-90B section 4.4: repetition count and adaptive proportion test, with a false alarm once in
 * 2^30. One test of our own for sources of one block only, which never fill the window of 512: no
 * value may come too often in a block.
 *
 * Constant time: the samples become the seed, so they are compared by masks; only 'failed' is
 * branched on.
 */
#include "scepcore_board.h"
#include "scepcore_ct.h"
#include "scepcore_random.h"

#include <string.h>

#define WINDOW 512

/* Cutoffs by the claimed bits of min-entropy a sample, 1..8; host_tests/test_scepcore_random.py
 * computes them anew from the binomial distribution. */
static const uint16_t cutoffs[8][3] = {
    /* repetition count, proportion in a window of 512, commonest value in a block of 48 */
    {31, 325, 46}, {16, 191, 35}, {11, 115, 27}, {9, 71, 20},
    {7, 46, 16},   {6, 32, 13},   {6, 23, 11},   {5, 17, 9},
};

#define CUTOFF cutoffs[SCEPCORE_NOISE_BITS_PER_BYTE - 1]

void scepcore_health_init(scepcore_health *h) {
    memset(h, 0, sizeof *h);
}

/* 1 if a == b, else 0. */
static uint32_t same(uint8_t a, uint8_t b) {
    return ((uint32_t)(a ^ b) - 1) >> 31;
}

/* 1 if a >= b, else 0, for values below 2^31. */
static uint32_t reached(uint32_t a, uint32_t b) {
    return 1 - ((a - b) >> 31);
}

static void test_sample(scepcore_health *h, uint8_t sample) {
    h->repeats = 1 + (h->repeats & -same(sample, h->last));
    h->last = sample;
    h->failed |= reached(h->repeats, CUTOFF[0]);
    if (h->window == 0) {
        h->first = sample;
        h->same = 0;
    }
    h->same += same(sample, h->first);
    h->failed |= reached(h->same, CUTOFF[1]);
    h->window = (h->window + 1) % WINDOW;
}

static void test_block(scepcore_health *h, const uint8_t *samples, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint32_t count = 0;
        for (size_t j = 0; j < n; j++) {
            count += same(samples[i], samples[j]);
        }
        h->failed |= reached(count, CUTOFF[2]);
    }
}

int scepcore_health_test(scepcore_health *h, const uint8_t *samples, size_t n) {
    for (size_t i = 0; i < n; i++) {
        test_sample(h, samples[i]);
    }
    test_block(h, samples, n);
    /* Public: a failed source gives no key, and that it passed is what seeded() says. */
    SCEPCORE_PUBLIC(&h->failed, sizeof h->failed);
    return h->failed == 0;
}
