/* EAPOL frames that wait for Python, oldest first. For the network drivers and their modules.
 * IEEE 802.1X-2010 11.1.4. From where lwIP runs only.
 */
#ifndef MICROSCEP_PORT_EAPOL_FRAMES_H
#define MICROSCEP_PORT_EAPOL_FRAMES_H

#include <stddef.h>
#include <stdint.h>

#define EAPOL_ETHERTYPE 0x888eu
#define EAPOL_FRAMES 4u /* so many wait; then the oldest is lost */

struct pbuf;

/* Keeps a received frame (ETH_PAD_SIZE bytes, then the Ethernet header); it is ours from now on. */
void eapol_frames_keep(struct pbuf *p);

/* Moves the oldest one to `out`, whole with its Ethernet header but max bytes at most: its length,
 * 0 = none waits. */
size_t eapol_frames_take(uint8_t *out, size_t max);

#endif
