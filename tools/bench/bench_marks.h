/*
 * bench_marks.h: the marker functions between which the plugin counts.
 * For: every program that tools/bench measures, peers too.
 */
#ifndef BENCH_MARKS_H
#define BENCH_MARKS_H

/* Counting starts at the call of bench_begin and ends at the call of bench_end. */
void bench_begin(void);
void bench_end(void);

/* bench_more.c: hashes, ciphers, key generation. */
int bench_other(int argc, char **argv);

#endif
