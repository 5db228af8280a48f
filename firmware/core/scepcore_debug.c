/* Export of a private key's parts, for one test: that they are found nowhere in flash, log or RAM.
 * Compiled only with SCEPCORE_DEBUG=1, which only `make core-debug` sets: no firmware has it.
 */
#include "scepcore_debug.h"

#if SCEPCORE_DEBUG
#include <string.h>

size_t scepcore_debug_parts(const scepcore_key *key, uint8_t *out) {
    size_t len = key->bits == 0 ? 0 : 3u * key->plen + 2u * key->qlen;
    memcpy(out, key->secret + SCEPCORE_KEY_HEADER, len);
    return len;
}
#else
/* ISO C wants a declaration in every file. */
typedef int scepcore_debug_is_off;
#endif
