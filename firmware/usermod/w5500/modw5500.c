/* network.W5500: the chip as one of MicroPython's network interfaces, with raw frames for 802.1X.
 * For the rp2 boards' board modules and for the prompt. There is one interface.
 */
#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"
#include "shared/netutils/netutils.h"
#include "shared/runtime/softtimer.h"

#include "lwip/dhcp.h"
#include "lwip/dns.h"
#include "lwip/netif.h"

#include "dhcp_options.h"
#include "eapol_frames.h"
#include "pendsv.h"

#include "w5500.h"
#include "w5500_bus.h"
#include "w5500_netif.h"

/* What came without an interrupt (more frames than one turn takes) waits this long at most. */
#define POLL_MS 10

typedef struct {
    mp_obj_base_t base;
    uint8_t mac[6];
} w5500_obj_t;

extern const mp_obj_type_t w5500_type;
/* Locally administered, until config(mac=...). */
static w5500_obj_t the_one = {{&w5500_type}, {0x02, 0x00, 0x5e, 0x00, 0x53, 0x01}};
static soft_timer_entry_t timer;

static void request(void) {
    pendsv_schedule_dispatch(PENDSV_DISPATCH_W5500, w5500_netif_poll);
    __sev();
}

static void poll_now(soft_timer_entry_t *entry) {
    (void)entry;
    w5500_netif_poll();
}

static struct netif *started(void) {
    struct netif *netif = w5500_netif();
    if (netif == NULL)
        mp_raise_OSError(MP_ENODEV);
    return netif;
}

/* W5500() -> the interface; bus and pins are the board's. */
static mp_obj_t make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw,
                         const mp_obj_t *args) {
    (void)type;
    (void)args;
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return MP_OBJ_FROM_PTR(&the_one);
}

