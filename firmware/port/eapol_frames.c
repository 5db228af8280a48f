/* A short queue of frames. eapol_frames.h says what for whom.
 */
#include <string.h>

#include "lwip/pbuf.h"

#include "eapol_frames.h"

static struct pbuf *frames[EAPOL_FRAMES];
static unsigned count;

static struct pbuf *oldest(void) {
    struct pbuf *p = frames[0];
    count--;
    memmove(&frames[0], &frames[1], count * sizeof frames[0]);
    return p;
}

void eapol_frames_keep(struct pbuf *p) {
    if (count == EAPOL_FRAMES)
        pbuf_free(oldest());
    frames[count++] = p;
}

size_t eapol_frames_take(uint8_t *out, size_t max) {
    if (count == 0)
        return 0;
    struct pbuf *p = oldest();
    size_t n = (size_t)p->tot_len - ETH_PAD_SIZE;
    n = pbuf_copy_partial(p, out, (u16_t)(n < max ? n : max), ETH_PAD_SIZE);
    pbuf_free(p);
    return n;
}
