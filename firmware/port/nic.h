/* What net.c wants of an Ethernet controller: frames from its interrupt into a ring, frames out.
 * For net.c and module noe; the machine's folder has the driver. IEEE 802.3 frames without CRC.
 */
#ifndef MICROSCEP_PORT_NIC_H
#define MICROSCEP_PORT_NIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NIC_FRAME_MAX 1518u

struct nic_counters {
    uint32_t received;  /* frames taken from the chip into the ring */
    uint32_t dropped;   /* frames lost because the ring was full */
    uint32_t malformed; /* frames of impossible length */
    uint32_t sent;
    uint32_t send_failed; /* the chip had no room for a frame to send */
    uint32_t interrupts;
};

/* Resets the chip and starts it with this address. arrived() is called from the interrupt when
 * frames wait in the ring. False if there is no such chip. */
bool nic_init(const uint8_t mac[6], void (*arrived)(void));

/* Copies the oldest frame to out, at most max bytes; returns its length, 0 if there is none. A
 * frame longer than max is cut. Not in interrupts. */
size_t nic_receive(uint8_t *out, size_t max);

/* Begins a frame of length bytes, takes it in pieces, sends it. begin returns false when the chip
 * has no room: then neither of the others may be called. Interrupts of the chip are masked from
 * begin to end. Not in interrupts. */
bool nic_send_begin(size_t length);
void nic_send_piece(const uint8_t *data, size_t n);
void nic_send_end(void);

const struct nic_counters *nic_counters(void);

#endif
