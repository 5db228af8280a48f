/* Export of a private key's parts, for one test: that they are found nowhere in flash, log or RAM.
 * Compiled only with SCEPCORE_DEBUG=1, which only `make core-debug` sets: no firmware has it.
 */
#ifndef SCEPCORE_DEBUG_H
#define SCEPCORE_DEBUG_H

#if SCEPCORE_DEBUG
#include "scepcore_key.h"

/* Copy p, q, dP, dQ, qInv, one behind the other (3 * plen + 2 * qlen bytes). Returns how many
 * bytes; 0 for a wiped key. */
size_t scepcore_debug_parts(const scepcore_key *key, uint8_t *out);
#endif

#endif
