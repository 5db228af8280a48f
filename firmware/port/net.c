/* The one network interface: lwIP over the Ethernet controller, DHCP, frames for 802.1X.
 * For main.c and module noe. lwIP runs outside interrupts only: from net_poll, and from modlwip's
 * calls, which net_poll never interrupts.
 */
#include <string.h>

#include "lwip/dhcp.h"
#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/init.h"
#include "lwip/mld6.h"
#include "lwip/nd6.h"
#include "lwip/netif.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"

#include "bootblock.h"
#include "eapol_frames.h"
#include "net.h"
#include "netrandom.h"
#include "nic.h"
#include "port.h"
#include "ticks.h"

#define FRAMES_PER_POLL 16u

static struct netif interface;
static bool present;
/* A frame between the ring and its pbuf; two bytes in front align the IP header. */
static uint8_t frame_buffer[ETH_PAD_SIZE + 1520] __attribute__((aligned(4)));

static void wake(void) {
    port_pending = true;
}

static err_t link_output(struct netif *netif, struct pbuf *p) {
    (void)netif;
    if (p->tot_len < ETH_PAD_SIZE || !nic_send_begin((size_t)p->tot_len - ETH_PAD_SIZE))
        return ERR_MEM;
    size_t skip = ETH_PAD_SIZE;
    for (const struct pbuf *q = p; q != NULL; q = q->next) {
        nic_send_piece((const uint8_t *)q->payload + skip, q->len - skip);
        skip = 0;
    }
    nic_send_end();
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
#if LWIP_IPV6
    netif->output_ip6 = ethip6_output;
    netif->flags |= NETIF_FLAG_MLD6;
#endif
    return nic_init(netif->hwaddr, wake) ? ERR_OK : ERR_IF;
}

void net_init(void) {
    const struct bootblock *boot = bootblock_get();
    netrandom_seed(boot->noise, sizeof boot->noise);
    lwip_init();
    wake();
}

bool net_start(const uint8_t mac[6]) {
    uint8_t address[6];
    memcpy(address, mac, sizeof address);
    if (netif_add(&interface, IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4, address, interface_init,
                  ethernet_input) == NULL)
        return false;
    present = true;
    netif_set_default(&interface);
    netif_set_up(&interface);
    netif_set_link_up(&interface);
    wake();
    return true;
}

static void input(size_t n) {
    bool eapol = n >= 14 && (frame_buffer[ETH_PAD_SIZE + 12] << 8 |
                             frame_buffer[ETH_PAD_SIZE + 13]) == (int)EAPOL_ETHERTYPE;
    u16_t size = (u16_t)(n + ETH_PAD_SIZE);
    struct pbuf *p = pbuf_alloc(PBUF_RAW, size, eapol ? PBUF_RAM : PBUF_POOL);
    if (p == NULL)
        return; /* no memory: like a frame lost on the wire */
    pbuf_take(p, frame_buffer, size);
    if (eapol)
        eapol_frames_keep(p);
    else if (interface.input(p, &interface) != ERR_OK)
        pbuf_free(p);
}

void net_poll(void) {
    unsigned budget = FRAMES_PER_POLL;
    while (budget != 0) {
        size_t n = nic_receive(frame_buffer + ETH_PAD_SIZE, sizeof frame_buffer - ETH_PAD_SIZE);
        if (n == 0)
            break;
        input(n);
        budget--;
    }
    sys_check_timeouts();
    if (budget == 0) {
        port_pending = true; /* more waits: the interpreter gets its turn first */
        ticks_event();
        return;
    }
    uint32_t ms = sys_timeouts_sleeptime();
    if (ms != SYS_TIMEOUTS_SLEEPTIME_INFINITE)
        ticks_set_alarm(TICKS_ALARM_NETWORK, ms < 60000 ? ms * 1000 : 60000000, wake);
}

#if LWIP_IPV6
#define MLD_SECOND (1000 / MLD6_TMR_INTERVAL)

/* What mld6.c wants ten times a second, all at once: its reports may be a second late. */
static void count_mld(void *unused) {
    for (int i = 0; i < MLD_SECOND; i++)
        mld6_tmr();
    sys_timeout(1000, count_mld, unused);
}
#endif

void net_ip6_start(void) {
#if LWIP_IPV6
    sys_untimeout(count_mld, NULL);
    sys_timeout(1000, count_mld, NULL);
    struct netif *netif = &interface;
    nd6_cleanup_netif(netif);
    for (s8_t i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++)
        netif_ip6_addr_set_state(netif, i, IP6_ADDR_INVALID);
    netif_set_ip6_autoconfig_enabled(netif, 1);
    netif_create_ip6_linklocal_address(netif, 1);
    nd6_restart_netif(netif); /* solicits routers as soon as the address is ours */
    wake();
#endif
}

struct netif *net_interface(void) {
    return present ? &interface : NULL;
}

bool net_link(void) {
    return present && netif_is_link_up(&interface);
}

bool net_send_frame(const uint8_t *frame, size_t n) {
    if (n < 14 || n > 1514 || !nic_send_begin(n))
        return false;
    nic_send_piece(frame, n);
    nic_send_end();
    return true;
}
