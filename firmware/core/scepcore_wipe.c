/* Erasing secrets from memory and comparing them.
 * For every file of the core.
 */
#include "scepcore_wipe.h"

#include <string.h>

void scepcore_wipe(void *p, size_t n) {
    memset(p, 0, n);
    /* The compiler must believe that somebody reads the zeros: a memset of memory that goes out of
     * use would be dropped. */
    __asm__ volatile("" : : "r"(p) : "memory");
}

__attribute__((noinline)) void scepcore_scrub_stack(void) {
    uint8_t stack[SCEPCORE_SCRUB_BYTES];
    scepcore_wipe(stack, sizeof stack);
}

uint32_t scepcore_equal(const void *a, const void *b, size_t n) {
    const uint8_t *x = a, *y = b;
    uint32_t difference = 0;
    for (size_t i = 0; i < n; i++) {
        difference |= (uint32_t)(x[i] ^ y[i]);
    }
    /* difference is 0..255: minus one wraps only from 0. */
    return (difference - 1) >> 31;
}
