/* MPS2_AN505 on QEMU mps2-an505: what differs from other boards of firmware/port. */
#define MICROSCEP_BOARD_NAME "MPS2_AN505"
#define MICROSCEP_LCD (0)
#define MICROSCEP_KEYS (0)

/* Network memory, as in boards/NOE/mpconfigboard.h. */
#define MICROSCEP_FRAME_RING (32768)
#define MICROSCEP_LWIP_POOL (24)
#define MICROSCEP_LWIP_WINDOW (8)
#define MICROSCEP_IPV6 (1)
