/* What a DHCP server tells a phone beside its address. For lwIP's hook and the modules noe and
 * w5500. RFC 2132 (options 42, 43, 66, 67), RFC 5859 (option 150).
 */
#include <string.h>

#include "lwip/dhcp.h"
#include "lwip/netif.h"
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

static const uint8_t *option_of(int code, size_t *length) {
    int i = code < 256 ? index_of((uint8_t)code) : -1;
    if (i < 0 || given[i] == 0)
        return NULL;
    *length = lengths[i];
    return values[i];
}

const uint8_t *dhcp_options_told(struct netif *netif, int code, size_t *length) {
    static char address[IP4ADDR_STRLEN_MAX];
    if (code > 1)
        return option_of(code, length);
    const struct dhcp *client = netif_dhcp_data(netif);
    if (client == NULL || !dhcp_supplied_address(netif))
        return NULL;
    const char *text = "";
    if (code == 0 && !ip4_addr_isany_val(client->offered_si_addr))
        text = ip4addr_ntoa_r(&client->offered_si_addr, address, sizeof address);
    else if (code == 1)
        text = client->boot_file_name;
    *length = strlen(text);
    return *length != 0 ? (const uint8_t *)text : NULL;
}
