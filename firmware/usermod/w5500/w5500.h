/* WIZnet W5500 as a plain Ethernet controller: socket 0 in MACRAW mode, the chip's TCP/IP unused.
 * For w5500_netif.c; a port brings the bus (w5500_bus.h). W5500 data sheet 1.0.9.
 *
 * Nothing here waits longer than W5500_PATIENCE looks at a register.
 */
#ifndef MICROSCEP_W5500_H
#define MICROSCEP_W5500_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest frame with addresses and EtherType, without the check sum that the chip adds. */
#define W5500_FRAME_MAX 1514

struct w5500_counters {
    uint32_t received;    /* frames handed over */
    uint32_t foreign;     /* frames for other stations, skipped */
    uint32_t malformed;   /* lengths that no frame has: the receive buffer was started anew */
    uint32_t sent;        /* frames handed to the chip */
    uint32_t send_failed; /* frames for which the chip had no room, or that it did not finish */
};

/* Reset the chip and open the raw socket as station `mac`. False: no W5500 answers. */
bool w5500_start(const uint8_t mac[6]);

/* Whether the PHY sees a link. */
bool w5500_link(void);

/* Withdraw the interrupt request; before the frames are fetched, so that none is missed. */
void w5500_acknowledge(void);

/* Begin to fetch the oldest frame for this station, a group or all: its length, 0: none. Its bytes
 * must then be fetched by w5500_receive_piece (fewer is allowed) and ended by w5500_receive_end. */
size_t w5500_receive_begin(void);
void w5500_receive_piece(uint8_t *out, size_t n);
void w5500_receive_end(void);

/* Begin to send a frame of n bytes: false where the chip has no room, or the frame before hangs.
 * Then w5500_send_piece for all n bytes, and w5500_send_end. */
bool w5500_send_begin(size_t n);
void w5500_send_piece(const uint8_t *data, size_t n);
void w5500_send_end(void);

const struct w5500_counters *w5500_counters(void);

#endif
