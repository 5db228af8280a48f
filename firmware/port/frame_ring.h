/* Received frames between the controller's interrupt and their reader. For the drivers of nic.h.
 * A frame is a word with its length, then its data in whole words as the chip gives them.
 */
#ifndef MICROSCEP_PORT_FRAME_RING_H
#define MICROSCEP_PORT_FRAME_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a frame of this many words fits now. */
bool frame_ring_fits(uint32_t words);

/* Sets word i (from 0) of the frame being taken in; frame_ring_add makes it a frame of length
 * bytes and that many words. By the interrupt, or by a sender that masks it. */
void frame_ring_put(uint32_t i, uint32_t word);
void frame_ring_add(size_t length, uint32_t words);

/* Copies the oldest frame to out, at most max bytes, and drops it. Returns its length cut to max, 0
 * if there is none. */
size_t frame_ring_take(uint8_t *out, size_t max);

#endif
