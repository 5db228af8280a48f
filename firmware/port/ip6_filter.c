/* A set is a client: of what IPv6 can carry it needs TCP, UDP and some of ICMPv6 (RFC 4443, 4861).
 * Extension headers and what nobody needs end here, before lwIP takes them apart; so does a path
 * MTU below the least one that IPv6 has (RFC 8201 section 4), of which lwIP makes segments of no
 * length. For lwIP's hook.
 */
#include "lwip/opt.h"

#if LWIP_IPV6
#include "lwip/pbuf.h"

#include "ip6_filter.h"

#define HEADER 40u
#define NEXT_HOP_BY_HOP 0
#define NEXT_TCP 6
#define NEXT_UDP 17
#define NEXT_ICMP6 58

#define PACKET_TOO_BIG 2
#define ECHO_REQUEST 128
#define MLD_QUERY 130
#define ROUTER_ADVERTISEMENT 134
#define NEIGHBOUR_SOLICITATION 135
#define NEIGHBOUR_ADVERTISEMENT 136
#define LEAST_MTU 1280u

/* Invariant: a byte beyond the packet reads as -1. */
static int byte_at(const struct pbuf *p, u16_t at) {
    return pbuf_try_get_at(p, at);
}

static int is_wanted_icmp6(const struct pbuf *p) {
    uint32_t mtu = 0;
    switch (byte_at(p, HEADER)) {
    case ECHO_REQUEST:
    case ROUTER_ADVERTISEMENT:
    case NEIGHBOUR_SOLICITATION:
    case NEIGHBOUR_ADVERTISEMENT:
        return 1;
    case PACKET_TOO_BIG:
        if (byte_at(p, HEADER + 7) < 0)
            return 0;
        for (u16_t i = 4; i < 8; i++)
            mtu = mtu << 8 | (uint32_t)byte_at(p, (u16_t)(HEADER + i));
        return mtu >= LEAST_MTU;
    default:
        return 0;
    }
}

/* Of Hop-by-Hop options the one header of 8 bytes before an MLD query (RFC 2710 section 3). */
static int is_mld_query(const struct pbuf *p) {
    return byte_at(p, HEADER) == NEXT_ICMP6 && byte_at(p, HEADER + 1) == 0 &&
           byte_at(p, HEADER + 8) == MLD_QUERY;
}

static int is_wanted(const struct pbuf *p) {
    switch (byte_at(p, 6)) {
    case NEXT_TCP:
    case NEXT_UDP:
        return 1;
    case NEXT_ICMP6:
        return is_wanted_icmp6(p);
    case NEXT_HOP_BY_HOP:
        return is_mld_query(p);
    default:
        return 0;
    }
}

int ip6_filter(struct pbuf *p) {
    if (p->len >= HEADER && is_wanted(p))
        return 0;
    pbuf_free(p);
    return 1;
}
#endif
