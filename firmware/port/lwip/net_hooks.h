/* Hooks that lwIP calls by macro. For lwipopts.h. */
#ifndef MICROSCEP_PORT_NET_HOOKS_H
#define MICROSCEP_PORT_NET_HOOKS_H

#include "lwip/ip_addr.h"

#include "dhcp_options.h"
#include "ip6_filter.h"
#include "netrandom.h"

#define LWIP_HOOK_TCP_ISN(local_ip, local_port, remote_ip, remote_port)                            \
    netrandom_isn((local_ip), (local_port), (remote_ip), (remote_port), sizeof(ip_addr_t))

#define LWIP_HOOK_DHCP_PARSE_OPTION(netif, dhcp, state, message, type, option, length, p, offset)  \
    do {                                                                                           \
        LWIP_UNUSED_ARG(message);                                                                  \
        dhcp_options_parse((uint8_t)(type), (option), (uint8_t)(length), (p), (offset));           \
    } while (0)

#endif
