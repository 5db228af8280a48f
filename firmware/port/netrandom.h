/* Numbers that a stranger on the network must not guess: sequence numbers, ports, transaction
 * ids. For lwIP. RFC 6528 (initial sequence numbers), SipHash-2-4 (Aumasson, Bernstein 2012).
 * Not for keys: those come from scepcore's generator.
 */
#ifndef MICROSCEP_PORT_NETRANDOM_H
#define MICROSCEP_PORT_NETRANDOM_H

#include <stddef.h>
#include <stdint.h>

/* SipHash-2-4 of n bytes under a 16-byte key. */
uint64_t siphash24(const uint8_t key[16], const uint8_t *data, size_t n);

/* Derives the key from n >= 16 bytes of noise; the noise cannot be found from it. */
void netrandom_seed(const uint8_t *noise, size_t n);

/* The next of a sequence of unpredictable numbers. */
uint32_t netrandom_u32(void);

/* Bytes of the longest address, as lwIP keeps it: IPv6, zone and type. */
#define NETRANDOM_ADDRESS_MAX 24

/* Initial sequence number of a connection: a clock of 4 us plus a keyed hash of its ends.
 * local_ip, remote_ip: addresses of n <= NETRANDOM_ADDRESS_MAX bytes each. */
uint32_t netrandom_isn(const void *local_ip, uint16_t local_port, const void *remote_ip,
                       uint16_t remote_port, size_t n);

#endif
