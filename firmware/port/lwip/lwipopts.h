/* lwIP 2.2.1 for one Ethernet interface, no threads: the stack runs in port_poll only. IPv4, and
 * IPv6 where the board's mpconfigboard.h says MICROSCEP_IPV6 (1). For net.c and MicroPython's
 * modlwip.c. lwip/opt.h explains each option.
 */
#ifndef MICROSCEP_PORT_LWIPOPTS_H
#define MICROSCEP_PORT_LWIPOPTS_H

#include <stdint.h>

#include "mpconfigboard.h"
#include "dhcp_options.h"
#include "netrandom.h"
#include "ticks.h"

#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 1
typedef uint32_t sys_prot_t;
/* Everything runs outside interrupts, in one context: no protection is needed. */
#define SYS_ARCH_DECL_PROTECT(lev)                                                                 \
    do {                                                                                           \
    } while (0)
#define SYS_ARCH_PROTECT(lev)                                                                      \
    do {                                                                                           \
    } while (0)
#define SYS_ARCH_UNPROTECT(lev)                                                                    \
    do {                                                                                           \
    } while (0)
#define sys_now ticks_ms

#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
#define LWIP_ARP 1
#define LWIP_ETHERNET 1
#define LWIP_IPV4 1
#ifndef MICROSCEP_IPV6
#define MICROSCEP_IPV6 (0)
#endif
#define LWIP_IPV6 MICROSCEP_IPV6
#define LWIP_RAW 0
#define LWIP_IGMP 0
/* modlwip.c's IP_ADD_MEMBERSHIP needs something to call: EIO. */
#define igmp_joingroup(interface, group) ((void)(interface), (void)(group), ERR_ARG)
#define igmp_leavegroup(interface, group) igmp_joingroup(interface, group)
#define LWIP_ICMP 1
#define LWIP_DHCP 1
#define LWIP_DHCP_DOES_ACD_CHECK 0
#define LWIP_DHCP_BOOTP_FILE                                                                       \
    1 /* siaddr and file: the TFTP server as servers without options say it */
#define DHCP_ADD_EXTRA_REQUEST_OPTIONS , DHCP_OPTIONS_WANTED
#define LWIP_ACD 0
#define LWIP_DNS 1
#define DNS_MAX_NAME_LENGTH 128
#define LWIP_NETIF_HOSTNAME 0
#define LWIP_NETIF_LINK_CALLBACK 0
#define LWIP_SINGLE_NETIF 1
#define LWIP_STATS 0
#define IP_REASSEMBLY 0 /* nothing here needs fragments; their queues are a way to attack */
#define IP_FRAG 0
#define IP_FORWARD 0
#define LWIP_BROADCAST_PING 0
#define LWIP_MULTICAST_PING 0
#define ARP_QUEUEING 1
#define ARP_TABLE_SIZE 8
#define ETHARP_SUPPORT_STATIC_ENTRIES 0
#define SO_REUSE 1

/* Initial sequence numbers: RFC 6528. */
#define LWIP_RAND() netrandom_u32()
#define LWIP_HOOK_FILENAME "net_hooks.h"

#if LWIP_IPV6
/* Addresses: link-local, and by router advertisement (SLAAC). Every table is of fixed size: what
 * strangers announce replaces what is older, and takes no more memory. */
#define LWIP_IPV6_NUM_ADDRESSES 3
#define LWIP_IPV6_AUTOCONFIG 1
#define LWIP_IPV6_DHCP6 0
/* Switches that snoop deliver solicitations to members only. lwIP's timer for it would wake an idle
 * set ten times a second: timeouts.c knows nothing of it, net.c has one that wakes once. */
#ifndef MICROSCEP_WITHOUT_MLD_TIMER
#define LWIP_IPV6_MLD 1
#else
#define LWIP_IPV6_MLD 0
#endif
#define MEMP_NUM_MLD6_GROUP 4
#define LWIP_IPV6_FORWARD 0
#define LWIP_IPV6_FRAG 0
#define LWIP_IPV6_REASS 0
#define LWIP_ICMP6 1
#define LWIP_ND6_NUM_NEIGHBORS 8
#define LWIP_ND6_NUM_DESTINATIONS 8
#define LWIP_ND6_NUM_PREFIXES 4
#define LWIP_ND6_NUM_ROUTERS 2
#define LWIP_ND6_QUEUEING 1
#define MEMP_NUM_ND6_QUEUE 4
#define LWIP_ND6_ALLOW_RA_UPDATES 0 /* no stranger sets our timers */
#define LWIP_ND6_RDNSS_MAX_DNS_SERVERS 0
#define LWIP_HOOK_IP6_INPUT(p, netif) ip6_filter((p))
#endif

/* Memory: the heap holds what is to be sent (and whole frames for 802.1X), the pool what came. */
#define MEM_ALIGNMENT 4
#define ETH_PAD_SIZE 2 /* the IP header stands on a word boundary */
#define MEM_SIZE (24 * 1024)
#define PBUF_POOL_SIZE MICROSCEP_LWIP_POOL
#define PBUF_POOL_BUFSIZE 800 /* two make a frame; a small frame takes one */
#define MEMP_NUM_PBUF 8
#define MEMP_NUM_UDP_PCB 8
#define MEMP_NUM_TCP_PCB 8
#define MEMP_NUM_TCP_PCB_LISTEN 2
#define MEMP_NUM_TCP_SEG 48
#define MEMP_NUM_ARP_QUEUE 8

#define TCP_MSS 1460
#define TCP_WND (MICROSCEP_LWIP_WINDOW * TCP_MSS)
#define TCP_SND_BUF (6 * TCP_MSS)
#define TCP_SND_QUEUELEN 24
#define TCP_LISTEN_BACKLOG 1
#define TCP_QUEUE_OOSEQ 1
#define TCP_OOSEQ_MAX_PBUFS (MICROSCEP_LWIP_POOL / 2)
#define LWIP_TCP_KEEPALIVE 1

#define LWIP_CHKSUM_ALGORITHM 3

#endif
