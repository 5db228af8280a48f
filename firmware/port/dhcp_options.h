/* What a DHCP server tells a phone beside its address. For lwIP's hook and the modules noe and
 * w5500. RFC 2132 (options 42, 43, 66, 67), RFC 5859 (option 150).
 */
#ifndef MICROSCEP_PORT_DHCP_OPTIONS_H
#define MICROSCEP_PORT_DHCP_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

/* Asked for, beside what lwIP asks for: time servers, vendor's own, TFTP server's name, boot file,
 * TFTP servers' addresses. */
#define DHCP_OPTIONS_WANTED 42, 43, 66, 67, 150
#define DHCP_OPTIONS_MAX 128u /* longer ones are left out */

struct netif;
struct pbuf;

/* Forgets everything: a new lease is asked for. */
void dhcp_options_forget(void);

/* lwIP's hook: an option of length bytes at offset of a message of this type (0 = not known yet).
 * Only what an acknowledgement says is kept. */
void dhcp_options_parse(uint8_t message_type, uint8_t option, uint8_t length, struct pbuf *p,
                        uint16_t offset);

/* What the server of an interface told, its bytes in *length: code 0 the next server's address
 * (siaddr) as text, until the next call; code 1 the boot file's name; else the option of that
 * number. NULL: nothing. */
const uint8_t *dhcp_options_told(struct netif *netif, int code, size_t *length);

#endif
