/* VLE: what differs from other boards of firmware/port. */
#define MICROSCEP_BOARD_NAME "VLE"
#define MICROSCEP_LCD (0)
#define MICROSCEP_KEYS (0)

/* Network memory, as in boards/NOE/mpconfigboard.h. */
#define MICROSCEP_FRAME_RING (16384)
#define MICROSCEP_LWIP_POOL (16)
#define MICROSCEP_LWIP_WINDOW (4)
#define MICROSCEP_IPV6 (1)

/* Memory of its own for what a heap of 96 KiB in pieces does not hold in one
 * (usermod/scepcore/room.c): a TLS connection, 802.1X's or SCEP's, with any record of any server
 * and its chain; and RSA keys of up to 4096 bits that are made or used. */
#define MICROSCEP_TLS_ROOM (24 * 1024)
#define MICROSCEP_RSA_ROOM (10 * 1024)
