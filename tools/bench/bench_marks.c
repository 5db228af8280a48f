/*
 * bench_marks.c: the marker functions between which the plugin, or callgrind, counts.
 * For: every program that tools/bench measures, peers too.
 */
#include "bench_marks.h"

#if defined(__x86_64__) && __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS
#endif

void __attribute__((noinline)) bench_begin(void) {
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    __asm__ volatile("" : : : "memory");
}

void __attribute__((noinline)) bench_end(void) {
    __asm__ volatile("" : : : "memory");
    CALLGRIND_DUMP_STATS;
    CALLGRIND_STOP_INSTRUMENTATION;
}
