/* Boot-parameter block: what the host hands to an emulated set beside the image. Layout shared
 * with the host tool (a test compares them). Little-endian, 4 KiB page at a fixed RAM address,
 * put there by QEMU's -device loader,file=F,addr=BOOTBLOCK_ADDRESS,force-raw=on (machine.h).
 *
 * It stands for what a real set has in fuses (secret, MAC) and in hardware (noise source), so that
 * test hooks reach the same production image.
 */
#ifndef MICROSCEP_PORT_BOOTBLOCK_H
#define MICROSCEP_PORT_BOOTBLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOOTBLOCK_MAGIC 0x4250534du /* "MSPB" */
#define BOOTBLOCK_VERSION 1u
#define BOOTBLOCK_SIZE 4096u

/* flags */
#define BOOTBLOCK_HAS_SECRET 0x01u
#define BOOTBLOCK_HAS_MAC 0x02u
#define BOOTBLOCK_HAS_TIME 0x04u
#define BOOTBLOCK_SEEDED 0x08u /* noise is derived from --seed: reproducible, for tests */
#define BOOTBLOCK_PROMPT 0x10u /* development builds: the prompt, not the set's main program */

/* What a power cut leaves of the step it hits. */
enum bootblock_tear {
    BOOTBLOCK_TEAR_NONE = 0,    /* the step has not begun */
    BOOTBLOCK_TEAR_PARTIAL = 1, /* some bits of the unit have changed */
    BOOTBLOCK_TEAR_DONE = 2,    /* the step is complete, nothing after it happened */
};

struct bootblock {
    uint32_t magic;          /*   0 */
    uint32_t version;        /*   4 */
    uint32_t flags;          /*   8 */
    uint32_t heap_kib;       /*  12  Python heap, 0 = the board's default and maximum */
    int64_t start_time;      /*  16  seconds since 1970-01-01 UTC, if HAS_TIME */
    uint32_t power_cut_step; /*  24  1 = the first program or erase step after boot, 0 = never */
    uint32_t power_cut_tear; /*  28  enum bootblock_tear */
    uint8_t mac[6];          /*  32  if HAS_MAC */
    uint8_t reserved[26];    /*  38  zero */
    uint8_t secret[32];      /*  64  device secret, if HAS_SECRET; wiped at start */
    uint8_t noise[48];       /*  96  the host's randomness; wiped when taken; zero = none */
    uint8_t padding[3952];   /* 144  zero */
};

_Static_assert(sizeof(struct bootblock) == BOOTBLOCK_SIZE, "boot-parameter block is one page");
_Static_assert(offsetof(struct bootblock, secret) == 64 && offsetof(struct bootblock, noise) == 96,
               "fixed offsets");

/* Moves the device secret into this module and wipes it in the page; checks magic and version:
 * where they are others, the block is all zero (a set without parameters). Once, at start. */
void bootblock_init(void);

/* The block, without its secret. */
const struct bootblock *bootblock_get(void);

/* Copies the device secret out. False if this set has none. */
bool bootblock_secret(uint8_t out[32]);

/* Moves up to max bytes of noise out: each is handed out once and wiped. Returns the count, 0 when
 * nothing is left or the field was zero: zero bytes are no noise. */
size_t bootblock_take_noise(uint8_t *out, size_t max);

#endif