/* def active(on: bool = ...) -> bool: switches the chip on, once; OSError ENODEV without one. */
static mp_obj_t active(size_t n_args, const mp_obj_t *args) {
    w5500_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (n_args == 2 && mp_obj_is_true(args[1]) && w5500_netif() == NULL) {
        lwip_lock_acquire();
        bool found = w5500_netif_start(self->mac);
        lwip_lock_release();
        if (!found)
            mp_raise_OSError(MP_ENODEV);
        w5500_bus_on_interrupt(request);
        soft_timer_static_init(&timer, SOFT_TIMER_MODE_PERIODIC, POLL_MS, poll_now);
        soft_timer_reinsert(&timer, POLL_MS);
    }
    return mp_obj_new_bool(w5500_netif() != NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(active_obj, 1, 2, active);

/* def isconnected() -> bool: a link, and an address. */
static mp_obj_t isconnected(mp_obj_t self) {
    (void)self;
    struct netif *netif = w5500_netif();
    return mp_obj_new_bool(netif != NULL && netif_is_link_up(netif) &&
                           !ip4_addr_isany(netif_ip4_addr(netif)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(isconnected_obj, isconnected);

/* def status() -> int: 0 no link, 1 a link, 2 a link and an address. */
static mp_obj_t status(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    struct netif *netif = w5500_netif();
    bool link = netif != NULL && netif_is_link_up(netif);
    return MP_OBJ_NEW_SMALL_INT(mp_obj_is_true(isconnected(args[0])) ? 2 : link);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(status_obj, 1, 2, status);

/* def config('mac') -> bytes; def config(mac=bytes): before active(True). */
static mp_obj_t config(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    w5500_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (kwargs->used == 0) {
        if (n_args != 2 || mp_obj_str_get_qstr(args[1]) != MP_QSTR_mac)
            mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
        return mp_obj_new_bytes(self->mac, sizeof self->mac);
    }
    mp_map_elem_t *mac = mp_map_lookup(kwargs, MP_OBJ_NEW_QSTR(MP_QSTR_mac), MP_MAP_LOOKUP);
    if (mac == NULL || kwargs->used != 1 || n_args != 1)
        mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
    mp_buffer_info_t from;
    mp_get_buffer_raise(mac->value, &from, MP_BUFFER_READ);
    if (from.len != 6 || (((const uint8_t *)from.buf)[0] & 1) != 0)
        mp_raise_ValueError(MP_ERROR_TEXT("not a station's MAC address"));
    if (w5500_netif() != NULL)
        mp_raise_OSError(MP_EALREADY);
    memcpy(self->mac, from.buf, sizeof self->mac);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(config_obj, 1, config);

/* def ifconfig(...), def ipconfig(...): MicroPython's own, as of every interface. */
static mp_obj_t ifconfig(size_t n_args, const mp_obj_t *args) {
    return mod_network_nic_ifconfig(started(), n_args - 1, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ifconfig_obj, 1, 2, ifconfig);

static mp_obj_t ipconfig(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    if (kwargs->used != 0)
        dhcp_options_forget(); /* they were the lease's that ends */
    return mod_network_nic_ipconfig(started(), n_args - 1, args + 1, kwargs);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(ipconfig_obj, 1, ipconfig);

/* def dns() -> list[str]: the name servers, by DHCP or by ifconfig. */
static mp_obj_t dns(mp_obj_t self) {
    (void)self;
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (u8_t i = 0; i < DNS_MAX_SERVERS; i++) {
        const ip_addr_t *server = dns_getserver(i);
        if (!ip_addr_isany(server))
            mp_obj_list_append(list, netutils_format_ipv4_addr((uint8_t *)server, NETUTILS_BIG));
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_1(dns_obj, dns);

/* def dhcp_option(code: int) -> bytes | None: what the server said of option 42, 43, 66, 67 or 150;
 * code 0: the next server's address (siaddr) as text, code 1: the boot file's name. None: nothing.
 */
static mp_obj_t dhcp_option(mp_obj_t self, mp_obj_t code_in) {
    (void)self;
    size_t length;
    const uint8_t *value = dhcp_options_told(started(), mp_obj_get_int(code_in), &length);
    return value == NULL ? mp_const_none : mp_obj_new_bytes(value, length);
}
static MP_DEFINE_CONST_FUN_OBJ_2(dhcp_option_obj, dhcp_option);

/* def send_frame(frame) -> bool: an Ethernet frame of 14..1514 bytes, addresses and EtherType
 * included. False: the chip has no room just now. */
static mp_obj_t send_frame(mp_obj_t self, mp_obj_t frame) {
    (void)self;
    mp_buffer_info_t from;
    mp_get_buffer_raise(frame, &from, MP_BUFFER_READ);
    started();
    if (from.len < 14 || from.len > W5500_FRAME_MAX)
        mp_raise_ValueError(MP_ERROR_TEXT("not an Ethernet frame"));
    lwip_lock_acquire();
    bool sent = w5500_netif_send_frame(from.buf, from.len);
    lwip_lock_release();
    return mp_obj_new_bool(sent);
}
static MP_DEFINE_CONST_FUN_OBJ_2(send_frame_obj, send_frame);

/* def receive_frame(buf) -> int: the oldest frame of EtherType 0x888E, cut to len(buf); 0: none. */
static mp_obj_t receive_frame(mp_obj_t self, mp_obj_t buffer) {
    (void)self;
    mp_buffer_info_t to;
    mp_get_buffer_raise(buffer, &to, MP_BUFFER_WRITE);
    lwip_lock_acquire();
    size_t n = eapol_frames_take(to.buf, to.len);
    lwip_lock_release();
    return MP_OBJ_NEW_SMALL_INT(n);
}
static MP_DEFINE_CONST_FUN_OBJ_2(receive_frame_obj, receive_frame);

/* def counters() -> (received, foreign, malformed, sent, send_failed) */
static mp_obj_t counters(mp_obj_t self) {
    (void)self;
    const struct w5500_counters *c = w5500_counters();
    mp_obj_t all[5] = {mp_obj_new_int_from_uint(c->received), mp_obj_new_int_from_uint(c->foreign),
                       mp_obj_new_int_from_uint(c->malformed), mp_obj_new_int_from_uint(c->sent),
                       mp_obj_new_int_from_uint(c->send_failed)};
    return mp_obj_new_tuple(5, all);
}
static MP_DEFINE_CONST_FUN_OBJ_1(counters_obj, counters);

static const mp_rom_map_elem_t locals_table[] = {
    {MP_ROM_QSTR(MP_QSTR_active), MP_ROM_PTR(&active_obj)},
    {MP_ROM_QSTR(MP_QSTR_isconnected), MP_ROM_PTR(&isconnected_obj)},
    {MP_ROM_QSTR(MP_QSTR_status), MP_ROM_PTR(&status_obj)},
    {MP_ROM_QSTR(MP_QSTR_config), MP_ROM_PTR(&config_obj)},
    {MP_ROM_QSTR(MP_QSTR_ifconfig), MP_ROM_PTR(&ifconfig_obj)},
    {MP_ROM_QSTR(MP_QSTR_ipconfig), MP_ROM_PTR(&ipconfig_obj)},
    {MP_ROM_QSTR(MP_QSTR_dns), MP_ROM_PTR(&dns_obj)},
    {MP_ROM_QSTR(MP_QSTR_dhcp_option), MP_ROM_PTR(&dhcp_option_obj)},
    {MP_ROM_QSTR(MP_QSTR_send_frame), MP_ROM_PTR(&send_frame_obj)},
    {MP_ROM_QSTR(MP_QSTR_receive_frame), MP_ROM_PTR(&receive_frame_obj)},
    {MP_ROM_QSTR(MP_QSTR_counters), MP_ROM_PTR(&counters_obj)},
};
static MP_DEFINE_CONST_DICT(locals, locals_table);

MP_DEFINE_CONST_OBJ_TYPE(w5500_type, MP_QSTR_W5500, MP_TYPE_FLAG_NONE, make_new, make_new,
                         locals_dict, &locals);
