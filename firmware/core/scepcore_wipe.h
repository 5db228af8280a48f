/* Erasing secrets from memory and comparing them.
 * For every file of the core and the bindings' wipe() and equal().
 */
#ifndef SCEPCORE_WIPE_H
#define SCEPCORE_WIPE_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of C stack below the caller that a private operation may have used: 4.3 KB on ARM926 by
 * the compiler's figures (the check with the public key is the deepest). Tested by search
 * (host_tests/test_scepcore_memory.py); a board with a small stack sets its own. */
#ifndef SCEPCORE_SCRUB_BYTES
#define SCEPCORE_SCRUB_BYTES 5120
#endif

/* Set n bytes at p to zero; never optimised away. */
void scepcore_wipe(void *p, size_t n);

/* Set the SCEPCORE_SCRUB_BYTES below the caller's frame to zero: what the functions that it called
 * left on the stack. */
void scepcore_scrub_stack(void);

/* 1 if the n bytes are equal, else 0, in time that depends on n only. */
uint32_t scepcore_equal(const void *a, const void *b, size_t n);

#endif
