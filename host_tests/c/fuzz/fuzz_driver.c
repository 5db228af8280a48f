/* A mutation fuzzer without coverage, for machines that have no clang: NAME SECONDS SEED FILE...
 * For `make core-fuzz CORE_FUZZ_CC=gcc`; linked with a target instead of libFuzzer.
 *
 * Runs the files, then changed ones for so long. What fails is left in crash-input; `NAME 0 0
 * crash-input` replays it.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX 4096

static uint64_t state;

static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % below);
}

static size_t load(const char *path, uint8_t *data) {
    FILE *file = fopen(path, "rb");
    size_t size = file == NULL ? 0 : fread(data, 1, INPUT_MAX, file);
    if (file != NULL) {
        fclose(file);
    }
    return size;
}

/* A few changes: a byte, a piece that moves, another length. */
static size_t mutate(uint8_t *data, size_t size) {
    for (uint32_t changes = 1 + draw(4); changes > 0 && size > 1; changes--) {
        size_t at = draw((uint32_t)size), to = draw((uint32_t)size);
        size_t len = draw((uint32_t)(size - (at > to ? at : to)) + 1);
        switch (draw(5)) {
        case 0:
            data[at] ^= (uint8_t)(1 << draw(8));
            break;
        case 1:
            data[at] = (uint8_t)draw(256);
            break;
        case 2:
            memmove(data + to, data + at, len);
            break;
        case 3:
            size = draw(4) == 0 ? 1 + draw((uint32_t)size) : size;
            break;
        default:
            size += size < INPUT_MAX - 16 ? draw(16) : 0;
            break;
        }
    }
    return size;
}

static const char *program;
static uint8_t current[INPUT_MAX];
static size_t current_size;

/* Not there in a build without sanitizers. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

/* The last thing that a failing run does. */
static void keep(void) {
    FILE *file = fopen("crash-input", "wb");
    if (file != NULL) {
        fwrite(current, 1, current_size, file);
        fclose(file);
    }
    fprintf(stderr, "replay: %s 0 0 crash-input\n", program);
}

static void on_abort(int number) {
    (void)number;
    keep();
    _exit(1);
}

/* An input of no seed, or a changed seed. */
static void make_case(uint8_t seeds[][INPUT_MAX], const size_t *sizes, size_t count) {
    if (count > 0 && draw(8) != 0) {
        size_t seed = draw((uint32_t)count);
        memcpy(current, seeds[seed], sizes[seed]);
        current_size = mutate(current, sizes[seed]);
        return;
    }
    current_size = 1 + draw(300);
    for (size_t i = 0; i < current_size; i++) {
        current[i] = (uint8_t)draw(256);
    }
}

int main(int count, char **words) {
    static uint8_t seeds[64][INPUT_MAX];
    static size_t sizes[64];
    size_t loaded = 0;
    unsigned long cases = 0;
    if (count < 3) {
        fprintf(stderr, "usage: %s SECONDS SEED FILE...\n", words[0]);
        return 2;
    }
    program = words[0];
    state = (uint64_t)atol(words[2]) + 1;
    signal(SIGABRT, on_abort);
    if (__sanitizer_set_death_callback) {
        __sanitizer_set_death_callback(keep);
    }
    for (int i = 3; i < count && loaded < 64; i++, loaded++) {
        sizes[loaded] = current_size = load(words[i], seeds[loaded]);
        memcpy(current, seeds[loaded], current_size);
        LLVMFuzzerTestOneInput(current, current_size);
    }
    for (time_t end = time(NULL) + atoi(words[1]); time(NULL) < end; cases++) {
        make_case(seeds, sizes, loaded);
        LLVMFuzzerTestOneInput(current, current_size);
    }
    printf("%lu cases\n", cases);
    return 0;
}
