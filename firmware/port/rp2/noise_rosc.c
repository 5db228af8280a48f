/* Raw noise of the RP2040: its ring oscillator against the crystal. For firmware/core and main.c.
 * RP2040 data sheet section 2.17 (ROSC); the entropy argument is in firmware/core/ENTROPY.md.
 *
 * One bit at a time; between two reads the oscillator (1.8 to 12 MHz, uncalibrated, drifting with
 * supply and temperature) makes some tens of turns, so that its jitter adds up. The bytes are raw:
 * no whitening that would hide a dead source from the health tests.
 */
#include "rp2board.h"

#include "pico.h"

#if PICO_RP2040

#include "hardware/structs/rosc.h"
#include "hardware/timer.h"

#include "scepcore_board.h"

#define BITS_APART_US 8

size_t scepcore_board_noise(uint8_t *out, size_t max) {
    for (size_t i = 0; i < max; i++) {
        uint8_t byte = 0;
        for (unsigned bit = 0; bit < 8; bit++) {
            busy_wait_us_32(BITS_APART_US);
            byte = (uint8_t)(byte << 1 | (rosc_hw->randombit & 1));
        }
        out[i] = byte;
    }
    return max;
}

#endif
