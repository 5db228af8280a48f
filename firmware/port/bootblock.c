/* Boot-parameter block: checks it, keeps the device secret, hands out the noise once.
 * For main.c, the network's randomness, scepcore's board hooks and module noe.
 */
#include <string.h>

#include "bootblock.h"
#include "machine.h"

static struct bootblock *const block = (struct bootblock *)BOOTBLOCK_ADDRESS;

/* What a real set has in fuses that only this code can read. */
static uint8_t device_secret[32];
static bool have_secret;
/* Invariant: noise[0 .. noise_taken) has been handed out and is zero. */
static size_t noise_taken;

static void wipe(volatile uint8_t *bytes, size_t n) {
    while (n-- != 0)
        *bytes++ = 0;
}

void bootblock_init(void) {
    if (block->magic != BOOTBLOCK_MAGIC || block->version != BOOTBLOCK_VERSION)
        wipe((volatile uint8_t *)block, sizeof *block);
    have_secret = (block->flags & BOOTBLOCK_HAS_SECRET) != 0;
    memcpy(device_secret, block->secret, sizeof device_secret);
    wipe(block->secret, sizeof block->secret);
    uint8_t any = 0;
    for (size_t i = 0; i < sizeof block->noise; i++)
        any |= block->noise[i];
    noise_taken = any != 0 ? 0 : sizeof block->noise;
}

const struct bootblock *bootblock_get(void) {
    return block;
}

bool bootblock_secret(uint8_t out[32]) {
    memcpy(out, device_secret, sizeof device_secret);
    return have_secret;
}

size_t bootblock_take_noise(uint8_t *out, size_t max) {
    size_t left = sizeof block->noise - noise_taken;
    size_t n = max < left ? max : left;
    memcpy(out, block->noise + noise_taken, n);
    wipe(block->noise + noise_taken, n);
    noise_taken += n;
    return n;
}
