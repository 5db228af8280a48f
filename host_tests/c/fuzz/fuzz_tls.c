/* Fuzz target: a TLS server that says anything.
 * For `make core-fuzz`.
 */
#include "fuzz.h"

#include <string.h>

#include "scepcore_status.h"
#include "scepcore_tls.h"

/* Reads all of the chain; its last octet decides. */
static int judge(void *arg, const uint8_t *chain, size_t len) {
    uint8_t sum = 0;
    for (size_t i = 0; i < len; i++) {
        sum ^= chain[i];
    }
    return *(const uint8_t *)arg ? 1 : sum & 1;
}

/* covers: scepcore_tls_start scepcore_tls_identity scepcore_tls_pull scepcore_tls_push
 * scepcore_tls_read scepcore_tls_write */
void fuzz_tls(fuzz_input *in) {
    scepcore_tls t;
    uint8_t believe = fuzz_byte(in) & 1;
    unsigned flags = fuzz_byte(in) & 1;
    size_t size = fuzz_number(in) % 40000, chain = fuzz_number(in) % 41000;
    size_t count = fuzz_byte(in) % 6, lens[6];
    const uint8_t *ders[6];
    const char *host = fuzz_string(in);
    fuzz_argument buffer = fuzz_allocate(size);
    if (scepcore_tls_start(&t, buffer.p, size, chain, &fuzz_generator, *host ? host : NULL, flags,
                           judge, &believe) != SCEPCORE_OK) {
        fuzz_expect(scepcore_tls_state(&t) == SCEPCORE_TLS_CLOSED);
        fuzz_expect(scepcore_tls_push(&t, buffer.p, size) == 0);
        return;
    }
    fuzz_expect(chain <= size);
    for (size_t i = 0; i < count; i++) {
        fuzz_argument der = fuzz_take(in);
        ders[i] = der.p;
        lens[i] = der.len;
    }
    scepcore_tls_identity(&t, fuzz_key(), ders, lens, count);
    while (fuzz_more(in)) {
        uint8_t what = fuzz_byte(in);
        fuzz_argument data = fuzz_take(in);
        for (size_t done = 0, now = 1; what % 8 < 4 && done < data.len && now > 0; done += now) {
            now = scepcore_tls_push(&t, data.p + done, data.len - done);
            fuzz_expect(now <= data.len - done);
        }
        if (what % 8 == 4) {
            fuzz_expect(scepcore_tls_write(&t, data.p, data.len) <= data.len);
            scepcore_tls_flush(&t);
        } else if (what % 8 == 5) {
            fuzz_expect(scepcore_tls_read(&t, data.p, data.len) <= data.len);
        } else if (what % 8 == 6) {
            fuzz_expect(scepcore_tls_pull(&t, data.p, data.len) <= data.len);
        } else if (what == 7) {
            scepcore_tls_close(&t);
        }
        fuzz_expect(scepcore_tls_needed(&t) <= size);
    }
    /* Nothing of ours was ever sent in clear, nor the chain believed unread: no finished handshake
     * comes out of octets that know no secret. */
    fuzz_expect((scepcore_tls_state(&t) & SCEPCORE_TLS_SENDAPP) == 0);
    scepcore_tls_wipe(&t);
}
