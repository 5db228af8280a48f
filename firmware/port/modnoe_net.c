/* noe.net: the network interface for the board module: address, DHCP, 802.1X frames, counters.
 * For boards/NOE/board.py. Nothing here waits; sockets are module socket (modlwip.c).
 */
#include <string.h>

#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/netif.h"

#include "py/mperrno.h"
#include "py/runtime.h"

#include "dhcp_options.h"
#include "eapol_frames.h"
#include "modnoe.h"
#include "net.h"
#include "nic.h"

/* modlwip.c asks which address family getaddrinfo prefers; network_lwip.c is not built. */
int mp_mod_network_prefer_dns_use_ip_version = 4;

static mp_obj_t address_text(const ip4_addr_t *address) {
    char text[IP4ADDR_STRLEN_MAX];
    ip4addr_ntoa_r(address, text, sizeof text);
    return mp_obj_new_str(text, strlen(text));
}

static ip4_addr_t address_of(mp_obj_t text) {
    ip4_addr_t address;
    if (!ip4addr_aton(mp_obj_str_get_str(text), &address))
        mp_raise_ValueError(MP_ERROR_TEXT("not an IPv4 address"));
    return address;
}

static struct netif *started(void) {
    struct netif *netif = net_interface();
    if (netif == NULL)
        mp_raise_OSError(MP_ENODEV);
    return netif;
}

/* def start(mac: bytes): switches the controller on with this address (6 bytes). Once; OSError
 * ENODEV without a controller, EALREADY when it runs. */
