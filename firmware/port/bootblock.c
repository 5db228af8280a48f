/* Boot-parameter block: checks it once, hands its secrets out once, wipes them.
 * For main.c, the network's randomness, scepcore and module noe.
 */
#include <string.h>

#include "bootblock.h"

static struct bootblock *const block = (struct bootblock *)BOOTBLOCK_ADDRESS;

static void wipe(volatile uint8_t *bytes, size_t n) {
    while (n-- != 0)
        *bytes++ = 0;
}

struct bootblock *bootblock_get(void) {
    if (block->magic != BOOTBLOCK_MAGIC || block->version != BOOTBLOCK_VERSION) {
        wipe((volatile uint8_t *)block, sizeof *block);
        block->magic = BOOTBLOCK_MAGIC;
        block->version = BOOTBLOCK_VERSION;
    }
    return block;
}

bool bootblock_take_secret(uint8_t out[32]) {
    struct bootblock *b = bootblock_get();
    bool have = (b->flags & BOOTBLOCK_HAS_SECRET) != 0;
    if (have)
        memcpy(out, b->secret, sizeof b->secret);
    wipe(b->secret, sizeof b->secret);
    b->flags &= ~BOOTBLOCK_HAS_SECRET;
    return have;
}

size_t bootblock_take_noise(uint8_t *out, size_t max) {
    struct bootblock *b = bootblock_get();
    uint8_t any = 0;
    for (size_t i = 0; i < sizeof b->noise; i++)
        any |= b->noise[i];
    if (any == 0)
        return 0;
    size_t n = max < sizeof b->noise ? max : sizeof b->noise;
    memcpy(out, b->noise, n);
    wipe(b->noise, sizeof b->noise);
    return n;
}
