/* VLE: what differs from other boards of firmware/port. */
#define MICROSCEP_BOARD_NAME "VLE"
#define MICROSCEP_LCD (0)
#define MICROSCEP_KEYS (0)

/* Network memory, as in boards/NOE/mpconfigboard.h. */
#define MICROSCEP_FRAME_RING (16384)
#define MICROSCEP_LWIP_POOL (16)
#define MICROSCEP_LWIP_WINDOW (4)