static mp_obj_t start(mp_obj_t mac) {
    mp_buffer_info_t from;
    mp_get_buffer_raise(mac, &from, MP_BUFFER_READ);
    if (from.len != 6 || (((const uint8_t *)from.buf)[0] & 1) != 0)
        mp_raise_ValueError(MP_ERROR_TEXT("not a station's MAC address"));
    if (net_interface() != NULL)
        mp_raise_OSError(MP_EALREADY);
    if (!net_start(from.buf))
        mp_raise_OSError(MP_ENODEV);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(start_obj, start);

/* def link() -> bool: whether the controller is switched on (the emulated one has no PHY). */
static mp_obj_t link(void) {
    return mp_obj_new_bool(net_link());
}
static MP_DEFINE_CONST_FUN_OBJ_0(link_obj, link);

/* def dhcp(on: bool): starts or stops the client; when it has an address, ifconfig() tells. */
static mp_obj_t dhcp(mp_obj_t on) {
    struct netif *netif = started();
    dhcp_release_and_stop(netif);
    dhcp_options_forget();
    if (!mp_obj_is_true(on))
        return mp_const_none;
    if (dhcp_start(netif) != ERR_OK)
        mp_raise_OSError(MP_ENOMEM);
    net_ip6_start();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(dhcp_obj, dhcp);

/* def ifconfig(static: tuple | None = None) -> (ip, mask, gateway, dns) as str, '0.0.0.0' where
 * there is none. A tuple of the four sets them and stops DHCP. */
static mp_obj_t ifconfig(size_t n_args, const mp_obj_t *args) {
    struct netif *netif = started();
    if (n_args == 1 && args[0] != mp_const_none) {
        mp_obj_t *items;
        mp_obj_get_array_fixed_n(args[0], 4, &items);
        ip4_addr_t ip = address_of(items[0]), mask = address_of(items[1]);
        ip4_addr_t gateway = address_of(items[2]);
        ip_addr_t server;
        ip_addr_copy_from_ip4(server, address_of(items[3]));
        dhcp_release_and_stop(netif);
        netif_set_addr(netif, &ip, &mask, &gateway);
        dns_setserver(0, &server);
        net_ip6_start();
    }
    mp_obj_t all[4] = {address_text(netif_ip4_addr(netif)), address_text(netif_ip4_netmask(netif)),
                       address_text(netif_ip4_gw(netif)), address_text(ip_2_ip4(dns_getserver(0)))};
    return mp_obj_new_tuple(4, all);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ifconfig_obj, 0, 1, ifconfig);

/* def dns() -> list[str]: the name servers, by DHCP or by ifconfig. */
static mp_obj_t dns(void) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (u8_t i = 0; i < DNS_MAX_SERVERS; i++) {
        const ip_addr_t *server = dns_getserver(i);
        if (!ip_addr_isany(server))
            mp_obj_list_append(list, address_text(ip_2_ip4(server)));
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_0(dns_obj, dns);

/* def ip6() -> list[str]: the IPv6 addresses that are valid, link-local first. */
static mp_obj_t ip6(void) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
#if LWIP_IPV6
    struct netif *netif = started();
    for (s8_t i = 0; i < LWIP_IPV6_NUM_ADDRESSES; i++) {
        char text[IP6ADDR_STRLEN_MAX];
        if (!ip6_addr_isvalid(netif_ip6_addr_state(netif, i)))
            continue;
        ip6addr_ntoa_r(netif_ip6_addr(netif, i), text, sizeof text);
        mp_obj_list_append(list, mp_obj_new_str_from_cstr(text));
    }
#endif
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_0(ip6_obj, ip6);

/* def dhcp_option(code: int) -> bytes | None: what the server said of option 42, 43, 66, 67 or 150;
 * code 0: the next server's address (siaddr) as text, code 1: the boot file's name. None: nothing.
 */
static mp_obj_t dhcp_option(mp_obj_t code_in) {
    size_t length;
    const uint8_t *value = dhcp_options_told(started(), mp_obj_get_int(code_in), &length);
    return value == NULL ? mp_const_none : mp_obj_new_bytes(value, length);
}
static MP_DEFINE_CONST_FUN_OBJ_1(dhcp_option_obj, dhcp_option);

/* def send_frame(frame) -> bool: an Ethernet frame of 14..1514 bytes, addresses and EtherType
 * included. False: the controller has no room just now. */
static mp_obj_t send_frame(mp_obj_t frame) {
    mp_buffer_info_t from;
    mp_get_buffer_raise(frame, &from, MP_BUFFER_READ);
    started();
    if (from.len < 14 || from.len > 1514)
        mp_raise_ValueError(MP_ERROR_TEXT("not an Ethernet frame"));
    return mp_obj_new_bool(net_send_frame(from.buf, from.len));
}
static MP_DEFINE_CONST_FUN_OBJ_1(send_frame_obj, send_frame);

/* def receive_frame(buf) -> int: the oldest frame of EtherType 0x888E, cut to len(buf); 0: none.
 * Short frames come padded to 60 bytes: lengths are the protocol's. */
static mp_obj_t receive_frame(mp_obj_t buffer) {
    mp_buffer_info_t to;
    mp_get_buffer_raise(buffer, &to, MP_BUFFER_WRITE);
    return MP_OBJ_NEW_SMALL_INT(eapol_frames_take(to.buf, to.len));
}
static MP_DEFINE_CONST_FUN_OBJ_1(receive_frame_obj, receive_frame);

/* def counters() -> (received, dropped, malformed, sent, send_failed, interrupts) */
static mp_obj_t counters(void) {
    const struct nic_counters *c = nic_counters();
    mp_obj_t all[6] = {
        mp_obj_new_int_from_uint(c->received),    mp_obj_new_int_from_uint(c->dropped),
        mp_obj_new_int_from_uint(c->malformed),   mp_obj_new_int_from_uint(c->sent),
        mp_obj_new_int_from_uint(c->send_failed), mp_obj_new_int_from_uint(c->interrupts)};
    return mp_obj_new_tuple(6, all);
}
static MP_DEFINE_CONST_FUN_OBJ_0(counters_obj, counters);

static const mp_rom_map_elem_t globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_net)},
    {MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&start_obj)},
    {MP_ROM_QSTR(MP_QSTR_link), MP_ROM_PTR(&link_obj)},
    {MP_ROM_QSTR(MP_QSTR_dhcp), MP_ROM_PTR(&dhcp_obj)},
    {MP_ROM_QSTR(MP_QSTR_ip6), MP_ROM_PTR(&ip6_obj)},
    {MP_ROM_QSTR(MP_QSTR_dhcp_option), MP_ROM_PTR(&dhcp_option_obj)},
    {MP_ROM_QSTR(MP_QSTR_ifconfig), MP_ROM_PTR(&ifconfig_obj)},
    {MP_ROM_QSTR(MP_QSTR_dns), MP_ROM_PTR(&dns_obj)},
    {MP_ROM_QSTR(MP_QSTR_send_frame), MP_ROM_PTR(&send_frame_obj)},
    {MP_ROM_QSTR(MP_QSTR_receive_frame), MP_ROM_PTR(&receive_frame_obj)},
    {MP_ROM_QSTR(MP_QSTR_counters), MP_ROM_PTR(&counters_obj)},
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t noe_net_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&globals,
};
