/*
 * bench_marks.c: the marker functions between which the plugin counts.
 * For: every program that tools/bench measures, peers too.
 */
#include "bench_marks.h"

void __attribute__((noinline)) bench_begin(void) {
    __asm__ volatile("" : : : "memory");
}

void __attribute__((noinline)) bench_end(void) {
    __asm__ volatile("" : : : "memory");
}
