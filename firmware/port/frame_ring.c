/* Received frames between the controller's interrupt and their reader. For the drivers of nic.h.
 */
#include "frame_ring.h"
#include "mpconfigboard.h"

#define RING_WORDS (MICROSCEP_FRAME_RING / 4u) /* a power of two */

/* Invariant: head - tail words are in use; the interrupt (or a sender that masks it) moves head,
 * the reader tail. A frame's first word: its length, and above bit 16 its number of words. */
static uint32_t ring[RING_WORDS];
static volatile uint32_t head, tail;

bool frame_ring_fits(uint32_t words) {
    return RING_WORDS - (head - tail) > words;
}

void frame_ring_put(uint32_t i, uint32_t word) {
    ring[(head + 1 + i) % RING_WORDS] = word;
}

void frame_ring_add(size_t length, uint32_t words) {
    ring[head % RING_WORDS] = words << 16 | (uint32_t)length;
    head += words + 1;
}

size_t frame_ring_take(uint8_t *out, size_t max) {
    if (head == tail)
        return 0;
    uint32_t at = tail;
    size_t length = ring[at % RING_WORDS] & 0xffffu;
    size_t n = length < max ? length : max;
    for (size_t i = 0; i < n; i++)
        out[i] = ((const uint8_t *)&ring[(at + 1 + i / 4) % RING_WORDS])[i % 4];
    tail = at + 1 + (ring[at % RING_WORDS] >> 16);
    return n;
}
