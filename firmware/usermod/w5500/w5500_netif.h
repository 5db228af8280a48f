/* The W5500 as lwIP's one interface, and the frames of 802.1X beside it.
 * For modw5500.c. Everything runs where lwIP runs (PendSV on the rp2 port), or with that held off.
 */
#ifndef MICROSCEP_W5500_NETIF_H
#define MICROSCEP_W5500_NETIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netif;

/* Start the chip as station `mac` and add the interface. Once. False: no W5500 answers. */
bool w5500_netif_start(const uint8_t mac[6]);

/* The interface, or NULL before it was started. */
struct netif *w5500_netif(void);

/* Hand lwIP what has come, at most so many frames; follow the link. EAPOL frames wait in
 * eapol_frames.h. */
void w5500_netif_poll(void);

/* Send a frame with addresses and EtherType; false where the chip has no room. */
bool w5500_netif_send_frame(const uint8_t *frame, size_t n);

#endif
