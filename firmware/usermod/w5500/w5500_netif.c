/* The W5500 as lwIP's one interface. w5500_netif.h says what for whom.
 */
#include "w5500_netif.h"

#include <string.h>

#include "lwip/dhcp.h"
#include "lwip/etharp.h"
#include "lwip/netif.h"
#include "netif/ethernet.h"

#include "eapol_frames.h"
#include "w5500.h"

#define FRAMES_PER_POLL 8u
/* The link is looked at on every so many polls. */
#define LINK_POLLS 16u
#define HEADER 14u

static struct netif interface;
static bool present;
static unsigned link_age;

static err_t link_output(struct netif *netif, struct pbuf *p) {
    (void)netif;
    if (p->tot_len < ETH_PAD_SIZE)
        return ERR_ARG;
    if (!w5500_send_begin((size_t)p->tot_len - ETH_PAD_SIZE))
        return ERR_MEM;
    size_t skip = ETH_PAD_SIZE;
    for (const struct pbuf *q = p; q != NULL; q = q->next) {
        w5500_send_piece((const uint8_t *)q->payload + skip, q->len - skip);
        skip = 0;
    }
    w5500_send_end();
    return ERR_OK;
}

static err_t interface_init(struct netif *netif) {
    memcpy(netif->hwaddr, netif->state, 6);
    netif->state = NULL;
    netif->hwaddr_len = 6;
    netif->mtu = 1500;
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->output = etharp_output;
    netif->linkoutput = link_output;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    return ERR_OK;
}

bool w5500_netif_start(const uint8_t mac[6]) {
    uint8_t station[6];
    memcpy(station, mac, sizeof station);
    if (!w5500_start(station))
        return false;
    netif_add(&interface, IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4, station, interface_init,
              ethernet_input);
    netif_set_default(&interface);
    netif_set_up(&interface);
    present = true;
    link_age = LINK_POLLS;
    return true;
}

struct netif *w5500_netif(void) {
    return present ? &interface : NULL;
}

/* Fetch a frame of n bytes into `p`, behind the padding that aligns the IP header. */
static void fetch(struct pbuf *p, size_t n) {
    size_t skip = ETH_PAD_SIZE;
    for (struct pbuf *q = p; q != NULL && n != 0; q = q->next) {
        size_t part = q->len - skip;
        if (part > n)
            part = n;
        w5500_receive_piece((uint8_t *)q->payload + skip, part);
        n -= part;
        skip = 0;
    }
    w5500_receive_end();
}

static void input(size_t n) {
    struct pbuf *p = NULL;
    if (n <= W5500_FRAME_MAX)
        p = pbuf_alloc(PBUF_RAW, (u16_t)(n + ETH_PAD_SIZE), PBUF_POOL);
    if (p == NULL) {
        w5500_receive_end(); /* no memory, or too long: like a frame lost on the wire */
        return;
    }
    fetch(p, n);
    uint8_t type[2];
    pbuf_copy_partial(p, type, 2, ETH_PAD_SIZE + HEADER - 2);
    if ((type[0] << 8 | type[1]) == (int)EAPOL_ETHERTYPE)
        eapol_frames_keep(p);
    else if (interface.input(p, &interface) != ERR_OK)
        pbuf_free(p);
}

static void follow_link(void) {
    if (++link_age < LINK_POLLS)
        return;
    link_age = 0;
    bool up = w5500_link();
    if (up == (bool)netif_is_link_up(&interface))
        return;
    /* lwIP asks DHCP anew when the link comes back: another network may be there. */
    if (up)
        netif_set_link_up(&interface);
    else
        netif_set_link_down(&interface);
}

void w5500_netif_poll(void) {
    if (!present)
        return;
    w5500_acknowledge();
    for (unsigned budget = FRAMES_PER_POLL; budget != 0; budget--) {
        size_t n = w5500_receive_begin();
        if (n == 0)
            break;
        input(n);
    }
    follow_link();
}

bool w5500_netif_send_frame(const uint8_t *frame, size_t n) {
    if (!w5500_send_begin(n))
        return false;
    w5500_send_piece(frame, n);
    w5500_send_end();
    return true;
}
