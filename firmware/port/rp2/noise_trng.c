/* Raw noise of the RP2350: its TRNG block's ring oscillator, without the block's own correction.
 * For firmware/core and main.c. RP2350 data sheet section 12.12; firmware/core/ENTROPY.md has the
 * entropy argument.
 *
 * The block's decorrelator is bypassed, so that the core's health tests see the source itself.
 */
#include "rp2board.h"

#include <string.h>

#include "pico.h"

#if PICO_RP2350

#include "hardware/structs/trng.h"

#include "scepcore_board.h"

/* Cycles between two samples of one bit: 192 of them make one result of 24 bytes. */
#define SAMPLE_CYCLES 100
#define PATIENCE 1000000u

size_t scepcore_board_noise(uint8_t *out, size_t max) {
    size_t got = 0;
    while (got < max) {
        uint32_t words[6];
        trng_hw->sample_cnt1 = SAMPLE_CYCLES;
        trng_hw->trng_debug_control = -1u;
        trng_hw->rnd_source_enable = 1;
        trng_hw->rng_icr = -1u;
        unsigned looks = PATIENCE;
        while (trng_hw->trng_busy && --looks != 0) {
        }
        if (looks == 0)
            break; /* a source that gives nothing is reported as such */
        for (unsigned i = 0; i < 6; i++)
            words[i] = trng_hw->ehr_data[i];
        size_t part = max - got < sizeof words ? max - got : sizeof words;
        memcpy(out + got, words, part);
        memset(words, 0, sizeof words);
        __asm__ volatile("" : : "r"(words) : "memory");
        got += part;
    }
    return got;
}

#endif
