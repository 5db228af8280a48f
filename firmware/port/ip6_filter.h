/* What of IPv6 does not reach lwIP. For its hook LWIP_HOOK_IP6_INPUT (net_hooks.h).
 */
#ifndef MICROSCEP_PORT_IP6_FILTER_H
#define MICROSCEP_PORT_IP6_FILTER_H

struct pbuf;

/* Tell whether a received packet, from its IPv6 header on, was dropped (1; p is freed) or goes on.
 */
int ip6_filter(struct pbuf *p);

#endif
