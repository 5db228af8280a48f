/* NOR flash: programs that clear bits only, erases, and the power-cut counter, on any device.
 * For the key store's block device (modnoe_flash.c).
 */
#include <string.h>

#include "bootblock.h"
#include "crash.h"
#include "nor.h"
#include "nor_device.h"

#define RUN_BYTES 256u

static struct nor_geometry geometry;
static uint32_t steps;
static uint32_t cut_step, cut_tear;

struct nor_geometry nor_query(void) {
    if (geometry.sectors == 0)
        geometry = nor_device_query();
    return geometry;
}

const uint8_t *nor_memory(void) {
    return (const uint8_t *)nor_device_word(0);
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

static _Noreturn void cut_program(uint32_t at, uint32_t old, uint32_t value) {
    if (cut_tear == BOOTBLOCK_TEAR_PARTIAL)
        nor_device_program(at, old & ~(old & ~value & pattern(steps, 0)));
    else if (cut_tear == BOOTBLOCK_TEAR_DONE)
        nor_device_program(at, value);
    nor_device_array(at);
    machine_power_cut(steps);
}

/* A torn erase leaves bits that have not come up yet, here in one word of eight. */
static _Noreturn void cut_erase(uint32_t at) {
    if (cut_tear != BOOTBLOCK_TEAR_NONE)
        nor_device_erase(at, geometry.sector_size);
    if (cut_tear == BOOTBLOCK_TEAR_PARTIAL) {
        for (uint32_t i = 0; i < geometry.sector_size / 4; i += i < 256 ? 8 : 1024)
            nor_device_program(at + 4 * i, pattern(steps, i));
    }
    nor_device_array(at);
    machine_power_cut(steps);
}

/* What the word at offset shall hold: data where it covers the word, the old bytes elsewhere. */
static uint32_t wanted_word(uint32_t offset, uint32_t start, const uint8_t *data, size_t n) {
    uint32_t value = *nor_device_word(offset);
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
    volatile uint32_t *first = nor_device_word(at);
    for (uint32_t i = 0; i < words; i++) {
        old[i] = first[i];
        value[i] = wanted_word(at + 4 * i, start, data, n);
    }
    bool ok = true;
    for (uint32_t i = 0; i < words && ok; i++) {
        if (value[i] == old[i])
            continue;
        if (step_is_cut())
            cut_program(at + 4 * i, old[i], value[i]);
        ok = nor_device_program(at + 4 * i, value[i]);
    }
    nor_device_array(at);
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
        if ((wanted_word(at, offset, data, n) & ~*nor_device_word(at)) != 0)
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
    uint32_t at = sector * g.sector_size;
    volatile uint32_t *word = nor_device_word(at);
    if (step_is_cut())
        cut_erase(at);
    bool ok = nor_device_erase(at, g.sector_size);
    nor_device_array(at);
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
