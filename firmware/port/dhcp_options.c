/* What a DHCP server tells a phone beside its address. For lwIP's hook and module noe.
 * RFC 2132 (options 42, 43, 66, 67), RFC 5859 (option 150).
 */
#include "lwip/pbuf.h"
#include "lwip/prot/dhcp.h"

#include "dhcp_options.h"

static const uint8_t wanted[] = {DHCP_OPTIONS_WANTED};

/* Invariant: values[i] holds lengths[i] bytes of option wanted[i]; given[i] tells if it came. */
static uint8_t values[sizeof wanted][DHCP_OPTIONS_MAX];
static uint8_t lengths[sizeof wanted];
static uint8_t given[sizeof wanted];

static int index_of(uint8_t option) {
    for (unsigned i = 0; i < sizeof wanted; i++) {
        if (wanted[i] == option)
            return (int)i;
    }
    return -1;
}

void dhcp_options_forget(void) {
    for (unsigned i = 0; i < sizeof wanted; i++)
        given[i] = 0;
}

void dhcp_options_parse(uint8_t message_type, uint8_t option, uint8_t length, struct pbuf *p,
                        uint16_t offset) {
    int i = index_of(option);
    if (i < 0 || length > DHCP_OPTIONS_MAX || (message_type != 0 && message_type != DHCP_ACK))
        return;
    if (pbuf_copy_partial(p, values[i], length, offset) != length)
        return;
    lengths[i] = length;
    given[i] = 1;
}

const uint8_t *dhcp_options_get(uint8_t option, size_t *length) {
    int i = index_of(option);
    if (i < 0 || given[i] == 0)
        return NULL;
    *length = lengths[i];
    return values[i];
}
