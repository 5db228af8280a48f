/* The one network interface: lwIP over the Ethernet controller, DHCP, frames for 802.1X.
 * For main.c and module noe; sockets are MicroPython's modlwip.c.
 */
#ifndef MICROSCEP_PORT_NET_H
#define MICROSCEP_PORT_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netif;

/* Starts lwIP; no interface yet. Before anything takes the boot block's noise. */
void net_init(void);

/* Switches the controller on with this MAC address; no IP address yet. Once. False if there is no
 * controller. */
bool net_start(const uint8_t mac[6]);

/* Feeds received frames to lwIP (a bounded number) and runs its timers; EAPOL frames wait in
 * eapol_frames.h. From port_poll only. */
void net_poll(void);

/* Takes IPv6 addresses anew: link-local, and what routers advertise; another network may be there.
 * Nothing on a board without IPv6. */
void net_ip6_start(void);

/* lwIP's interface; NULL before net_start. */
struct netif *net_interface(void);

/* Whether there is a controller and it is switched on: the emulated chip has no PHY to ask. */
bool net_link(void);

/* Sends a whole frame (14..1514 bytes, without CRC). False: too long, or no room in the chip. */
bool net_send_frame(const uint8_t *frame, size_t n);

#endif
