/* NOR flash behind the CFI Intel command set. For the key store's block device (modnoe_flash.c).
 * JEDEC JESD68.01 (query), Intel/Numonyx P30 data sheet (command set 0001).
 */
#include <string.h>

#include "bootblock.h"
#include "crash.h"
#include "machine.h"
#include "nor.h"
#include "ticks.h"

/* Two 16-bit devices side by side or one of 32 bits: a command goes to both halves. */
#define COMMAND(byte) ((uint32_t)(byte) << 16 | (uint32_t)(byte))
#define READ_ARRAY COMMAND(0xff)
#define READ_QUERY COMMAND(0x98)
#define CLEAR_STATUS COMMAND(0x50)
#define PROGRAM COMMAND(0x40)
#define ERASE COMMAND(0x20)
#define CONFIRM COMMAND(0xd0)
#define UNLOCK COMMAND(0x60)
#define STATUS_READY COMMAND(0x80)
#define STATUS_ERRORS COMMAND(0x3a) /* erase, program, voltage, locked */

#define RUN_BYTES 256u
#define PROGRAM_LIMIT_US 10000u
#define ERASE_LIMIT_US 10000000u

static struct nor_geometry geometry;
static uint32_t steps;
static uint32_t cut_step, cut_tear;

static volatile uint32_t *word_at(uint32_t offset) {
    return (volatile uint32_t *)(NOR_BASE + offset);
}

static uint8_t query(uint32_t index) {
    return (uint8_t)*word_at(index * 4);
}

struct nor_geometry nor_query(void) {
    if (geometry.sectors != 0)
        return geometry;
    *word_at(0x55 * 4) = READ_QUERY;
    uint32_t devices = (*word_at(0x10 * 4) >> 16 & 0xff) == 'Q' ? 2 : 1;
    bool answers = query(0x10) == 'Q' && query(0x11) == 'R' && query(0x12) == 'Y';
    if (answers && query(0x2c) == 1) { /* one erase region: JESD68.01 table 3 */
        geometry.sectors = (query(0x2d) | (uint32_t)query(0x2e) << 8) + 1;
        geometry.sector_size = (query(0x2f) | (uint32_t)query(0x30) << 8) * 256 * devices;
        if ((uint64_t)geometry.sectors * geometry.sector_size > NOR_SPACE)
            geometry.sectors = 0;
    }
    *word_at(0) = READ_ARRAY;
    return geometry;
}

const uint8_t *nor_memory(void) {
    return (const uint8_t *)NOR_BASE;
}

static bool wait_ready(volatile uint32_t *word, uint32_t limit_us) {
    uint64_t end = ticks_us64() + limit_us;
    uint32_t status;
    do {
        status = *word;
        if ((status & STATUS_READY) == STATUS_READY)
            return (status & STATUS_ERRORS) == 0;
    } while (ticks_us64() < end);
    return false;
}

static bool program_word(volatile uint32_t *word, uint32_t value) {
    *word = PROGRAM;
    *word = value;
    bool ok = wait_ready(word, PROGRAM_LIMIT_US);
    if (!ok)
        *word = CLEAR_STATUS;
    return ok;
}

static bool erase_sector(volatile uint32_t *word) {
    *word = UNLOCK; /* P30: sectors are locked after power-on */
    *word = CONFIRM;
    *word = ERASE;
    *word = CONFIRM;
    bool ok = wait_ready(word, ERASE_LIMIT_US);
    if (!ok)
        *word = CLEAR_STATUS;
    return ok;
}

/* Pseudo-random bits that differ from step to step (Knuth's multiplier). */
static uint32_t pattern(uint32_t step, uint32_t index) {
    uint32_t x = (step * 0x9e3779b9u) ^ (index * 0x85ebca6bu);
    x ^= x >> 15;
    x *= 0x2c1b3c6du;
    return x ^ x >> 12;
}

/* Counts a step; true when the power goes during this one. */
static bool step_is_cut(void) {
    return ++steps == cut_step;
}

