/* NOE on QEMU versatilepb: what differs from other boards of firmware/port. */
#define MICROSCEP_BOARD_NAME "NOE"
#define MICROSCEP_LCD (1)
#define MICROSCEP_KEYS (1)

/* Network memory: receive ring in bytes (a power of two), lwIP's pool buffers, TCP window in
 * segments. The ring holds more than a window, so that a peer that keeps to it loses nothing. */
#define MICROSCEP_FRAME_RING (32768)
#define MICROSCEP_LWIP_POOL (24)
#define MICROSCEP_LWIP_WINDOW (8)
#define MICROSCEP_IPV6 (1)
