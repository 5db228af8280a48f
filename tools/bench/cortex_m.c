/*
 * cortex_m.c: one RSA-2048 private operation on a bare Cortex-M between the markers.
 * For: tools/bench/cortex_m.py; BENCH_PRIVATE is the function, bench_key.h the key.
 * Leaves QEMU by semihosting after printing a sum of the result.
 */
#include "bench_key.h"
#include "bench_marks.h"
#include "scepcore_rsa.h"

extern char stack_top[];
static unsigned char x[256];

static void semihosting(int operation, const void *argument) {
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

void reset(void) {
    static const char digits[] = "0123456789abcdef";
    char line[10];
    unsigned sum = 0;
    br_rsa_private_key sk = {
        2048,          (unsigned char *)key_p,  sizeof key_p,  (unsigned char *)key_q,
        sizeof key_q,  (unsigned char *)key_dp, sizeof key_dp, (unsigned char *)key_dq,
        sizeof key_dq, (unsigned char *)key_iq, sizeof key_iq};
    for (unsigned i = 1; i < sizeof x; i++) {
        x[i] = 0x5a;
    }
    x[0] = 0;
    bench_begin();
    uint32_t ok = BENCH_PRIVATE(x, &sk);
    bench_end();
    for (unsigned i = 0; i < sizeof x; i++) {
        sum = sum * 31 + x[i];
    }
    for (int i = 0; i < 8; i++) {
        line[i] = ok ? digits[sum >> (28 - 4 * i) & 15] : '-';
    }
    line[8] = '\n';
    line[9] = 0;
    semihosting(4, line);
    semihosting(0x18, (const void *)0x20026);
    for (;;) {
    }
}

__attribute__((section(".vectors"), used)) static void *const vectors[] = {
    stack_top, (void *)reset, (void *)reset, (void *)reset};