static _Noreturn void cut_program(volatile uint32_t *word, uint32_t old, uint32_t value) {
    if (cut_tear == BOOTBLOCK_TEAR_PARTIAL)
        program_word(word, old & ~(old & ~value & pattern(steps, 0)));
    else if (cut_tear == BOOTBLOCK_TEAR_DONE)
        program_word(word, value);
    *word = READ_ARRAY;
    machine_power_cut(steps);
}

/* A torn erase leaves bits that have not come up yet, here in one word of eight. */
static _Noreturn void cut_erase(volatile uint32_t *word) {
    if (cut_tear != BOOTBLOCK_TEAR_NONE)
        erase_sector(word);
    if (cut_tear == BOOTBLOCK_TEAR_PARTIAL) {
        for (uint32_t i = 0; i < geometry.sector_size / 4; i += i < 256 ? 8 : 1024)
            program_word(word + i, pattern(steps, i));
    }
    *word = READ_ARRAY;
    machine_power_cut(steps);
}

/* What the word at offset shall hold: data where it covers the word, the old bytes elsewhere. */
static uint32_t wanted_word(uint32_t offset, uint32_t start, const uint8_t *data, size_t n) {
    uint32_t value = *word_at(offset);
    uint8_t bytes[4];
    memcpy(bytes, &value, 4);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t at = offset + i;
        if (at >= start && at - start < n)
            bytes[i] = data[at - start];
    }
    memcpy(&value, bytes, 4);
    return value;
}

/* Programs the words from at to end (a run of at most RUN_BYTES), then reads them back. The array
 * cannot be read between two programs without changing the device's mode, which is slow. */
static enum nor_result program_run(uint32_t at, uint32_t end, uint32_t start, const uint8_t *data,
                                   size_t n) {
    uint32_t old[RUN_BYTES / 4], value[RUN_BYTES / 4];
    uint32_t words = (end - at + 3) / 4;
    volatile uint32_t *first = word_at(at);
    for (uint32_t i = 0; i < words; i++) {
        old[i] = first[i];
        value[i] = wanted_word(at + 4 * i, start, data, n);
    }
    bool ok = true;
    for (uint32_t i = 0; i < words && ok; i++) {
        if (value[i] == old[i])
            continue;
        if (step_is_cut())
            cut_program(&first[i], old[i], value[i]);
        ok = program_word(&first[i], value[i]);
    }
    *first = READ_ARRAY;
    for (uint32_t i = 0; i < words && ok; i++)
        ok = first[i] == value[i];
    return ok ? NOR_OK : NOR_FAILED;
}

enum nor_result nor_program(uint32_t offset, const uint8_t *data, size_t n) {
    struct nor_geometry g = nor_query();
    uint32_t size = g.sectors * g.sector_size;
    if (offset > size || n > size - offset)
        return NOR_RANGE;
    uint32_t first = offset & ~3u;
    for (uint32_t at = first; at < offset + n; at += 4) {
        if ((wanted_word(at, offset, data, n) & ~*word_at(at)) != 0)
            return NOR_SETS_BITS;
    }
    for (uint32_t at = first; at < offset + n; at += RUN_BYTES) {
        uint32_t end = at + RUN_BYTES < offset + n ? at + RUN_BYTES : offset + (uint32_t)n;
        enum nor_result result = program_run(at, end, offset, data, n);
        if (result != NOR_OK)
            return result;
    }
    return NOR_OK;
}

enum nor_result nor_erase(uint32_t sector) {
    struct nor_geometry g = nor_query();
    if (sector >= g.sectors)
        return NOR_RANGE;
    volatile uint32_t *word = word_at(sector * g.sector_size);
    if (step_is_cut())
        cut_erase(word);
    bool ok = erase_sector(word);
    *word = READ_ARRAY;
    for (uint32_t i = 0; ok && i < g.sector_size / 4; i++)
        ok = word[i] == 0xffffffffu;
    return ok ? NOR_OK : NOR_FAILED;
}

void nor_set_power_cut(uint32_t step, uint32_t tear) {
    cut_step = step == 0 ? 0 : steps + step;
    cut_tear = tear;
}

uint32_t nor_steps(void) {
    return steps;
}
